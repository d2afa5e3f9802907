"""What the servers of a run are, kept with its session: one look each, once all is answered."""

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

from massgen_tui.config.model import Config
from massgen_tui.monitor.elsewhere import Elsewhere
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.poller import ServerPoller
from massgen_tui.monitor.targets import targets_of
from massgen_tui.session.events import Sampled
from massgen_tui.supervise.sampling import server_sample

LIMIT: Final = 1.0
"""Seconds that this may take: who waits has his answers."""
_LOOKED_AT: Final = frozenset({"vllm", "sglang"})
"""Dialects of servers that a look disturbs in nothing; some small ones end a stream for it."""


async def note_servers(
    config: Config,
    agents: Collection[str],
    note: Callable[[Sampled], None],
    told: Sampled | None = None,
) -> None:
    """Tell the kind, the version and the load of these agents' servers to `note`, if they do.

    Those whose version stands in what was `told` already are not asked again.
    """
    known = {one.id for one in told.servers if one.version} if told is not None else set()
    targets = [
        target
        for target in targets_of(config)
        if target.id not in known
        and target.dialect in _LOOKED_AT
        and not target.hosted
        and not target.problem
        if not set(agents).isdisjoint(target.agents)
    ]
    if not (targets and config.monitor):
        return
    fetcher = Fetcher()
    elsewhere = Elsewhere(fetcher, time.monotonic)
    watches = [
        ServerPoller(target, fetcher, time.monotonic, elsewhere=elsewhere) for target in targets
    ]
    looks = [asyncio.create_task(watch.look()) for watch in watches]
    try:
        await asyncio.wait(looks, timeout=LIMIT)
    finally:
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        await elsewhere.aclose()
        await fetcher.aclose()
    found = [watch.status for watch in watches if watch.status.kind]
    if found:
        note(Sampled(tuple(map(server_sample, found))))
