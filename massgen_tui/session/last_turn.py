"""The turn that the title tells of: its prompt and how long it has taken."""

from massgen_tui.data_class import dataclass
from massgen_tui.session.state import SessionState


@dataclass(frozen=True, slots=True)
class LastTurn:
    """The last prompt of the session."""

    number: int
    prompt: str
    elapsed: float
    """Seconds since it was asked, or that it took."""
    running: bool


def last_turn(state: SessionState, now: float) -> LastTurn | None:
    """The last turn of the agents' conversations, at `now` seconds; None before the first."""
    last = [agent.turns[-1] for agent in state.agents.values() if agent.turns]
    serial = max((turn.serial for turn in last), default=0)
    asked = [turn for turn in last if turn.serial == serial and turn.attempts]
    if not asked:
        return None
    times = [turn.attempts[-1].times for turn in asked]
    ends = [time.end for time in times]
    running = any(end is None for end in ends)
    until = now if running else max(end for end in ends if end is not None)
    began = min(time.created for time in times)
    elapsed = max(until - began, 0.0)
    return LastTurn(state.number_of(serial), asked[0].prompt, elapsed, running)
