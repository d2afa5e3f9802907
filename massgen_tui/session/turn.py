"""The turn that the title tells of: its prompt and how long it has taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from massgen_tui.session.agent import Agent


@dataclass(frozen=True, slots=True)
class Turn:
    """The last prompt of the session."""

    number: int
    prompt: str
    elapsed: float
    """Seconds since it was asked, or that it took."""
    running: bool


def turn_of(agents: Sequence[Agent], now: float) -> Turn | None:
    """The last turn of the agents' conversations, at `now` seconds; None before the first."""
    last = [agent.exchanges[-1] for agent in agents if agent.exchanges]
    number = max((exchange.turn for exchange in last), default=0)
    asked = [exchange for exchange in last if exchange.turn == number and exchange.attempts]
    if not asked:
        return None
    times = [exchange.attempts[-1].times for exchange in asked]
    ends = [time.end for time in times]
    running = any(end is None for end in ends)
    until = now if running else max(end for end in ends if end is not None)
    began = min(time.created for time in times)
    return Turn(number, asked[0].prompt, max(until - began, 0.0), running)
