"""What people call a turn: its place among those of all agents, counted when turns come or go."""

from bisect import bisect_right
from collections.abc import Iterable

from massgen_tui.session.agent import Agent


class TurnNumbers:
    """Numbers of turns by their serials, which are asked for at every frame."""

    def __init__(self) -> None:
        """Know of none."""
        self._serials: list[int] = []
        self._key: list[tuple[int, int, int, int]] = []

    def number(self, turn: int, agents: Iterable[Agent]) -> int:
        """How many turns of these agents came up to this one, itself counted."""
        agents = tuple(agents)
        key = [_standing(agent) for agent in agents]
        if key != self._key:
            self._key = key
            self._serials = sorted({one.serial for agent in agents for one in agent.turns})
        return bisect_right(self._serials, turn)


def _standing(agent: Agent) -> tuple[int, int, int, int]:
    """What changes with an agent's list of turns."""
    turns = agent.turns
    return id(agent), agent.revision, len(turns), turns[-1].serial if turns else 0
