"""Waits for servers that are not up yet."""

import asyncio
from collections.abc import Callable, Collection

from massgen_tui.config.model import Config
from massgen_tui.monitor.kinds import answers_any
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.monitor.targets import targets_of
from massgen_tui.pulse import running_time, running_timeout

PACE = 1.0
"""Seconds between two looks."""
TOLD_EACH = 10.0
"""Seconds after which it is said again that a server is waited for."""
NOT_YET = (ServerState.DOWN, ServerState.LOADING)


async def wait_for_servers(
    config: Config, agents: Collection[str], seconds: float, note: Callable[[str], None]
) -> None:
    """Return when the servers of these agents are up, or after `seconds`; say so on the way.

    A hosted API is not waited for: only its answer to a request tells how it is.
    """
    targets = [t for t in targets_of(config) if set(t.agents) & set(agents) and not t.hosted]
    monitor = ServerMonitor(targets)
    end = running_time() + seconds
    try:
        async with running_timeout(seconds):
            await asyncio.gather(*(_until_up(monitor, target, end, note) for target in targets))
    except TimeoutError:
        note(f"waited {seconds:g} s; asking anyway")
    finally:
        await monitor.stop()


async def _until_up(
    monitor: ServerMonitor, target: ServerTarget, end: float, note: Callable[[str], None]
) -> None:
    told, told_at = ServerState.UP, 0.0
    while _not_yet(status := await monitor.look(target, patient=True)):
        if status.state is not told or running_time() - told_at >= TOLD_EACH:
            told, told_at = status.state, running_time()
            why = f": {status.reason}" if status.reason else ""
            left = max(0.0, end - told_at)
            note(f"{target.title} is {_word(status)}{why}; waiting for it, {left:.0f} s left")
        await asyncio.sleep(PACE)
    if told is not ServerState.UP:
        note(f"{target.title} is {_word(status)}")


def _word(status: ServerStatus) -> str:
    hung = status.condition is Condition.HUNG
    return Condition.HUNG.value if hung else status.state.value


def _not_yet(status: ServerStatus) -> bool:
    """It is known not to answer prompts now; one that is silent may be starting."""
    silent = status.state is ServerState.UNKNOWN and status.silent
    lacking = bool(status.unserved) and not (status.models and answers_any(status.kind))
    return status.state in NOT_YET or silent or lacking
