"""A session: prompts to several agents at once, each with its own conversation."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

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
    """None when the attempt was queued, began or ended: look at its status."""
    at: float


Observer = Callable[[Observed], None]
HealthCheck = Callable[[Agent], "object"]
"""To be refined by the session: asks the agent's server beside a silent stream."""


class Session:
    """Several agents that are asked together. All methods must be called on the event loop's thread."""

    agents: Sequence[Agent]

    def observe(self, observer: Observer) -> None:
        """Call `observer` for everything that happens from now on."""
        raise NotImplementedError

    def ask(self, prompt: str, to: Collection[str] | None = None) -> list[Exchange]:
        """Send a prompt to all agents, or to those with the ids `to`, at once and return without waiting.

        An agent that still answers takes it when it is free (`queued`).
        """
        raise NotImplementedError

    def rerun(self, agents: Collection[str] | None = None) -> list[Attempt]:
        """Ask the last prompt of these agents (all by default) again; a running attempt is stopped and kept."""
        raise NotImplementedError

    def cancel(self, agents: Collection[str] | None = None) -> int:
        """Stop what these agents (all by default) are doing; queued prompts are taken back. Gives how many stopped."""
        raise NotImplementedError

    def start_over(self, agents: Collection[str] | None = None) -> None:
        """Begin a new conversation with these agents (all by default)."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """Some attempt has not ended."""
        raise NotImplementedError

    async def wait(self) -> None:
        """Return when no attempt is running or queued."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Stop everything and close all connections; returns within 2 s whatever the servers do."""
        raise NotImplementedError
