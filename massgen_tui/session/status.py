"""Where an attempt stands."""

from enum import StrEnum


class Status(StrEnum):
    """Where an attempt stands."""

    QUEUED = "queued"
    """Waits for this agent's earlier answer to end, or for its server (`Attempt.deferral`)."""
    CONNECTING = "connecting"
    """Sent, no byte of the answer yet."""
    WAITING = "waiting"
    """The answer is open, no token yet (queueing, prefill)."""
    THINKING = "thinking"
    ANSWERING = "answering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    ended: bool
    """Nothing more will come."""

    def __init__(self, word: str) -> None:
        """Know whether it is an end: it is asked of every piece of an answer."""
        self.ended = word in ("done", "failed", "cancelled")


ORDER = {status: place for place, status in enumerate(Status)}
"""How far along each is."""
