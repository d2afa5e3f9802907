"""Processes that are measured, and what they cost."""

import contextlib
import ctypes
import gc
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.harness.wire import Kind

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
"""Seconds until a process that says nothing is given up."""


class Child:
    """A module of ours as a process, read and led by lines."""

    def __init__(
        self,
        module: str,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        root: Path | None = None,
    ) -> None:
        """Start `python -m module arguments`; without `env` in our environment; that of `root`."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root or ROOT,
            env=dict(os.environ if env is None else env) | modules_of(root),
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line.strip())
        self._lines.put("")

    def line(self) -> str:
        """The next line it prints; empty when it has ended.

        Raises:
            TimeoutError: it said nothing for a minute.
        """
        try:
            return self._lines.get(timeout=_PATIENCE)
        except queue.Empty:
            raise TimeoutError(f"{self.process.args!r} says nothing: did all join it?") from None

    def until(self, word: str) -> str:
        """Wait for a line that begins with `word`; gives what follows it."""
        while line := self.line():
            if line.startswith(word):
                return line.removeprefix(word).strip()
        raise RuntimeError(f"{self.process.args!r} ended before it said {word!r}")

    def tell(self, line: str) -> None:
        """Write it a line."""
        if self.process.stdin is not None:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()


class Server(Child):
    """The paced server."""

    def __init__(self, ports: int = 1) -> None:
        """Listen on so many ports."""
        super().__init__("bench.harness.serve", ports)
        self.urls = [f"http://127.0.0.1:{port}" for port in self.line().split()]

    @property
    def url(self) -> str:
        """Its first address."""
        return self.urls[0]

    def joined(self, streams: int) -> None:
        """Wait until so many streams are open."""
        self.until(f"joined {streams}")

    def start(
        self, kind: Kind, count: int, *, rate: float = 0, words: int = 1, marks: int = 0
    ) -> None:
        """Begin to stream to all that are open; `played` waits for the end of it."""
        order = {"play": kind, "count": count, "rate": rate, "words": words, "marks": marks}
        self.tell(json.dumps(order))

    def played(self) -> dict[str, float]:
        """Wait until all is sent; gives the times of the marks, in monotonic seconds."""
        marks: dict[str, float] = json.loads(self.until("done"))
        return marks

    def play(self, kind: Kind, count: int, *, rate: float = 0, words: int = 1) -> None:
        """Stream and wait until all is sent."""
        self.start(kind, count, rate=rate, words=words)
        self.played()

    def end(self) -> None:
        """End all streams."""
        self.tell('{"end": true}')
        self.played()


class Loop(Child):
    """A bare client that prints nothing: `sdk`, `httpx2` or `input` (see `loops`)."""

    def __init__(self, client: str, url: str, streams: int = 1) -> None:
        """Ask for so many streams."""
        super().__init__("bench.harness.loops", client, url, streams)


def modules_of(root: Path | None) -> dict[str, str]:
    """The variable by which Python takes modules from `root` first; nothing for our own."""
    return {} if root is None else {"PYTHONPATH": str(root)}


def cpu(pid: int, *, main_only: bool = False) -> float:
    """CPU seconds of all threads of a process that are there now, or of its first thread."""
    total = 0
    for task in [Path(f"/proc/{pid}/task/{pid}")] if main_only else _entries(pid, "task"):
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total / 1e9


def rss(pid: int) -> float:
    """Resident memory in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def own_mb(pid: int | str = "self") -> float:
    """Resident memory in MB that is no file's."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE") / 1e6


def trim() -> None:
    """Collect what nobody refers to and give free memory back to the system (glibc)."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def threads(pid: int) -> int:
    """How many threads."""
    return len(list(_entries(pid, "task")))


def descriptors(pid: int) -> int:
    """How many open file descriptors."""
    return len(list(_entries(pid, "fd")))


def _entries(pid: int, kind: str) -> Iterator[Path]:
    return Path(f"/proc/{pid}/{kind}").iterdir()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share of `values` lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def span(values: Sequence[float], form: str = ".2f") -> str:
    """Median (lowest-highest)."""
    low, high = min(values), max(values)
    return f"{percentile(values, 0.5):{form}} ({low:{form}}-{high:{form}})"
