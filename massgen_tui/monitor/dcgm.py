"""GPUs of other machines, through the DCGM exporter that their cluster already runs.

Metric names, labels and units as of dcgm-exporter 3 and 4: utilisation in percent, frame buffer in
MiB, temperature in °C, power in W, clocks in MHz; a value of 0x7ffffff0 and more means blank.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from massgen_tui.config.schema import Config
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.history import GpuHistory
from massgen_tui.monitor.metrics import samples
from massgen_tui.monitor.read import text
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus

_UTIL, _ACTIVE = "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
_USED, _FREE = "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"
_RESERVED = "DCGM_FI_DEV_FB_RESERVED"
_TEMPERATURE, _POWER = "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_POWER_USAGE"
_SM_CLOCK, _MEMORY_CLOCK = "DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_MEM_CLOCK"
_NAMES = (
    *(_UTIL, _ACTIVE, _USED, _FREE, _RESERVED),
    *(_TEMPERATURE, _POWER, _SM_CLOCK, _MEMORY_CLOCK),
)
_BLANK = float(0x7FFFFFF0)
"""Values from here on are DCGM's ways to say that it does not know."""
_MIB = 2**20
_MINUTE = 24
"""Looks of a minute."""


class Exporter:
    """One exporter over time."""

    def __init__(self, url: str, label: str = "") -> None:
        """Know its address; `label` names its machine, else the address does."""
        self.url = url
        self.label = label or urlsplit(url).hostname or url
        self.snapshot = GpuSnapshot(host=self.label)
        self._history = GpuHistory(_MINUTE)

    async def look(self, fetcher: Fetcher, now: float) -> GpuSnapshot:
        """Ask it once. What was there before stays, growing stale, when it does not answer."""
        answer = await fetcher.get(self.url)
        if not answer.ok:
            reason = answer.words or f"the exporter answers HTTP {answer.status}"
            at = self.snapshot.sampled_at if self.snapshot.gpus else now
            self.snapshot = replace(self.snapshot, reason=reason, sampled_at=at)
            return self.snapshot
        told = read_gpus(answer.text())
        gpus = tuple(self._history.follow(gpu.uuid or str(gpu.index), gpu) for gpu in told)
        reason = "" if gpus else "the exporter names no GPU"
        self.snapshot = GpuSnapshot(gpus, reason, now, self.label)
        return self.snapshot


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


def read_gpus(page: str) -> list[GpuStatus]:
    """The GPUs of an exporter's page, by number; instances of a MIG GPU are rows of their own."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    labels: dict[tuple[str, str], Mapping[str, str]] = {}
    for sample in samples(page, _NAMES):
        key = (sample.labels.get("gpu", "0"), sample.labels.get("GPU_I_ID", ""))
        labels[key] = sample.labels
        if 0 <= sample.value < _BLANK:
            found.setdefault(key, {})[sample.name] = float(sample.value)
    rows = [_row(key, labels[key], values) for key, values in found.items()]
    return sorted(rows, key=lambda row: row.index)


def _row(key: tuple[str, str], labels: Mapping[str, str], values: Mapping[str, float]) -> GpuStatus:
    number, instance = key
    used, free = values.get(_USED), values.get(_FREE)
    total = None if used is None or free is None else used + free + values.get(_RESERVED, 0)
    profile = labels.get("GPU_I_PROFILE", "")
    return GpuStatus(
        index=int(number) if number.isdecimal() and len(number) < 6 else 0,
        name=text(labels.get("modelName")).removeprefix("NVIDIA ") or None,
        uuid=text(labels.get("UUID")) + (f"/{instance}" if instance else "") or None,
        utilisation=_percent(values),
        memory_used=_bytes(used),
        memory_total=_bytes(total),
        temperature=_whole(values.get(_TEMPERATURE)),
        power=values.get(_POWER),
        sm_clock=_whole(values.get(_SM_CLOCK)),
        memory_clock=_whole(values.get(_MEMORY_CLOCK)),
        note=text(f"MIG {profile or instance}") if instance else "",
    )


def _percent(values: Mapping[str, float]) -> int | None:
    """Utilisation; the share of time the engine was active where MIG leaves no other."""
    if _UTIL in values:
        return min(100, max(0, round(values[_UTIL])))
    active = values.get(_ACTIVE)
    return None if active is None else min(100, max(0, round(active * 100)))


def _bytes(mib: float | None) -> int | None:
    return None if mib is None else round(mib * _MIB)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
