"""GPUs of other machines, through the DCGM exporter that their cluster already runs.

Metric names and units as of dcgm-exporter 3 to 4.8 (percent, MiB, MHz) and of 4.9, which renamed
them (ratios, bytes, hertz); labels as of both. Behind the exporter of one machine or a Prometheus
that gathers many: machines are told apart by their label, and samples may be as old as their time.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from massgen_tui.config.address import is_loopback
from massgen_tui.config.schema import Config
from massgen_tui.monitor.clocks import held_back
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.metrics import samples
from massgen_tui.monitor.read import text
from massgen_tui.monitor.roll import Roll
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus

_MIB, _MEGA = 2**20, 1e-6
_BLANK_32, _BLANK_64 = float(0x7FFFFFF0), float(2**47)
"""From here on values are DCGM's ways to say that it does not know; bytes and hertz may be more
than the smaller."""
_LARGE = 50_000
"""Bytes of a page from which it is read in a thread: a machine with 8 GPUs sends about 30 kB."""
_MOST = 20_000
"""Samples of a page: more than the limit of its bytes lets through."""
_MINUTE = 24
"""Looks of a minute."""
_LATE = 60.0
"""Seconds from which the time that a sample bears is believed: clocks of machines differ."""
_NOT_TOLD = "not told any more"


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
_NAMES = frozenset(metric.name for metrics in _FIELDS.values() for metric in metrics)


@dataclass(slots=True)
class _Machine:
    """One machine over time."""

    roll: Roll = field(default_factory=lambda: Roll(_MINUTE))
    reason: str = ""
    sampled_at: float | None = None


class Exporter:
    """One exporter over time."""

    def __init__(self, url: str, label: str = "", *, wall: Callable[[], float] = time.time) -> None:
        """Know its address.

        Args:
            url: The address of its page.
            label: Names its machine; else the address does, or its page.
            wall: Seconds since 1970, beside which the times in a page are old.
        """
        self.url = url
        self.label = label or urlsplit(url).hostname or url
        self.snapshots: tuple[GpuSnapshot, ...] = (GpuSnapshot(host=self.label),)
        """One a machine that it tells of, or has told of."""
        self._named = bool(label) or not is_loopback(self.label)
        self._wall = wall
        self._machines: dict[str, _Machine] = {}

    async def look(self, fetcher: Fetcher, now: float) -> tuple[GpuSnapshot, ...]:
        """Ask it once. What was there before stays, growing stale, when it tells nothing of it."""
        answer = await fetcher.get(self.url)
        reason, hosts = "", {}
        if not answer.ok:
            reason = answer.words or f"the exporter answers HTTP {answer.status}"
        else:
            page = answer.text()
            large = len(page) > _LARGE
            hosts = await asyncio.to_thread(read_hosts, page) if large else read_hosts(page)
            reason = "" if hosts else "the exporter names no GPU"
        for host, told in hosts.items():
            self._take(self._machines.setdefault(host, _Machine()), told, now)
        for host, machine in self._machines.items():
            machine.reason = "" if host in hosts else reason or _NOT_TOLD
        self.snapshots = tuple(
            GpuSnapshot(machine.roll.rows, machine.reason, machine.sampled_at, self._name(host))
            for host, machine in self._machines.items()
        ) or (GpuSnapshot((), reason, now, self.label),)
        return self.snapshots

    def _take(self, machine: _Machine, told: "Told", now: float) -> None:
        machine.roll.begin()
        for gpu in told.gpus:
            machine.roll.add(gpu)
        machine.roll.end(GpuState.UNREACHABLE, _NOT_TOLD)
        age = self._wall() - told.at if told.at is not None else 0.0
        machine.sampled_at = now - age if age > _LATE else now

    def _name(self, host: str) -> str:
        """What to call a machine: by its own name where ours would not tell which it is."""
        return host if host and (len(self._machines) > 1 or not self._named) else self.label


def exporters_of(config: Config) -> tuple[Exporter, ...]:
    """The distinct exporters that a config names, for machines, servers and agents' servers."""
    named = [(source.dcgm, source.label) for source in config.gpus]
    named += [(server.gpu_metrics_url, "") for server in config.servers]
    named += [(agent.backend.gpu_metrics_url, "") for agent in config.agents]
    found: dict[str, Exporter] = {}
    for url, label in named:
        if url:
            found.setdefault(url, Exporter(url, label))
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells of one machine."""

    gpus: tuple[GpuStatus, ...]
    """By number; an instance of a GPU that MIG cut up is a row of its own."""
    at: float | None = None
    """The newest time that a sample bears, in seconds since 1970; None: they bear none."""


def read_hosts(page: str) -> dict[str, Told]:
    """What an exporter's page tells, by machine."""
    values: dict[tuple[str, str, str], dict[str, float]] = {}
    labels: dict[tuple[str, str, str], Mapping[str, str]] = {}
    times: dict[str, float] = {}
    for sample in samples(page, _NAMES, _MOST):
        # `Hostname` until 4.8.2, `hostname` since; Prometheus may have only its own
        known = {name.lower(): value for name, value in sample.labels.items()}
        host = text(known.get("hostname") or known.get("instance"))
        key = host, known.get("gpu", "0"), known.get("gpu_i_id", "")
        labels[key] = known
        values.setdefault(key, {})[sample.name] = float(sample.value)
        if sample.timestamp is not None:
            times[host] = max(float(sample.timestamp), times.get(host, 0.0))
    hosts: dict[str, list[GpuStatus]] = {}
    for key, found in values.items():
        hosts.setdefault(key[0], []).append(_row(key[1], key[2], labels[key], found))
    return {
        host: Told(tuple(sorted(gpus, key=lambda gpu: gpu.index)), times.get(host))
        for host, gpus in hosts.items()
    }


def _row(
    number: str, instance: str, labels: Mapping[str, str], values: Mapping[str, float]
) -> GpuStatus:
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
