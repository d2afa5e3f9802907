"""What a GPU can be like: drivers and exporters also send numbers for what they do not know."""

from dataclasses import replace
from typing import TypeVar

from massgen_tui.monitor.gpu_status import GpuStatus

_PERCENT, _CELSIUS, _WATTS, _MEGAHERTZ = (0, 100), (-60, 250), (0, 10_000), (0, 30_000)
_ERRORS, _BYTES = (0, 10**12), (1, 2**50)

_Number = TypeVar("_Number", int, float)


def sanitize(row: GpuStatus) -> GpuStatus:
    """The same without the values that no GPU has: they are not known."""
    total = _within(row.memory_total, _BYTES)
    most = _BYTES[1] if total is None else total
    return replace(
        row,
        utilisation=_within(row.utilisation, _PERCENT),
        memory_used=_within(row.memory_used, (0, most)),
        memory_total=total,
        temperature=_within(row.temperature, _CELSIUS),
        power=_within(row.power, _WATTS),
        power_limit=_within(row.power_limit, _WATTS),
        sm_clock=_within(row.sm_clock, _MEGAHERTZ),
        memory_clock=_within(row.memory_clock, _MEGAHERTZ),
        ecc_errors=_within(row.ecc_errors, _ERRORS),
        xid=_within(row.xid, _ERRORS),
    )


def _within(value: _Number | None, bounds: tuple[int, int]) -> _Number | None:
    low, high = bounds
    return value if value is not None and low <= value <= high else None
