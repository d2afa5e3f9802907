"""Watches all servers of a config in the background, each by itself, for their statuses."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Self

from massgen_tui.monitor.course import Wall
from massgen_tui.monitor.dcgm import Exporter
from massgen_tui.monitor.elsewhere import Elsewhere
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.pace import RELAXED, SHOWN
from massgen_tui.monitor.poller import Clock, ServerPoller
from massgen_tui.monitor.status import ServerState, ServerStatus, ServerTarget, StateChange

Pause = Callable[[float, asyncio.Event], Awaitable[None]]
"""Waits so many seconds, or until the event is set."""

log = logging.getLogger(__name__)


async def pause(seconds: float, wake: asyncio.Event) -> None:
    """Return after `seconds`, or as soon as `wake` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()


class ServerMonitor:
    """Statuses of servers, kept fresh between `start` and `stop`."""

    def __init__(
        self,
        targets: Iterable[ServerTarget],
        *,
        clock: Clock = time.monotonic,
        wait: Pause = pause,
        wall: Wall = datetime.now,
        fetcher: Fetcher | None = None,
        exporters: Iterable[Exporter] = (),
        learned: Callable[[], None] = lambda: None,
    ) -> None:
        """Know the targets; nothing is asked before `start` or `look`.

        Args:
            targets: The servers.
            clock: Monotonic seconds.
            wait: Waits between looks.
            wall: The local time of day, for the list of changes.
            fetcher: Asks; by default one of its own.
            exporters: Where GPUs of other machines are told.
            learned: Called whenever a status has changed.
        """
        self._learned = learned
        self._fetcher = fetcher or Fetcher()
        self._elsewhere = Elsewhere(self._fetcher, clock, wall=lambda: wall().timestamp())
        self._clock = clock
        self._wait = wait
        self._wake = asyncio.Event()
        self._relaxed = False
        self._wall = wall
        self._started = False
        self._tasks: dict[ServerPoller | Exporter, asyncio.Task[None]] = {}
        self._watches: dict[str, ServerPoller] = {}
        self._exporters: tuple[Exporter, ...] = ()
        self.revision = 0
        """Grows with every status that changed."""
        self.set_targets(targets, exporters)

    @property
    def statuses(self) -> Mapping[str, ServerStatus]:
        """The status of each server by its `id`, in the config's order."""
        return {id: watch.status for id, watch in self._watches.items()}

    @property
    def changes(self) -> Sequence[StateChange]:
        """What went up or down of late, oldest first."""
        return changes_of(self.statuses)

    @property
    def gpus(self) -> tuple[GpuSnapshot, ...]:
        """The GPUs of other machines, in the config's order."""
        return tuple(snapshot for one in self._exporters for snapshot in one.snapshots)

    @property
    def relaxed(self) -> bool:
        """Look less often: nobody sees it. Setting it to False looks at all servers at once."""
        return self._relaxed

    @relaxed.setter
    def relaxed(self, value: bool) -> None:
        was, self._relaxed = self._relaxed, value
        if was and not value:
            self._nudge()

    def start(self) -> None:
        """Begin to look, in tasks of the running loop."""
        self._started = True
        self._run_all()

    def set_targets(
        self, targets: Iterable[ServerTarget], exporters: Iterable[Exporter] = ()
    ) -> None:
        """Look at these from now on; what is known of those that there were stays."""
        before, self._watches = self._watches, {}
        for target in targets:
            watch = before.get(target.id)
            if watch is not None and watch.suits(target):
                watch.retarget(target)
            else:
                watch = ServerPoller(
                    target, self._fetcher, self._clock, self._wall, self._elsewhere
                )
            self._watches[target.id] = watch
        known = {one.url: one for one in self._exporters}
        self._exporters = tuple(known.get(one.url, one) for one in exporters)
        self._changed(True)
        if self._started:
            self._run_all()

    def _run_all(self) -> None:
        """Let every watch and exporter have its task, and no other."""
        followed: tuple[ServerPoller | Exporter, ...] = (*self._watches.values(), *self._exporters)
        for gone in self._tasks.keys() - set(followed):
            self._tasks.pop(gone).cancel()
        for one in followed:
            if one not in self._tasks:
                run = self._run(one) if isinstance(one, ServerPoller) else self._follow(one)
                self._tasks[one] = asyncio.create_task(run)

    async def stop(self) -> None:
        """End all looks and close all connections."""
        self._started = False
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._elsewhere.aclose()
        await self._fetcher.aclose()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def look(self, target: ServerTarget, *, patient: bool = False) -> ServerStatus:
        """Look at one server now and give its status; a watched one keeps it too.

        A `patient` look may take a slow server's time.
        """
        watch = self._watches.get(target.id)
        if watch is None:
            stranger = ServerPoller(target, self._fetcher, self._clock, elsewhere=self._elsewhere)
            return await stranger.look(patient=patient)
        before = watch.status
        await watch.look(patient=patient)
        self._changed(watch.status is not before)
        return watch.status

    def heard(self, id: str, state: ServerState, reason: str = "", code: int | None = None) -> None:
        """Tell what a request of our own met: the state that follows, why, and an HTTP status.

        A provider's API is not probed for it; a server of one's own is looked at now when it was
        anything but fine.
        """
        watch = self._watches.get(id)
        if watch is None:
            return
        before = watch.status
        watch.heard(self._clock(), state, reason, code)
        self._changed(watch.status is not before)
        if state is not ServerState.UP and not watch.target.hosted:
            self._nudge()

    def answered(self, id: str, model: str) -> None:
        """Tell that a prompt of our own was answered by this model."""
        watch = self._watches.get(id)
        if watch is not None:
            before = watch.status
            watch.answered(model)
            self._changed(watch.status is not before)

    def talked(self, id: str, at: float) -> None:
        """Tell that a stream of our own brought something, at `at` seconds of the clock.

        A busy server that misses its probes is then known to live.
        """
        watch = self._watches.get(id)
        if watch is not None:
            watch.talked(at)

    def await_answers(self, ids: Collection[str]) -> None:
        """Tell which servers hold a request of our own open now.

        Their silence is no death, and nothing is asked of them that could disturb an answer.
        """
        for id, watch in self._watches.items():
            watch.awaited = id in ids

    def await_answer(self, id: str) -> None:
        """Tell that a request of our own is about to be sent there."""
        watch = self._watches.get(id)
        if watch is not None:
            watch.awaited = True

    def _changed(self, changed: bool) -> None:
        if changed:
            self.revision += 1
            self._learned()

    def _nudge(self) -> None:
        """Let everyone who waits, or is about to, look at once; each of them once."""
        woken, self._wake = self._wake, asyncio.Event()
        woken.set()

    async def _run(self, watch: ServerPoller) -> None:
        while not watch.passive:
            wake = self._wake
            try:
                await self.look(watch.target, patient=True)
            except Exception:
                # a fault of ours, not the server's: it must not end in a status that stays green
                log.exception("looking at %s failed", watch.target.root)
                watch.give_up(self._clock())
                self._changed(True)
            await self._wait(watch.pause(relaxed=self._relaxed), wake)

    async def _follow(self, exporter: Exporter) -> None:
        while True:
            wake, before = self._wake, exporter.snapshots
            try:
                await exporter.look(self._fetcher, self._clock())
            except Exception:
                log.exception("reading the GPUs at %s failed", exporter.label)
            self._changed(exporter.snapshots is not before)
            await self._wait(RELAXED if self._relaxed else SHOWN, wake)


def changes_of(statuses: Mapping[str, ServerStatus]) -> Sequence[StateChange]:
    """What all these servers went through of late, oldest first."""
    changes = [change for status in statuses.values() for change in status.changes]
    return sorted(changes, key=attrgetter("at"))
