"""Which GPUs programs that are started here may use: what CUDA_VISIBLE_DEVICES says."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from massgen_tui.monitor.status import GpuStatus

VARIABLE = "CUDA_VISIBLE_DEVICES"
_LONGEST = 6
"""Digits of a number that could be a GPU's."""


def chosen(rows: Iterable[GpuStatus], environ: Mapping[str, str]) -> tuple[GpuStatus, ...]:
    """The same GPUs, each marked as chosen or not; none is hidden, none is marked when it is unset.

    As CUDA reads it: numbers or beginnings of UUIDs that only one has, and what follows one that is
    not there does not count. Numbers are taken in the order of the bus, as NVML counts.
    """
    rows = tuple(rows)
    said = environ.get(VARIABLE)
    if said is None:
        return rows
    found: set[int] = set()
    for word in (word.strip() for word in said.split(",")):
        places = [place for place, row in enumerate(rows) if _means(word, row)]
        if len(places) != 1:
            break
        found.add(places[0])
    return tuple(replace(row, chosen=place in found) for place, row in enumerate(rows))


def _means(word: str, row: GpuStatus) -> bool:
    if word.isdecimal():
        return len(word) < _LONGEST and int(word) == row.index and not row.lost
    if word.startswith("MIG-"):
        return any(part.uuid.startswith(word) for part in row.instances if part.uuid)
    return word.startswith("GPU-") and bool(row.uuid) and str(row.uuid).startswith(word)
