"""What is told beyond the screen when all have ended: the bell, and a notification."""

from collections import Counter
from collections.abc import Iterable

from massgen_tui.config.model import UiConfig
from massgen_tui.console.host import Host
from massgen_tui.console.phrases import terminal_title
from massgen_tui.session.agent import Agent
from massgen_tui.session.status import Status

_WORDS = {Status.DONE: "answered", Status.FAILED: "failed", Status.CANCELLED: "stopped"}


def at_rest(agents: Iterable[Agent]) -> bool:
    """Nothing is answered or waits for an answer that runs; what waits for a server does not count.

    So it is as soon as the last answer has ended, while the session still cleans up behind it.
    """
    return not any(_busy(agent) for agent in agents)


def _busy(agent: Agent) -> bool:
    going = []
    for turn in reversed(agent.turns):
        attempt = turn.attempts[-1] if turn.attempts else None
        if attempt is None or attempt.status.ended:
            break
        going.append(attempt)
    return bool(going) and all(attempt.deferral is None for attempt in going)


def how_ended(agents: Iterable[Agent]) -> str:
    """How the answers to the last prompt ended: `2 answered, 1 failed`."""
    turns = [agent.turns[-1] for agent in agents if agent.turns]
    last = max((turn.serial for turn in turns), default=0)
    ended = Counter(
        turn.attempts[-1].status for turn in turns if turn.serial == last and turn.attempts
    )
    return ", ".join(f"{ended[status]} {word}" for status, word in _WORDS.items() if ended[status])


def tell_end(ui: UiConfig, host: Host, *, name: str, agents: Iterable[Agent]) -> None:
    """Ring and notify, as a config wants it, of agents whose last answer has ended.

    Args:
        ui: what is wanted.
        host: rings and notifies.
        name: what is open.
        agents: all of them.
    """
    if ui.bell:
        host.bell()
    if ui.notify:
        host.notify_desktop(ui.notify, terminal_title(name, 0), how_ended(agents))
