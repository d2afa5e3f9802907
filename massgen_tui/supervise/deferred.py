"""Sends what waits for its server as soon as that is up: for the console and for `run --wait`.

The session holds attempts and releases them; what is known of their servers is asked of a
`ReadyCheck`, of which the console has one (`WatchedServers`) and `run --wait` another
(`startup.PolledServer`).
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from massgen_tui.data_class import dataclass
from massgen_tui.monitor.status import ServerState
from massgen_tui.session.agent import Agent
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.events import Deferred, Entry
from massgen_tui.session.health import Health, ask_health
from massgen_tui.session.session import Session
from massgen_tui.supervise.passive_health import AWAY, status_of
from massgen_tui.supervise.watching import Watching

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


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a server that is waited for may be sent its prompt."""

    send: bool = False
    words: str = ""
    """What is known of it, where that is news: `down: connection refused`."""


class ReadyCheck(Protocol):
    """Knows whether servers are up."""

    async def ready(self, agent: Agent, hold: Deferral) -> Readiness:
        """What is known, or can be found out now, of the server of a held attempt."""
        ...

    def pause(self, tries: int) -> float:
        """Seconds from the last of so many sendings in vain to the next; 0 tries: none yet."""
        ...


class DeferredSender:
    """Releases what the session holds, once its server is up.

    A server that is up but refuses the request (no key, another model) is sent it all the same: its
    answer is what the user has to know.
    """

    def __init__(
        self,
        session: Session,
        check: ReadyCheck,
        *,
        agents: Collection[str] | None = None,
        changed: Callable[[], None] = lambda: None,
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Tend what `session` holds.

        Args:
            session: holds the attempts.
            check: knows their servers.
            agents: whose attempts are tended; None: all.
            changed: told each round that there is time to show.
            guard: keeps a fault of one round from ending the rounds after it.
        """
        self._session = session
        self._check = check
        self._agents = agents
        self._changed = changed
        self._guard = guard
        self._some = asyncio.Event()
        self._some.set()  # there may be some already
        session.listen(self._hear, streams=False)

    async def run(self, pace: float = PACE) -> None:
        """Tend every `pace` seconds, for ever; cancel to stop. Rests while nothing is held."""
        while True:
            await self._some.wait()
            with self._guard():
                await self.tend()
            await asyncio.sleep(pace)

    async def tend(self) -> None:
        """Look once at every server that is waited for, and send to those that are up."""
        held = [
            (agent, hold)
            for agent, hold in self._session.deferred
            if self._agents is None or agent.id in self._agents
        ]
        if not held:
            self._some.clear()
            return
        await asyncio.gather(*(self._tend(agent, hold) for agent, hold in held))
        self._changed()

    def _hear(self, entry: Entry) -> None:
        if isinstance(entry.event, Deferred):
            self._some.set()

    async def _tend(self, agent: Agent, hold: Deferral) -> None:
        if self._session.clock() < hold.since + self._check.pause(hold.tries):
            return
        found = await self._check.ready(agent, hold)
        if found.send:
            self._session.release(agent.id)
        elif found.words:
            self._session.notes.wait(agent.id, found.words)


class WatchedServers:
    """Knows servers by the console's monitor; by a look of its own where that knows nothing."""

    def __init__(self, watching: Watching, clock: Callable[[], float]) -> None:
        """Ask `watching`; `clock` is the session's."""
        self._watching = watching
        self._clock = clock
        self._looked: dict[str, float] = {}

    async def ready(self, agent: Agent, hold: Deferral) -> Readiness:
        """Ready when it was seen up since the attempt is held."""
        status = status_of(agent, self._watching.servers)
        if status is None or status.target.hosted or status.state is ServerState.UNKNOWN:
            return await self._look(agent, hold)
        if status.state in AWAY:
            why = f": {status.reason}" if status.reason else ""
            return Readiness(words=f"{status.state.value}{why}")
        return Readiness(status.state in _ANSWERS and (status.checked_at or 0.0) > hold.since)

    def pause(self, tries: int) -> float:
        """Twice as many each time: whoever reads the screen may send it at once."""
        return min(AGAIN * 2.0 ** (min(tries, 9) - 1), SELDOM) if tries else 0.0

    async def _look(self, agent: Agent, hold: Deferral) -> Readiness:
        """Look at a server of which the monitor, if there is one, knows nothing."""
        now, looked = self._clock(), self._looked.get(agent.id)
        if looked is not None and looked >= hold.since and now < looked + OWN_LOOKS:
            return Readiness()
        self._looked[agent.id] = now
        report = await ask_health(self._watching.health, agent, LOOK_TAKES)
        blind = report.health is Health.UNKNOWN and self._clock() >= hold.since + BLIND
        return Readiness(blind or report.health is Health.ALIVE, report.words)
