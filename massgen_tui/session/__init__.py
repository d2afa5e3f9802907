"""Conversations of several agents: who was asked what, and everything that came back."""
