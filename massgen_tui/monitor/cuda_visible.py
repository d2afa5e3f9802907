"""Which GPUs programs that are started here may use: what CUDA_VISIBLE_DEVICES says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from massgen_tui.monitor.gpu_status import GpuStatus

VARIABLE, ORDER = "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"
_BY_BUS = "PCI_BUS_ID"
_LONGEST = 6
"""Digits of a number that could be a GPU's."""


class _UnsureError(Exception):
    """It cannot be told which GPU CUDA would give this number."""


def chosen(rows: Iterable[GpuStatus], environ: Mapping[str, str]) -> tuple[GpuStatus, ...]:
    """The same GPUs, each marked as chosen or not; none is hidden, none is marked when it is unset.

    As CUDA reads it: numbers or beginnings of UUIDs that only one has, and what follows one that is
    not there does not count. NVML counts by the bus, CUDA by speed unless CUDA_DEVICE_ORDER says
    PCI_BUS_ID, and it does not count what it cannot use: where a number might be another's, none
    is marked.
    """
    rows = tuple(rows)
    said = environ.get(VARIABLE)
    if said is None:
        return rows
    sure = _sure(rows, by_bus=environ.get(ORDER) == _BY_BUS)
    found: set[int] = set()
    try:
        for word in (word.strip() for word in said.split(",")):
            places = [place for place, row in enumerate(rows) if _means(word, row, sure)]
            if len(places) != 1:
                break
            found.add(places[0])
    except _UnsureError:
        return rows
    return tuple(replace(row, chosen=place in found) for place, row in enumerate(rows))


def _sure(rows: Sequence[GpuStatus], *, by_bus: bool) -> int | None:
    """The first number that CUDA may give another GPU than NVML does; None: there is none."""
    kinds = {(row.name, round((row.memory_total or 0) / 2**30)) for row in rows if not row.away}
    if len(rows) > 1 and not by_bus and (len(kinds) > 1 or any(not name for name, _ in kinds)):
        return 0
    # CUDA leaves out what is away, and counts a GPU that MIG cut up in a way of its own
    return min((row.index for row in rows if row.away or _cut_up(row)), default=None)


def _cut_up(row: GpuStatus) -> bool:
    return bool(row.instances) or row.note.startswith("MIG")


def _means(word: str, row: GpuStatus, sure: int | None) -> bool:
    if word.isdecimal():
        if len(word) >= _LONGEST:
            return False
        if sure is not None and int(word) >= sure:
            raise _UnsureError
        return int(word) == row.index and not row.away
    if word.startswith("MIG-"):
        return any(part.uuid.startswith(word) for part in row.instances if part.uuid)
    return word.startswith("GPU-") and bool(row.uuid) and str(row.uuid).startswith(word)
