"""What the first frame says as later ones do."""

from collections.abc import Sequence

from massgen_tui.text import one_line


def how_many(agents: int) -> str:
    """The number of agents, in the title."""
    return "1 agent" if agents == 1 else f"{agents} agents"


def terminal_title(name: str, answering: int) -> str:
    """What the terminal's window is called."""
    busy = f"{answering} answering" if answering else ""
    return " · ".join(filter(None, ("massgen-tui", one_line(name, 60), busy)))


def hint(agents: Sequence[str], *, coordinate: bool = False) -> str:
    """What stands in the empty prompt."""
    if coordinate:
        return f"sends to all, then they vote   @{agents[0]} asks one"
    if len(agents) < 2:
        return "ask …"
    return f"ask all agents …   @{agents[0]} asks one"
