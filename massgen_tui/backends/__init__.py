"""Servers that answer: from a conversation to a stream of typed events."""
