"""Sends what waits for its server as soon as that is up."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from massgen_tui.monitor.status import ServerState
from massgen_tui.session.agent import Agent
from massgen_tui.session.events import Deferred, Entry
from massgen_tui.session.health import Health, ask_health
from massgen_tui.session.hold import Hold
from massgen_tui.session.session import Session
from massgen_tui.supervise.monitoring import Watching
from massgen_tui.supervise.passive_health import AWAY, status_of

PACE = 1.0
"""Seconds between two rounds."""
OWN_LOOKS = 3.0
"""Seconds between two looks of our own, at a server that no monitor watches."""
LOOK_TAKES = 2.0
"""Seconds that such a look may take."""
BLIND = 15.0
"""Seconds after which it is sent to a server of which looking tells nothing."""
AGAIN, SELDOM = 5.0, 60.0
"""Seconds until it is sent again to a server that was not up after all: twice as many each time."""
_ANSWERS = frozenset({ServerState.UP, ServerState.UNAUTHORIZED})


class DeferredSender:
    """Joins what the monitor knows of servers with what the session holds for them.

    A server that is up but refuses the request (no key, another model) is sent it all the same: its
    answer is what the user has to know.
    """

    def __init__(
        self,
        session: Session,
        watching: Watching,
        *,
        changed: Callable[[], None],
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Tend what `session` holds.

        Args:
            session: holds the attempts.
            watching: knows their servers.
            changed: told each round that there is time to show.
            guard: keeps a fault of one round from ending the rounds after it.
        """
        self._session = session
        self._watching = watching
        self._changed = changed
        self._guard = guard
        self._some = asyncio.Event()
        self._looked: dict[str, float] = {}
        session.listen(self._hear)

    async def run(self) -> None:
        """Tend for ever; cancel to stop. Rests while nothing is held."""
        while True:
            await self._some.wait()
            await asyncio.sleep(PACE)
            with self._guard():
                await self.tend()

    async def tend(self) -> None:
        """Look once at every server that is waited for, and send to those that are up."""
        held = self._session.held
        if not held:
            self._some.clear()
            self._looked.clear()
            return
        await asyncio.gather(*(self._tend(agent, hold) for agent, hold in held))
        self._changed()

    def _hear(self, entry: Entry) -> None:
        if isinstance(entry.event, Deferred):
            self._some.set()

    async def _tend(self, agent: Agent, hold: Hold) -> None:
        if self._now < hold.since + _pause(hold):
            return
        status = status_of(agent, self._watching.servers)
        if status is None or status.target.hosted or status.state is ServerState.UNKNOWN:
            await self._look(agent, hold)
        elif status.state in AWAY:
            why = f": {status.reason}" if status.reason else ""
            self._session.note_wait(agent.id, f"{status.state.value}{why}")
        elif status.state in _ANSWERS and (status.checked_at or 0.0) > hold.since:
            self._session.release(agent.id)

    async def _look(self, agent: Agent, hold: Hold) -> None:
        """Look at a server of which the monitor, if there is one, knows nothing."""
        if self._now < self._looked.get(agent.id, 0.0) + OWN_LOOKS:
            return
        self._looked[agent.id] = self._now
        report = await ask_health(self._watching.health, agent, LOOK_TAKES)
        blind = report.health is Health.UNKNOWN and self._now >= hold.since + BLIND
        if blind or report.health is Health.ALIVE:
            self._session.release(agent.id)
        elif report.words:
            self._session.note_wait(agent.id, report.words)

    @property
    def _now(self) -> float:
        return self._session.clock()


def _pause(hold: Hold) -> float:
    """Seconds from a sending in vain to the next."""
    return min(AGAIN * 2.0 ** (min(hold.tries, 9) - 1), SELDOM) if hold.tries else 0.0
