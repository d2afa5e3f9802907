"""From addresses to agents: what is there, what it serves, and a config made of it."""
