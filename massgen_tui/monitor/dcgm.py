"""GPUs of other machines, through the DCGM exporter that their cluster already runs.

Metric names and units as of dcgm-exporter 3 to 4.8 (percent, MiB, MHz) and of 4.9, which renamed
them (ratios, bytes, hertz); labels as of both. Behind the exporter of one machine or a Prometheus
that gathers many: GPUs are told apart by their machine's label.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from massgen_tui.config.address import is_loopback
from massgen_tui.config.schema import Config
from massgen_tui.monitor.clocks import held_back
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.history import GpuHistory
from massgen_tui.monitor.metrics import samples
from massgen_tui.monitor.read import text
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus

_MIB, _MEGA = 2**20, 1e-6
_BLANK_32, _BLANK_64 = float(0x7FFFFFF0), float(2**47)
"""From here on values are DCGM's ways to say that it does not know; bytes and hertz may be more
than the smaller."""
_LARGE = 50_000
"""Bytes of a page from which it is read in a thread: a machine with 8 GPUs sends about 30 kB."""
_MOST = 20_000
"""Samples of a page; the limit of its bytes is less."""
_MINUTE = 24
"""Looks of a minute."""


class _Metric(NamedTuple):
    """Where one field stands: its name, and what makes our unit of its own."""

    name: str
    times: float = 1
    blank: float = _BLANK_32


_FIELDS: Mapping[str, tuple[_Metric, ...]] = {
    "utilisation": (
        _Metric("DCGM_FI_DEV_GPU_UTIL_RATIO", 100),
        _Metric("DCGM_FI_DEV_GPU_UTIL"),
        # all that there is of an instance of a GPU that MIG cut up
        _Metric("DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO", 100),
        _Metric("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 100),
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


class Exporter:
    """One exporter over time."""

    def __init__(self, url: str, label: str = "") -> None:
        """Know its address; `label` names its machine, else the address does, or its page."""
        self.url = url
        self.label = label or urlsplit(url).hostname or url
        self.snapshots: tuple[GpuSnapshot, ...] = (GpuSnapshot(host=self.label),)
        """One a machine that it tells of."""
        self._named = bool(label) or not is_loopback(self.label)
        self._history = GpuHistory(_MINUTE)

    async def look(self, fetcher: Fetcher, now: float) -> tuple[GpuSnapshot, ...]:
        """Ask it once. What was there before stays, growing stale, when it does not answer."""
        answer = await fetcher.get(self.url)
        if not answer.ok:
            reason = answer.words or f"the exporter answers HTTP {answer.status}"
            self.snapshots = tuple(
                replace(old, reason=reason, sampled_at=old.sampled_at if old.gpus else now)
                for old in self.snapshots
            )
            return self.snapshots
        page = answer.text()
        large = len(page) > _LARGE
        hosts = await asyncio.to_thread(read_hosts, page) if large else read_hosts(page)
        self.snapshots = tuple(
            GpuSnapshot(self._followed(host, gpus), "", now, self._name(host, hosts))
            for host, gpus in hosts.items()
        ) or (GpuSnapshot((), "the exporter names no GPU", now, self.label),)
        return self.snapshots

    def _followed(self, host: str, gpus: Sequence[GpuStatus]) -> tuple[GpuStatus, ...]:
        follow = self._history.follow
        return tuple(follow(f"{host}/{gpu.uuid or gpu.index}", gpu) for gpu in gpus)

    def _name(self, host: str, hosts: Mapping[str, object]) -> str:
        """What to call a machine: by its own name where ours would not tell which it is."""
        return host if host and (len(hosts) > 1 or not self._named) else self.label


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


def read_hosts(page: str) -> dict[str, list[GpuStatus]]:
    """The GPUs of an exporter's page by machine, by number; a MIG instance is a row of its own."""
    values: dict[tuple[str, str, str], dict[str, float]] = {}
    labels: dict[tuple[str, str, str], Mapping[str, str]] = {}
    for sample in samples(page, _NAMES, _MOST):
        # `Hostname` until 4.8.2, `hostname` since
        known = {name.lower(): value for name, value in sample.labels.items()}
        key = text(known.get("hostname")), known.get("gpu", "0"), known.get("gpu_i_id", "")
        labels[key] = known
        values.setdefault(key, {})[sample.name] = float(sample.value)
    hosts: dict[str, list[GpuStatus]] = {}
    for key, found in values.items():
        hosts.setdefault(key[0], []).append(_row(key[1], key[2], labels[key], found))
    return {host: sorted(gpus, key=lambda gpu: gpu.index) for host, gpus in hosts.items()}


def _row(
    number: str, instance: str, labels: Mapping[str, str], values: Mapping[str, float]
) -> GpuStatus:
    found = {field: _first(metrics, values) for field, metrics in _FIELDS.items()}
    profile = labels.get("gpu_i_profile", "")
    bits = found["held_back"]
    load = found["utilisation"]
    return GpuStatus(
        index=int(number) if number.isdecimal() and len(number) < 6 else 0,
        name=text(labels.get("modelname")).removeprefix("NVIDIA ") or None,
        uuid=text(labels.get("uuid")) + (f"/{instance}" if instance else "") or None,
        utilisation=None if load is None else min(100, round(load)),
        memory_used=_whole(found["used"]),
        memory_total=_whole(_total(found)),
        temperature=_whole(found["temperature"]),
        power=found["power"],
        power_limit=found["power_limit"],
        sm_clock=_whole(found["sm_clock"]),
        memory_clock=_whole(found["memory_clock"]),
        throttled=() if bits is None else held_back(int(bits)),
        ecc_errors=_whole(found["ecc"]),
        xid=_whole(found["xid"]),
        note=text(f"MIG {profile or instance}") if instance else "",
    )


def _first(metrics: Sequence[_Metric], values: Mapping[str, float]) -> float | None:
    """The first that is there and is no way to say that it is not known."""
    for metric in metrics:
        value = values.get(metric.name)
        if value is not None and 0 <= value < metric.blank:
            return value * metric.times
    return None


def _total(found: Mapping[str, float | None]) -> float | None:
    used, free = found["used"], found["free"]
    if found["total"] is not None or used is None or free is None:
        return found["total"]
    return used + free + (found["reserved"] or 0)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
