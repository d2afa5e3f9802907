"""DCGM's metrics and what they make of a GPU.

Names and units as of dcgm-exporter 3 to 4.8 (percent, MiB, MHz) and of 4.9, which renamed them
(ratios, bytes, hertz); labels as of both.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from massgen_tui.monitor.clocks import held_back
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.read import text

_MIB, _MEGA = 2**20, 1e-6
_BLANK_32, _BLANK_64 = float(0x7FFFFFF0), float(2**47)
"""From here on values are DCGM's ways to say that it does not know; bytes and hertz may be more
than the smaller."""


class _Metric(NamedTuple):
    """Where one field stands: its name, and what makes our unit of its own."""

    name: str
    times: float = 1
    blank: float = _BLANK_32


_FIELDS: Mapping[str, tuple[_Metric, ...]] = {
    # some releases before 4.9 gave the percentage under this name
    "ratio": (_Metric("DCGM_FI_DEV_GPU_UTIL_RATIO"),),
    "percent": (_Metric("DCGM_FI_DEV_GPU_UTIL"),),
    "active": (
        _Metric("DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO"),
        _Metric("DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
    ),
    "total": (
        _Metric("DCGM_FI_DEV_FB_CAPACITY_BYTES", 1, _BLANK_64),
        _Metric("DCGM_FI_DEV_FB_TOTAL", _MIB),
    ),
    "used": (
        _Metric("DCGM_FI_DEV_FB_USED_BYTES", 1, _BLANK_64),
        _Metric("DCGM_FI_DEV_FB_USED", _MIB),
    ),
    "free": (
        _Metric("DCGM_FI_DEV_FB_FREE_BYTES", 1, _BLANK_64),
        _Metric("DCGM_FI_DEV_FB_FREE", _MIB),
    ),
    "reserved": (
        _Metric("DCGM_FI_DEV_FB_RESERVED_BYTES", 1, _BLANK_64),
        _Metric("DCGM_FI_DEV_FB_RESERVED", _MIB),
    ),
    "temperature": (_Metric("DCGM_FI_DEV_GPU_TEMP_CELSIUS"), _Metric("DCGM_FI_DEV_GPU_TEMP")),
    "power": (_Metric("DCGM_FI_DEV_BOARD_POWER_WATTS"), _Metric("DCGM_FI_DEV_POWER_USAGE")),
    "power_limit": (
        _Metric("DCGM_FI_DEV_ENFORCED_POWER_LIMIT"),
        _Metric("DCGM_FI_DEV_POWER_MGMT_LIMIT"),
    ),
    "sm_clock": (
        _Metric("DCGM_FI_DEV_SM_CLOCK_HERTZ", _MEGA, _BLANK_64),
        _Metric("DCGM_FI_DEV_SM_CLOCK"),
    ),
    "memory_clock": (
        _Metric("DCGM_FI_DEV_MEMORY_CLOCK_HERTZ", _MEGA, _BLANK_64),
        _Metric("DCGM_FI_DEV_MEM_CLOCK"),
    ),
    "held_back": (
        _Metric("DCGM_FI_DEV_CLOCKS_EVENT_REASONS"),
        _Metric("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS"),
    ),
    "ecc": (_Metric("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"),),
    "xid": (_Metric("DCGM_FI_DEV_XID_ERROR"), _Metric("DCGM_FI_DEV_XID_ERRORS")),
}
NAMES = frozenset(metric.name for metrics in _FIELDS.values() for metric in metrics)


def row_of(
    number: str, instance: str, labels: Mapping[str, str], values: Mapping[str, float]
) -> GpuStatus:
    """A GPU, or an instance of one, by its labels and the values of its metrics."""
    found = {field: _first(metrics, values) for field, metrics in _FIELDS.items()}
    profile = labels.get("gpu_i_profile", "")
    bits = found["held_back"]
    return GpuStatus(
        index=int(number) if number.isdecimal() and len(number) < 6 else 0,
        name=text(labels.get("modelname")).removeprefix("NVIDIA ") or None,
        uuid=text(labels.get("uuid")) + (f"/{instance}" if instance else "") or None,
        utilisation=_load(found, part=bool(instance)),
        memory_used=_whole(found["used"]),
        memory_total=_whole(_total(found)),
        temperature=_whole(found["temperature"]),
        power=found["power"],
        power_limit=found["power_limit"],
        sm_clock=_whole(found["sm_clock"]),
        memory_clock=_whole(found["memory_clock"]),
        throttled=None if bits is None else held_back(int(bits)),
        ecc_errors=_whole(found["ecc"]),
        xid=_whole(found["xid"]),
        part=bool(instance),
        note=text(f"MIG {profile or instance}") if instance else "",
    )


def _first(metrics: Sequence[_Metric], values: Mapping[str, float]) -> float | None:
    """The first that is there and is no way to say that it is not known."""
    for metric in metrics:
        value = values.get(metric.name)
        if value is not None and 0 <= value < metric.blank:
            return value * metric.times
    return None


def _load(found: Mapping[str, float | None], *, part: bool) -> int | None:
    """Percent. Of an instance DCGM says 0 whatever it does: there its engine tells, if anything."""
    ratio, percent, active = found["ratio"], found["percent"], found["active"]
    if ratio is not None:
        percent = ratio * 100 if ratio <= 1 else ratio
    if part or percent is None:
        percent = None if active is None else min(active, 1.0) * 100
    return _whole(percent)


def _total(found: Mapping[str, float | None]) -> float | None:
    used, free = found["used"], found["free"]
    if found["total"] is not None or used is None or free is None:
        return found["total"]
    return used + free + (found["reserved"] or 0)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
