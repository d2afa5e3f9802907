"""What the first frame says as later ones do."""

from collections.abc import Sequence
from functools import lru_cache

from massgen_tui.text import one_line


def how_many(agents: int, paused: int = 0) -> str:
    """The number of agents, and how many of them are paused, in the title."""
    many = "1 agent" if agents == 1 else f"{agents} agents"
    return f"{many}, {paused} paused" if paused else many


def modes(*, coordinate: bool, repeats: str = "") -> list[str]:
    """What becomes of a prompt, in the title."""
    return list(filter(None, ("coordinate" if coordinate else "", repeats)))


@lru_cache(maxsize=8)
def terminal_title(name: str, answering: int) -> str:
    """What the terminal's window is called."""
    busy = f"{answering} answering" if answering else ""
    return " · ".join(filter(None, ("massgen-tui", one_line(name, 60), busy)))


def hint(agents: Sequence[str], *, coordinate: bool = False, paused: int = 0) -> str:
    """What stands in the empty prompt.

    Args:
        agents: those that are asked.
        coordinate: they are to agree.
        paused: how many there are beside them.
    """
    if not agents:
        return "all agents are paused"
    if coordinate:
        return f"sends to all, then they vote   @{agents[0]} asks one"
    if len(agents) < 2:
        return f"ask {agents[0]} …   {paused} paused" if paused else "ask …"
    whom = f"{len(agents)} agents" if paused else "all agents"
    return f"ask {whom} …   @{agents[0]} asks one"
