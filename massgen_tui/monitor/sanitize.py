"""What a GPU can be like: drivers and exporters also send numbers for what they do not know."""

from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeVar

from massgen_tui.monitor.gpu_status import GpuStatus

_PERCENT, _CELSIUS, _WATTS, _MEGAHERTZ = (0, 100), (-60, 250), (0, 10_000), (0, 30_000)
_ERRORS, _BYTES = (0, 10**12), (1, 2**50)

_NAMES = (
    *("utilisation", "memory_used", "memory_total", "temperature", "power", "power_limit"),
    *("sm_clock", "memory_clock", "ecc_errors", "xid"),
)
_CHECKED = attrgetter(*_NAMES)
_Number = TypeVar("_Number", int, float)


def sanitize(row: GpuStatus) -> GpuStatus:
    """The same without the values that no GPU has: they are not known."""
    total = _within(row.memory_total, _BYTES)
    most = _BYTES[1] if total is None else total
    told: tuple[Any, ...] = (
        _within(row.utilisation, _PERCENT),
        _within(row.memory_used, (0, most)),
        total,
        _within(row.temperature, _CELSIUS),
        _within(row.power, _WATTS),
        _within(row.power_limit, _WATTS),
        _within(row.sm_clock, _MEGAHERTZ),
        _within(row.memory_clock, _MEGAHERTZ),
        _within(row.ecc_errors, _ERRORS),
        _within(row.xid, _ERRORS),
    )
    # to make another costs more than to look, and almost all are fine
    return row if told == _CHECKED(row) else replace(row, **dict(zip(_NAMES, told, strict=True)))


def _within(value: _Number | None, bounds: tuple[int, int]) -> _Number | None:
    low, high = bounds
    return value if value is not None and low <= value <= high else None
