"""Which processes on the GPUs are servers of ours: from a port to who listens, to its children.

The workers that hold a GPU's memory are children of the process that listens (vLLM's engine core,
SGLang's schedulers), so a process is a server's when it or one of its forebears listens on the
server's port. Linux only, of processes that this user may look into, in this network namespace.
"""

import itertools
import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from massgen_tui.config.address import port_of
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.host import PROC
from massgen_tui.monitor.listening import listening
from massgen_tui.monitor.status import ServerTarget
from massgen_tui.net.address import is_loopback

EVERY = 10.0
"""Seconds between two searches, however many processes come and go."""
_MOST_FILES = 4096
_MOST_FOREBEARS = 16


def on_this_host(target: ServerTarget) -> bool:
    """Whether a server runs on this machine, by its address."""
    if target.hosted:
        return False
    return is_loopback(target.host) or target.host.lower() == socket.gethostname().lower()


def places_of(targets: Iterable[ServerTarget]) -> dict[int, str]:
    """The servers of this host by port, as the sidebar names them."""
    here = (target for target in targets if on_this_host(target))
    return {port_of(target.root): target.place for target in here}


class GpuProcesses:
    """Names the GPU processes that serve; to be asked from one thread, never the event loop's."""

    def __init__(
        self,
        places: Mapping[int, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        proc: Path = PROC,
    ) -> None:
        """Know the servers by port; nothing is read yet."""
        self._places = places
        self._clock = clock
        self._proc = proc
        self._searched: float | None = None
        self._found: dict[int, str] = {}

    def set_places(self, places: Mapping[int, str]) -> None:
        """Know other servers from now on; may be called from another thread."""
        self._places, self._searched = places, None

    def named(self, rows: Iterable[GpuStatus], *, search: bool = True) -> tuple[GpuStatus, ...]:
        """The same GPUs, each process of a server with that server's place.

        Without `search` only those are named that were found before: there are more GPUs to come.
        """
        rows = tuple(rows)
        pids = {process.pid for row in rows for process in row.processes or ()}
        if not pids or not self._places:
            return rows
        now = self._clock()
        if search and (self._searched is None or now - self._searched >= EVERY):
            self._searched, self._found = now, self._search(pids)
        if self._found.keys().isdisjoint(pids):
            return rows
        return tuple(
            row
            if row.processes is None
            else replace(
                row,
                processes=tuple(
                    replace(process, server=self._found.get(process.pid, ""))
                    for process in row.processes
                ),
            )
            for row in rows
        )

    def _search(self, pids: Iterable[int]) -> dict[int, str]:
        inodes = listening(self._places, self._proc)
        sockets = {f"socket:[{inode}]": place for inode, place in inodes.items()}
        if not sockets:
            return {}
        asked: dict[int, str] = {}
        found = {}
        for pid in pids:
            for forebear in self._line(pid):
                if forebear not in asked:
                    asked[forebear] = self._listens(forebear, sockets)
                if place := asked[forebear]:
                    found[pid] = place
                    break
        return found

    def _line(self, pid: int) -> Iterable[int]:
        """A process and its forebears, without the first of all."""
        for _ in range(_MOST_FOREBEARS):
            if pid <= 1:
                return
            yield pid
            pid = self._parent(pid)

    def _parent(self, pid: int) -> int:
        try:
            stat = (self._proc / str(pid) / "stat").read_text(errors="replace")
        except OSError:
            return 0
        # the name, in brackets, may hold anything
        parts = stat.rpartition(")")[2].split()
        return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 0

    def _listens(self, pid: int, sockets: Mapping[str, str]) -> str:
        try:
            with os.scandir(self._proc / str(pid) / "fd") as files:
                for file in itertools.islice(files, _MOST_FILES):
                    place = sockets.get(_target(Path(file.path)))
                    if place:
                        return place
        except OSError:
            return ""
        return ""


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
