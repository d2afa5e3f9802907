"""`run --wait`: a prompt is held until its server is up, and sent at the end of the time anyway."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from massgen_tui.config.model import Config
from massgen_tui.monitor.kinds import answers_any
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.monitor.targets import targets_of
from massgen_tui.pulse import running_time, running_timeout
from massgen_tui.session.agent import Agent
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.session import Session
from massgen_tui.supervise.deferred import DeferredSender, Readiness

log = logging.getLogger(__name__)

PACE = 1.0
"""Seconds between two looks, and from a sending in vain to the next."""
TOLD_EACH = 10.0
"""Seconds after which it is said again that a server is waited for."""
NOT_YET = (ServerState.DOWN, ServerState.LOADING)


async def send_when_up(
    session: Session, config: Config, seconds: float, note: Callable[[str], None]
) -> None:
    """Send what `session` holds as servers come up, and return when all of it has ended.

    After `seconds` all that is still held is sent, for the last time. What is waited for is said on
    the way. A hosted API is not waited for: only its answer to a request tells how it is.

    Args:
        session: holds the attempts (`ask(defer=True)`).
        config: names the servers.
        seconds: for which servers are waited for, without those in which the program stood still.
        note: told, in words, whom it waits for.
    """
    held = {agent.id for agent, _ in session.deferred}
    targets = [t for t in targets_of(config) if held & set(t.agents) and not t.hosted]
    end = running_time() + seconds
    monitor = ServerMonitor(targets)
    polled = [PolledServer(monitor, target, end, note) for target in targets]
    others = held.difference(*(target.agents for target in targets))
    checks = [(one, one.target.agents) for one in polled] + [(AskedServer(), tuple(others))]
    senders = [DeferredSender(session, one, agents=ids, guard=_logged) for one, ids in checks]
    tending = [asyncio.create_task(sender.run(PACE)) for sender in senders]
    try:
        with suppress(TimeoutError):
            async with running_timeout(seconds):
                await session.wait()
        if any(hold.error is None for _, hold in session.deferred):
            note(f"waited {seconds:g} s; asking anyway")
        session.wait_no_more()
        await session.wait()
    finally:
        for task in tending:
            task.cancel()
        await asyncio.gather(*tending, return_exceptions=True)
        await monitor.stop()


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("looking after a server that is waited for failed")


class AskedServer:
    """A server that is known by nothing but its answers to prompts."""

    async def ready(self, agent: Agent, hold: Deferral) -> Readiness:
        """It is asked."""
        return Readiness(send=True)

    def pause(self, tries: int) -> float:
        """The same from one sending to the next."""
        return PACE if tries else 0.0


class PolledServer(AskedServer):
    """A server of one's own that is looked at while it is waited for."""

    def __init__(
        self,
        monitor: ServerMonitor,
        target: ServerTarget,
        end: float,
        note: Callable[[str], None],
    ) -> None:
        """Look at `target` by `monitor`.

        Args:
            monitor: looks.
            target: the server.
            end: the running time until which it is waited for.
            note: told, in words, how it is while it is not up.
        """
        self.target = target
        self._monitor = monitor
        self._end = end
        self._note = note
        self._told, self._told_at = ServerState.UP, 0.0
        self._lock = asyncio.Lock()
        self._found = Readiness()
        self._found_at = -PACE

    async def ready(self, agent: Agent, hold: Deferral) -> Readiness:
        """Ready when a look finds nothing that says otherwise; one look serves all its agents."""
        async with self._lock:
            if running_time() - self._found_at >= PACE:
                self._found = await self._look()
                self._found_at = running_time()
            return self._found

    async def _look(self) -> Readiness:
        status = await self._monitor.look(self.target, patient=True)
        why = f": {status.reason}" if status.reason else ""
        words = f"{_word(status)}{why}"
        if not _not_yet(status):
            if self._told is not ServerState.UP:
                self._note(f"{self.target.title} is {_word(status)}")
            self._told = ServerState.UP
            return Readiness(send=True)
        now = running_time()
        if status.state is not self._told or now - self._told_at >= TOLD_EACH:
            self._told, self._told_at = status.state, now
            left = max(0.0, self._end - now)
            self._note(f"{self.target.title} is {words}; waiting for it, {left:.0f} s left")
        return Readiness(words=words)


def _word(status: ServerStatus) -> str:
    hung = status.condition is Condition.HUNG
    return Condition.HUNG.value if hung else status.state.value


def _not_yet(status: ServerStatus) -> bool:
    """It is known not to answer prompts now; one that is silent may be starting."""
    silent = status.state is ServerState.UNKNOWN and status.silent
    lacking = bool(status.unserved) and not (status.models and answers_any(status.kind))
    return status.state in NOT_YET or silent or lacking
