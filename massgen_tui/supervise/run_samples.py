"""What servers and GPUs are like while a run lasts, kept with its session."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

from massgen_tui.config.model import Config
from massgen_tui.session.session import Session
from massgen_tui.supervise.join import Join
from massgen_tui.supervise.monitoring import Monitors
from massgen_tui.supervise.watching import Watching

AFTER: Final = 2.0
"""Seconds into a run before anything is looked at: a short one is not slowed, and asks nothing."""
PACE: Final = 1.0
"""Seconds between two readings of what the looks found."""
log = logging.getLogger(__name__)


@asynccontextmanager
async def sampled(
    session: Session,
    agents: Collection[str],
    watching_of: Callable[[Config], Watching] = Monitors,
    after: float = AFTER,
) -> AsyncIterator[None]:
    """Tell a session meanwhile what its agents' servers, and the GPUs, are like.

    Args:
        session: is told.
        agents: the ids of those whose servers are looked at.
        watching_of: makes what looks at the servers of a config.
        after: seconds before it begins.
    """
    if not session.config.monitor:
        yield
        return
    asked = tuple(one for one in session.config.agents if one.id in agents)
    watching = watching_of(session.config.model_copy(update={"agents": asked}))
    task = asyncio.create_task(_sample(session, watching, after), name="samples")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sample(session: Session, watching: Watching, after: float) -> None:
    await asyncio.sleep(after)
    join: Join | None = None
    try:
        while True:
            if join is None and not session.deferred:  # for what is held `send_when_up` looks
                await watching.start()
                join = Join(session, watching)
            if join is not None:
                join.update()
            await asyncio.sleep(PACE)
    except Exception:
        log.exception("servers and GPUs are not sampled any more")
    finally:
        await watching.stop()
