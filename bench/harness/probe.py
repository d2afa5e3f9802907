"""A console that times each step of its event loop; needs no other file, so it runs in any build.

    python bench/harness/probe.py CONFIG PROMPT

A step is one callback: nothing else runs meanwhile. A pass is all that the loop runs between two
looks at what came: so long may a key wait. On SIGUSR1 a line is added to the file named by
`BENCH_STEPS`, a JSON object with the longest of each since the line before, in seconds, and what
the longest step was. With `BENCH_STACKS` a thread keeps where it was when it had run for long.
"""

import asyncio
import gc
import json
import os
import selectors
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from unittest import mock

WHERE, STACKS = "BENCH_STEPS", "BENCH_STACKS"
_LONG = 0.05
_LOOKS = 0.01
_MOST = 30


@dataclass
class Longest:
    """The longest step and the longest pass."""

    wall: float = 0
    cpu: float = 0
    pass_wall: float = 0
    collecting: float = 0
    what: str = ""
    stacks: list[str] = field(default_factory=list)


class Probe:
    """Times what one loop does."""

    def __init__(self) -> None:
        """Nothing has run."""
        self.longest = Longest()
        self._began = 0.0
        self._collects = self._collected = 0.0
        self._stacks: list[str] = []

    def watch(self) -> None:
        """Time all loops from now on."""
        run, select = asyncio.Handle._run, selectors.EpollSelector.select
        mock.patch.object(asyncio.Handle, "_run", self._timed(run)).start()
        gc.callbacks.append(self._collect)
        woken = time.monotonic()

        def selected(selector: selectors.EpollSelector, timeout: float | None = None) -> object:
            nonlocal woken
            if threading.current_thread() is not threading.main_thread():
                return select(selector, timeout)
            took = time.monotonic() - woken
            self.longest.pass_wall = max(self.longest.pass_wall, took)
            try:
                return select(selector, timeout)
            finally:
                woken = time.monotonic()

        mock.patch.object(selectors.EpollSelector, "select", selected).start()
        if os.environ.get(STACKS):
            threading.Thread(target=self._look, args=(threading.get_ident(),), daemon=True).start()

    def _timed(self, run: Callable[[asyncio.Handle], None]) -> Callable[[asyncio.Handle], None]:
        def timed(handle: asyncio.Handle) -> None:
            if threading.current_thread() is not threading.main_thread():
                run(handle)
                return
            self._stacks, self._collected = [], 0.0
            cpu = time.thread_time()
            began = self._began = time.monotonic()
            run(handle)
            wall, self._began = time.monotonic() - began, 0.0
            self.longest.cpu = max(self.longest.cpu, time.thread_time() - cpu)
            if wall > self.longest.wall:
                self.longest.wall = wall
                self.longest.stacks, self.longest.collecting = self._stacks, self._collected
                if wall > _LONG:
                    self.longest.what = repr(handle)[:200]

        return timed

    def _collect(self, phase: str, info: Mapping[str, int]) -> None:
        """Count what the garbage collector takes; all threads stand meanwhile."""
        if phase == "start":
            self._collects = time.monotonic()
        else:
            took = time.monotonic() - self._collects
            self._collected += took

    def _look(self, main: int) -> None:
        """Note where long steps are."""
        while True:
            time.sleep(_LOOKS)
            began = self._began
            if began and time.monotonic() - began > _LONG and len(self._stacks) < _MOST:
                frame = sys._current_frames().get(main)
                lines = traceback.format_stack(frame)[-12:]
                self._stacks.append("".join(lines))

    def tell(self, number: int, frame: FrameType | None) -> None:
        """Write down the longest since the last time."""
        said, self.longest = vars(self.longest), Longest()
        with Path(os.environ[WHERE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    from massgen_tui.cli import main

    probe = Probe()
    probe.watch()
    signal.signal(signal.SIGUSR1, probe.tell)
    main()
