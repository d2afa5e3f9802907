"""Agents that agree: each answers, looks at the others' answers, votes, and one presents."""
