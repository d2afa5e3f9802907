"""Exit codes that more than one command has, as shells show them."""

UNWRITABLE = 1
"""Standard output cannot be written, and its reader is not to blame (a full disk)."""
CLOSED_PIPE = 141
"""The reader of standard output went away: what a shell shows of a program that this ended."""
