"""Waits for servers that are not up yet."""

import asyncio
from collections.abc import Callable, Collection

from massgen_tui.config.schema import Config
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState, ServerTarget
from massgen_tui.monitor.targets import targets_of

PACE = 1.0
"""Seconds between two looks."""
NOT_YET = (ServerState.DOWN, ServerState.LOADING)


async def wait_for_servers(
    config: Config, agents: Collection[str], seconds: float, note: Callable[[str], None]
) -> None:
    """Return when the servers of these agents are up, or after `seconds`; say so on the way.

    A hosted API is not waited for: only its answer to a request tells how it is.
    """
    targets = [t for t in targets_of(config) if set(t.agents) & set(agents) and not t.hosted]
    monitor = ServerMonitor(targets)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(_until_up(monitor, target, note) for target in targets))
    except TimeoutError:
        note(f"waited {seconds:g} s; asking anyway")
    finally:
        await monitor.stop()


async def _until_up(
    monitor: ServerMonitor, target: ServerTarget, note: Callable[[str], None]
) -> None:
    told = ServerState.UP
    while (status := await monitor.look(target)).state in NOT_YET:
        if status.state is not told:
            told = status.state
            why = f": {status.reason}" if status.reason else ""
            note(f"{target.root} is {told.value}{why}; waiting for it")
        await asyncio.sleep(PACE)
    if told is not ServerState.UP:
        note(f"{target.root} is {status.state.value}")
