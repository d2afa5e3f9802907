"""Many prompts to every agent, or one of them many times: asked, kept, and told as a table."""
