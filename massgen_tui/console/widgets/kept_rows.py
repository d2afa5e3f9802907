"""Rows of servers and GPUs of the last time, used again where they would say the same."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.widgets.server_rows import aged, server_rows
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.status import ServerStatus


def _all_but(kind: type[ServerStatus | GpuStatus], *names: str) -> Callable[[object], object]:
    return attrgetter(*(one.name for one in fields(kind) if one.compare and one.name not in names))


_SEEN_OF_SERVER = _all_but(ServerStatus, "checked_at", "latency_s")
_SEEN_OF_GPU = _all_but(
    GpuStatus,
    *("power", "power_limit", "power_history", "memory_history", "sm_clock", "memory_clock"),
    "history",
)
"""What their rows may tell, beside bars of their load."""
_SUMMED = attrgetter(
    *("index", "part", "shared", "state", "utilisation", "memory_used", "memory_total", "power")
)
"""What the totals of a machine may tell."""
BARS = 8
"""The most bars of its load that the row of a GPU has."""
_MOST_GPUS = 4096
"""GPUs whose rows are kept: so many are never shown, but an exporter may name ever others."""


class KeptRows:
    """The rows of each of several, by whose they are."""

    def __init__(self) -> None:
        """None were made."""
        self._servers: dict[str, tuple[ServerStatus, object, list[Row]]] = {}
        self._gpus: dict[object, tuple[GpuStatus, object, object, list[Row]]] = {}
        self._totals: dict[str, tuple[list[tuple[Any, ...]], int, Row]] = {}

    def of_server(
        self, id: str, status: ServerStatus, width: int, now: float, *, copy_key: str, chosen: bool
    ) -> list[Row]:
        """The rows of a server, as `server_rows` makes them."""
        kept, how = self._servers.get(id), (width, copy_key, chosen)
        if aged(status, now):
            self._servers.pop(id, None)
            return server_rows(status, width, now, copy_key=copy_key, chosen=chosen)
        if kept is not None and kept[0] is status and kept[1] == how:
            return kept[2]
        if kept is not None and kept[1] == how and _same(kept[0], status):
            rows = kept[2]
        else:
            rows = server_rows(status, width, now, copy_key=copy_key, chosen=chosen)
        self._servers[id] = status, how, rows
        return rows

    def of_gpu(self, gpu: GpuStatus, how: object, make: Callable[[], list[Row]]) -> list[Row]:
        """The rows of a GPU, where they tell neither power nor clocks, and no history of memory.

        `how` is what they depend on beside the GPU.
        """
        whose = gpu.index, gpu.uuid
        kept = self._gpus.get(whose)
        if kept is not None and kept[0] is gpu and kept[2] == how:
            return kept[3]
        seen = _SEEN_OF_GPU(gpu), _bars_of(gpu.history)
        rows = kept[3] if kept is not None and kept[1:3] == (seen, how) else make()
        if len(self._gpus) >= _MOST_GPUS:
            self._gpus.clear()
        self._gpus[whose] = gpu, seen, how, rows
        return rows

    def of_all(
        self, host: str, gpus: Sequence[GpuStatus], width: int, make: Callable[[], Row]
    ) -> Row:
        """The row of a machine's totals."""
        kept, summed = self._totals.get(host), [_SUMMED(gpu) for gpu in gpus]
        row = kept[2] if kept is not None and kept[:2] == (summed, width) else make()
        if len(self._totals) >= _MOST_GPUS:
            self._totals.clear()
        self._totals[host] = summed, width, row
        return row

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget servers that are there no more."""
        for gone in [id for id in self._servers if id not in ids]:
            del self._servers[gone]


def _bars_of(history: tuple[float | None, ...]) -> object:
    """What bars of a load are made of: where it stands still, how many there are, and where."""
    first = history[0] if history else None
    if first is None or first % 1 or history.count(first) < len(history):
        return history
    return first, min(len(history), BARS)


def _same(before: ServerStatus, after: ServerStatus) -> bool:
    """Whether two looks differ in no more than when they were and how long they took."""
    return bool(_SEEN_OF_SERVER(after) == _SEEN_OF_SERVER(before))
