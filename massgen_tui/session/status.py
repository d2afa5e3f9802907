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

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self in (Status.DONE, Status.FAILED, Status.CANCELLED)


ORDER = {status: place for place, status in enumerate(Status)}
"""How far along each is."""
