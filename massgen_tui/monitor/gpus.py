"""Watches the GPUs of this host in one daemon thread, which may hang and hurt nobody."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from massgen_tui.monitor.amd import AmdCards
from massgen_tui.monitor.history import GpuHistory
from massgen_tui.monitor.nvml import DriverLost, NoGpus, Nvml
from massgen_tui.monitor.owners import Owners
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.visible import chosen

Clock = Callable[[], float]

log = logging.getLogger(__name__)

STALE = 3.0
"""Seconds without a sample after which the numbers are marked stale."""
_INTERVAL = 1.0
_RETRY = 10.0
_RETRY_LOST = 30.0
_MINUTE = 60


class GpuMonitor:
    """Samples NVML and AMD's files once a second.

    All public methods may be called from any thread.
    """

    def __init__(
        self,
        *,
        clock: Clock = time.monotonic,
        interval: float = _INTERVAL,
        retry: float = _RETRY,
        open_nvml: Callable[[], Nvml] = Nvml,
        owners: Owners | None = None,
        cards: AmdCards | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Ask nothing before `start`.

        Args:
            clock: Monotonic seconds, for the times in snapshots.
            interval: Seconds between samples.
            retry: Seconds until it looks again for a driver that was not there.
            open_nvml: Opens the library; called in the thread.
            owners: Tells which processes are servers of ours.
            cards: AMD's cards; by default this host's.
            environ: Where CUDA_VISIBLE_DEVICES stands.
        """
        self._clock = clock
        self._interval = interval
        self._retry = retry
        self._open = open_nvml
        self._ending = threading.Event()
        self._sampled = threading.Condition()
        self._thread: threading.Thread | None = None
        self._rows: dict[str, GpuStatus] = {}
        self._owners = owners
        self._cards = cards or AmdCards()
        self._environ = environ
        self._history = GpuHistory(_MINUTE)
        self._lost_at: float | None = None
        self._snapshot = GpuSnapshot()

    @property
    def snapshot(self) -> GpuSnapshot:
        """The last sample: `sampled_at` stands still when the driver hangs."""
        return self._snapshot

    def start(self) -> None:
        """Begin to sample; a second call does nothing, so a hung thread is never doubled."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="nvml", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 0.3) -> bool:
        """End it, waiting at most `timeout` seconds; False when a call into the driver hangs."""
        self._ending.set()
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def wait_for(self, met: Callable[[GpuSnapshot], bool], timeout: float = 10.0) -> GpuSnapshot:
        """Block until a snapshot meets the condition.

        Raises:
            TimeoutError: none did in `timeout` seconds.
        """
        with self._sampled:
            if not self._sampled.wait_for(lambda: met(self._snapshot), timeout):
                raise TimeoutError(f"no such GPU snapshot in {timeout} s: {self._snapshot}")
            return self._snapshot

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._look()
            except Exception:
                # a fault of ours: the thread must live on, and the numbers show their age
                log.exception("looking at the GPUs failed")
                self._failed()
                self._ending.wait(self._retry)

    def _look(self) -> None:
        try:
            nvml = self._open()
        except NoGpus as error:
            self._without(error.reason)
            return
        try:
            self._sample_until_lost(nvml)
        finally:
            nvml.close()

    def _failed(self) -> None:
        with self._sampled:
            if self._snapshot.sampled_at is None:
                reason = "looking at the GPUs failed: see the log"
                self._snapshot = GpuSnapshot(reason=reason, sampled_at=self._clock())
            self._sampled.notify_all()

    def _sample_until_lost(self, nvml: Nvml) -> None:
        opened = self._clock()
        while not self._ending.is_set():
            try:
                rows = self._remembered(nvml.sample())
            except DriverLost as error:
                self._without(error.reason)
                return
            if not rows:
                self._without("no NVIDIA GPU on this host")
                return
            self._publish("", rows)
            if any(row.lost for row in rows) and self._clock() - opened > _RETRY_LOST:
                return
            self._ending.wait(self._interval)

    def _without(self, reason: str) -> None:
        """Show what there is without NVIDIA's, until it is time to look for them again."""
        again = self._clock() + self._retry
        while not self._ending.is_set():
            others = self._publish(reason, self._all_lost(reason))
            left = again - self._clock()
            if left <= 0 or self._ending.wait(min(left, self._interval) if others else left):
                return

    def _remembered(self, rows: Iterable[GpuStatus]) -> tuple[GpuStatus, ...]:
        """Rows with their history; a GPU that is not listed any more keeps its row."""
        seen: dict[str, GpuStatus] = {}
        for row in rows:
            name = row.uuid or self._name_at(row.index)
            old = self._rows.get(name)
            known = _lost(old, row.note) if row.lost and old is not None else row
            seen[name] = self._history.follow(name, known)
        gone = {
            name: _lost(row)
            for name, row in self._rows.items()
            if name not in seen and row.uuid is not None
        }
        self._rows = dict(sorted({**gone, **seen}.items(), key=lambda item: item[1].index))
        return tuple(self._rows.values())

    def _name_at(self, index: int) -> str:
        known = (name for name, row in self._rows.items() if row.index == index)
        return next(known, f"#{index}")

    def _all_lost(self, reason: str) -> tuple[GpuStatus, ...]:
        self._rows = {name: _lost(row, reason) for name, row in self._rows.items()}
        return tuple(self._rows.values())

    def _publish(self, reason: str, rows: tuple[GpuStatus, ...]) -> bool:
        """Show these of NVIDIA's, and AMD's after them; gives whether there are any of those."""
        first = max((row.index for row in rows), default=-1) + 1
        others = [
            self._history.follow(row.uuid or f"#{row.index}", row)
            for row in self._cards.sample(first)
        ]
        rows = chosen(rows, self._environ)
        rows = self._owners.named(rows) if self._owners else rows
        told = "" if others and not rows else reason
        with self._sampled:
            self._snapshot = GpuSnapshot((*rows, *others), told, self._clock())
            self._sampled.notify_all()
        return bool(others)


def _lost(row: GpuStatus, note: str = "") -> GpuStatus:
    return GpuStatus(
        index=row.index,
        name=row.name,
        uuid=row.uuid,
        memory_total=row.memory_total,
        history=row.history,
        memory_history=row.memory_history,
        power_history=row.power_history,
        lost=True,
        note=note or "lost",
    )
