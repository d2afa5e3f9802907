"""Watches the GPUs of this host in one daemon thread, which may hang and hurt nobody."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from massgen_tui.monitor.amd import AmdCards
from massgen_tui.monitor.cuda_visible import chosen
from massgen_tui.monitor.gpu_inventory import GpuInventory
from massgen_tui.monitor.gpu_processes import GpuProcesses
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.nvml import DriverLost, NoGpus, Nvml, Unanswered

Clock = Callable[[], float]

log = logging.getLogger(__name__)

_INTERVAL = 1.0
_RETRY = 10.0
_REOPEN, _REOPEN_FOR_SOME = 30.0, 300.0
"""Seconds after which the library is opened anew where all GPUs are away, or some: that may cost
the others."""
_SILENT = 10.0
"""Seconds for which a driver may not say how many GPUs there are, before they are unreachable."""
_MINUTE = 60
_NOT_LISTED = "its driver lists it no more"


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
        delay: float = 0.0,
        open_nvml: Callable[[], Nvml] = Nvml,
        owners: GpuProcesses | None = None,
        cards: AmdCards | None = None,
        environ: Mapping[str, str] = os.environ,
        sampled: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask nothing before `start`.

        Args:
            clock: Monotonic seconds, for the times in snapshots.
            interval: Seconds between samples.
            retry: Seconds until it looks again for a driver that was not there.
            delay: Seconds from `start` until it opens the library.
            open_nvml: Opens the library; called in the thread.
            owners: Tells which processes are servers of ours.
            cards: AMD's cards; by default this host's.
            environ: Where CUDA_VISIBLE_DEVICES stands.
            sampled: Called in the thread when there is another snapshot.
        """
        self._clock = clock
        self._interval = interval
        self._retry = retry
        self._delay = delay
        self._open = open_nvml
        self._ending = threading.Event()
        self._sampled = threading.Condition()
        self._thread: threading.Thread | None = None
        self._owners = owners
        self._cards = cards or AmdCards()
        self._environ = environ
        self._tell = sampled
        self._roll, self._others = GpuInventory(_MINUTE), GpuInventory(_MINUTE)
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
        self._ending.wait(self._delay)
        while not self._ending.is_set():
            try:
                self._look()
            except Exception:
                # a fault of ours: the thread must live on, and the numbers show their age
                log.exception("looking at the GPUs failed")
                self._failed()
                self._ending.wait(self._retry)

    def _look(self) -> None:
        with self._sampled:
            self._snapshot = replace(self._snapshot, asked_at=self._clock())
        self._tell()
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
        self._tell()

    def _sample_until_lost(self, nvml: Nvml) -> None:
        opened = answered = self._clock()
        while not self._ending.is_set():
            began = self._clock()
            try:
                rows = self._sample(nvml, began)
            except Unanswered as error:
                # what is there grows stale
                if began - answered > _SILENT:
                    self._without(error.reason)
                    return
                self._ending.wait(self._interval)
                continue
            except DriverLost as error:
                self._without(error.reason)
                return
            if not rows:
                self._without("no NVIDIA GPU on this host")
                return
            answered = began
            self._publish("", rows, began)
            away = [row.away for row in rows]
            if any(away) and began - opened > (_REOPEN if all(away) else _REOPEN_FOR_SOME):
                return
            self._ending.wait(self._interval)

    def _sample(self, nvml: Nvml, began: float) -> tuple[GpuStatus, ...]:
        """All GPUs; what is there already is shown while the others are asked, if they are slow."""
        self._roll.begin()
        known = bool(self._roll.rows)
        for row in nvml.sample():
            self._roll.add(row)
            if not known or self._clock() - began > self._interval:
                self._publish("", self._roll.rows, None if known else began, whole=False)
        return self._roll.end(note=_NOT_LISTED)

    def _without(self, reason: str) -> None:
        """Show what there is without NVIDIA's, until it is time to look for them again."""
        again = self._clock() + self._retry
        while not self._ending.is_set():
            now = self._clock()
            some = self._publish(reason, self._roll.hide(reason), now)
            left = again - self._clock()
            if left <= 0 or self._ending.wait(min(left, self._interval) if some else left):
                return

    def _publish(
        self,
        reason: str,
        rows: tuple[GpuStatus, ...],
        began: float | None,
        *,
        whole: bool = True,
    ) -> bool:
        """Show these of NVIDIA's, and AMD's after them; gives whether there are any at all.

        Args:
            reason: Why there are none of NVIDIA's now, if there are none.
            rows: Those that are known.
            began: When the look began that they come from; None: they come from several.
            whole: That look is over.
        """
        first = max((row.index for row in rows), default=-1) + 1
        self._others.begin()
        for row in self._cards.sample(first):
            self._others.add(row)
        others = self._others.end()
        rows = chosen(rows, self._environ)
        rows = self._owners.named(rows, search=whole) if self._owners else rows
        told = "" if others and not rows else reason
        with self._sampled:
            at = self._snapshot.sampled_at if began is None else began
            self._snapshot = GpuSnapshot((*rows, *others), told, at)
            self._sampled.notify_all()
        self._tell()
        return bool(rows or others)
