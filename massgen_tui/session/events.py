"""What a session tells of itself: what happened, and what a cancel did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from massgen_tui.backends.events import StreamEvent
from massgen_tui.session.agent import Agent, Exchange
from massgen_tui.session.attempt import Attempt

Clock = Callable[[], float]
"""Gives monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing that happened, handed to every observer as it happens."""

    agent: Agent
    exchange: Exchange
    attempt: Attempt
    event: StreamEvent | None
    """None when the attempt was queued, began, fell silent or ended: look at its status."""
    at: float
    """Seconds of the session's clock."""


Observer = Callable[[Observed], None]


class Recorder(Protocol):
    """Keeps what happens in a session (see `massgen_tui.store.jsonl_log`). Never raises."""

    def asked(self, turn: int, prompt: str, agents: Sequence[str]) -> None:
        """A prompt was given to these agents."""
        ...

    def started_over(self, agents: Sequence[str]) -> None:
        """These agents began a new conversation."""
        ...

    def observe(self, observed: Observed) -> None:
        """Something happened."""
        ...

    def close(self) -> None:
        """Write what is open and close the file."""
        ...


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a cancel did; true when it did anything."""

    attempts: int = 0
    """How many running attempts were stopped."""
    prompts: tuple[str, ...] = ()
    """The queued prompts that were taken back, in the order given, so that no draft is lost."""

    def __bool__(self) -> bool:
        return bool(self.attempts or self.prompts)
