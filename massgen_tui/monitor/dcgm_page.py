"""A DCGM exporter's page, read as it comes: by GPU or by metric, of one machine or of many."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from massgen_tui.monitor.dcgm_metrics import NAMES, row_of
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.read import text

_OLDER = 60.0
"""Seconds by which a sample may be older than the newest of its GPU: after that it is another's,
of a series that has ended, as a Prometheus still tells it for five minutes."""
_LONGEST_LINE = 8192
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"', re.ASCII)
_ESCAPE = re.compile(r"\\(.)")
_MAKERS = (
    (b"gpu_gfx_activity", "AMD"),
    (b"gpu_package_power", "AMD"),
    (b"gpu_used_vram", "AMD"),
    (b"gpu_nodes_total", "AMD"),
    (b"amd_", "AMD"),
    (b"amdgpu_", "AMD"),
    (b"rocm_", "AMD"),
    (b"xpum_", "Intel"),
    (b"intel_gpu", "Intel"),
    (b"igpu_", "Intel"),
    (b"habanalabs_", "Intel Gaudi"),
    (b"nvidia_smi_", "nvidia-smi"),
    (b"nvidia_gpu_", "nvidia_gpu"),
)
"""How the metrics of other exporters begin: AMD's device-metrics-exporter and amd_smi_exporter,
Intel's xpumanager and gpu plugin, Habana's, and two that read nvidia-smi and NVML."""
_LINE = re.compile(r"(\w+)\{(.*)\}\s+(\S+)(?:\s+(\d+))?\s*", re.ASCII)
_PREFIXES = tuple(f"{name}{{".encode() for name in NAMES)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells of one machine."""

    gpus: tuple[GpuStatus, ...]
    """By number; an instance of a GPU that MIG cut up is a row of its own."""
    at: float | None = None
    """The newest time that a sample bears, in seconds since 1970; None: they bear none."""


_Key = tuple[str, str, str]
"""Machine, GPU, instance."""


@dataclass(slots=True)
class _Series:
    """What is told of one GPU, or of one instance of it."""

    labels: Mapping[str, str]
    values: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Time and value, by metric; of two samples the younger counts, of two of one age the last."""

    def take(self, name: str, value: float, at: float) -> None:
        known = self.values.get(name)
        if known is None or at >= known[0]:
            self.values[name] = at, value

    @property
    def newest(self) -> float:
        return max(at for at, _ in self.values.values())

    def row(self, key: _Key) -> GpuStatus:
        oldest = self.newest - _OLDER
        values = {name: value for name, (at, value) in self.values.items() if at >= oldest}
        return row_of(key[1], key[2], self.labels, values)


class Page:
    """A page that is being read. Not for two threads at once."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.size = 0
        """Bytes that came."""
        self.maker = ""
        """Whose exporter it is, if it is another's than DCGM's."""
        self._rest = b""
        self._series: dict[_Key, _Series] = {}
        self._labels: dict[str, tuple[_Key, Mapping[str, str]]] = {}
        self._names: set[str] = set()
        self._by_gpu = False
        self._last: tuple[str, _Key] | None = None

    def feed(self, data: bytes) -> None:
        """Take in what came next."""
        self.size += len(data)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[: _LONGEST_LINE + 1]
        for line in lines:
            self._take(line)

    def end(self, *, cut: bool = False) -> int:
        """Nothing more comes; gives how many GPUs came whole, where it was cut off."""
        if not cut:
            self._take(self._rest)
        elif self._last is not None:
            self._keep_whole(*self._last)
        return len({key[:2] for key in self._series})

    def hosts(self) -> dict[str, Told]:
        """What it tells, by machine."""
        hosts: dict[str, list[GpuStatus]] = {}
        times: dict[str, float] = {}
        for key, series in self._series.items():
            hosts.setdefault(key[0], []).append(series.row(key))
            if series.newest > 0:
                times[key[0]] = max(series.newest, times.get(key[0], 0.0))
        return {host: Told(_once(rows), times.get(host)) for host, rows in hosts.items()}

    def _take(self, line: bytes) -> None:
        if not line.startswith(_PREFIXES):
            self.maker = self.maker or _maker(line)
            return
        found = _LINE.fullmatch(line.decode("utf-8", "replace")) if _short(line) else None
        if found is None or found[1] not in NAMES:
            return
        try:
            value = float(found[3])
        except ValueError:
            return
        name, said, at = found[1], found[2], int(found[4]) / 1000 if found[4] else 0.0
        if said not in self._labels:
            self._labels[said] = _known(said)
        key, labels = self._labels[said]
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series(labels)
        if self._last is not None and self._last[0] != name:
            self._by_gpu = self._by_gpu or name in self._names
        self._names.add(name)
        self._last = name, key
        if at >= max((at for at, _ in series.values.values()), default=0.0):
            series.labels = labels
        series.take(name, value, at)

    def _keep_whole(self, name: str, last: _Key) -> None:
        """Forget those of which more was to come: told GPU by GPU, or metric by metric."""
        if self._by_gpu:
            self._series = {key: one for key, one in self._series.items() if key != last}
            return
        order = {key: place for place, key in enumerate(self._series)}
        self._series = {
            key: one
            for key, one in self._series.items()
            if order[key] <= order[last] or name in one.values
        }


def read_hosts(page: str) -> dict[str, Told]:
    """What a whole page tells, by machine."""
    read = Page()
    read.feed(page.encode())
    read.end()
    return read.hosts()


def _short(line: bytes) -> bool:
    return len(line) <= _LONGEST_LINE


def _maker(line: bytes) -> str:
    return next((maker for prefix, maker in _MAKERS if line.startswith(prefix)), "")


def _known(said: str) -> tuple[_Key, Mapping[str, str]]:
    """Who it is about, and what is told of it."""
    # `Hostname` until 4.8.2, `hostname` since; Prometheus may have only its own
    known = {name.lower(): _unescaped(value) for name, value in _LABEL.findall(said)}
    host = text(known.get("hostname") or known.get("instance"))
    return (host, known.get("gpu", "0"), known.get("gpu_i_id", "")), known


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], value)


def _once(rows: list[GpuStatus]) -> tuple[GpuStatus, ...]:
    """By number. Each instance bears its card's power: it is told once, with the first of them."""
    rows = sorted(rows, key=lambda row: (row.index, row.part))
    told: set[int] = set()
    for place, row in enumerate(rows):
        if row.part and row.index in told:
            rows[place] = replace(row, power=None, power_limit=None)
        told.add(row.index)
    return tuple(rows)
