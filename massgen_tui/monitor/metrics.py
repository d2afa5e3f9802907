"""Prometheus text of vLLM (V0 and V1), SGLang and llama.cpp, read into one record."""

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from massgen_tui.monitor.prometheus_text import Sample, read_lines
from massgen_tui.monitor.read import share
from massgen_tui.monitor.table import BORN, SLEEP, Extract, Fold, Series, Table
from massgen_tui.text import one_line

_LONGEST_NAME = 60
_RANKS = frozenset({"tp_rank", "pp_rank", "moe_ep_rank"})
"""Labels whose series repeat a fact once a rank."""
_PRIORITY = "priority"
"""SGLang's gauges tell each priority beside the total, which has none; its counters have no total
(0.5.23 with `--enable-priority-scheduling`)."""
_COUNTERS = ("_total", "_sum", "_count")
_ENGINES = ("worker_addr", "ReplicaId", "engine", "dp_rank")
"""Labels that tell engines apart: a router's, Ray's, vLLM's, SGLang's."""
_LARGEST = 1e15
_REMEMBERED = 50_000
"""Characters of a page that are remembered with the numbers that they make."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine of those that a page tells of."""

    name: str
    running: float | None = None
    waiting: float | None = None
    progress: float | None = None
    kv_usage: float | None = None
    asleep: str = ""
    """How deep it sleeps, in the server's word; empty: it is awake."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """One scrape; None where the server does not tell."""

    running: float | None = None
    waiting: float | None = None
    kv_usage: float | None = None
    """0 to 1, of the fullest engine."""
    generated: float | None = None
    """Counter: tokens generated since the server started."""
    steps: float | None = None
    """Counter: decoding steps, each a token of every running request, where `generated` takes an
    answer in when it ends."""
    progress: float | None = None
    """Counter: whatever grows while an engine works, tokens of prompts among it."""
    throughput: float | None = None
    """Gauge: tokens a second as the server itself reckons."""
    queries: float | None = None
    """Counter: tokens looked up in the prefix cache."""
    hits: float | None = None
    hit_rate: float | None = None
    """Gauge, 0 to 1, where there are no counters."""
    ttft_sum: float | None = None
    ttft_count: float | None = None
    itl_sum: float | None = None
    itl_count: float | None = None
    preempted: float | None = None
    """Counter: requests whose KV cache was taken away for others."""
    born: float | None = None
    """When the process that tells this was started, in Unix seconds."""
    engines: tuple[Engine, ...] = ()
    """Each, where there are several or one is asleep."""
    tellers: frozenset[str] = frozenset()
    """Whose sums these are, behind a router: with others they are no step from the ones before."""
    idle: bool = False
    """Another source says that nothing runs or waits."""

    @property
    def bare(self) -> bool:
        """It tells nothing of the server's work."""
        return bool(_WORK(self) == _NO_WORK)


_WORK = attrgetter(*(one.name for one in fields(Metrics) if one.name != "born"))
_NO_WORK = _WORK(Metrics())


def read(text: str, table: Table) -> Metrics:
    """The numbers of one scrape; one of which a part cannot be read, or cannot be, is unknown.

    A page with more series than any cluster has tells nothing: a part of them would add up wrong.
    """
    return read_extract(table.extract(text), table)


def read_extract(extract: Extract, table: Table) -> Metrics:
    """The same of what of it is read; where nothing happens it is the same from look to look."""
    small = sum(map(len, extract.lines)) <= _REMEMBERED
    return (_numbers if small else _numbers.__wrapped__)(extract, table)


@lru_cache(maxsize=128)
def _numbers(extract: Extract, table: Table) -> Metrics:
    names = table.spellings[extract.spelling]
    found: dict[str, list[Sample]] = {}
    for sample in read_lines(extract.lines):
        found.setdefault(names.get(sample.name, sample.name), []).append(sample)
    return read_samples(found, table, speculates=extract.speculates)


def read_samples(
    found: Mapping[str, list[Sample]], series: Mapping[str, Series], *, speculates: bool = False
) -> Metrics:
    """The same of samples that are found already, by the server's own names of them."""
    told = _told(found, series, speculates=speculates)
    born = found.get(BORN, ())
    return replace(
        Metrics(),
        **told,
        born=max((sample.value for sample in born), default=None),
        engines=_engines(found, series),
    )


def _told(
    found: Mapping[str, list[Sample]], series: Mapping[str, Series], *, speculates: bool = False
) -> dict[str, Any]:
    values = {}
    for key, one in series.items():
        names = one.speculating if speculates and one.speculating else one.names
        told = one if names is one.names else replace(one, names=names)
        values[key] = _sane(key, _value(told, found))
    return values


def _engines(found: Mapping[str, list[Sample]], series: Mapping[str, Series]) -> tuple[Engine, ...]:
    groups: dict[str, dict[str, list[Sample]]] = {}
    for name, told in found.items():
        for sample in told:
            labels = [sample.labels[key] for key in _ENGINES if sample.labels.get(key)]
            if labels:
                engine = groups.setdefault(" ".join(labels), {})
                engine.setdefault(name, []).append(sample)
    wanted = {
        key: series[key] for key in ("running", "waiting", "kv_usage", "progress") if key in series
    }
    engines = [
        Engine(one_line(name, _LONGEST_NAME), asleep=_asleep(group), **_told(group, wanted))
        for name, group in sorted(groups.items(), key=lambda pair: (len(pair[0]), pair[0]))
    ]
    return tuple(engines) if len(engines) > 1 or any(one.asleep for one in engines) else ()


def _asleep(found: Mapping[str, list[Sample]]) -> str:
    """The state that vLLM says an engine is in, one of which is `awake`."""
    states = [
        sample.labels.get("sleep_state", "") for sample in found.get(SLEEP, ()) if sample.value > 0
    ]
    told = next((state for state in states if state), "awake")
    return "" if told == "awake" else one_line(told, _LONGEST_NAME)


def merged(first: Metrics, second: Metrics) -> Metrics:
    """What `first` tells, and where it is silent what `second` does."""
    pairs = {one.name: getattr(first, one.name) for one in fields(Metrics)}
    told: dict[str, Any] = {}
    for name, value in pairs.items():
        if value is None:
            told[name] = getattr(second, name)
    return replace(first, **told)


def _value(series: Series, found: Mapping[str, list[Sample]]) -> float | None:
    values: list[float | None] = []
    for name in series.names:
        samples = [
            sample
            for sample in found.get(name, ())
            if all(sample.labels.get(key, value) == value for key, value in series.labels.items())
            and not any(sample.labels.get(key) == value for key, value in series.without.items())
        ]
        if samples:
            values.append(_folded(series.fold, samples))
            if not series.every:
                break
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _folded(fold: Fold, samples: list[Sample]) -> float | None:
    if any(not 0 <= sample.value <= _LARGEST for sample in samples):
        return None
    if not samples[0].name.endswith(_COUNTERS):
        samples = _totals(samples)
    if fold is Fold.MAX:
        return max(float(sample.value) for sample in samples)
    engines: dict[frozenset[tuple[str, str]], float] = {}
    for sample in samples:
        engine = _without(sample, _RANKS)
        engines[engine] = max(engines.get(engine, -math.inf), float(sample.value))
    return sum(engines.values())


def _totals(samples: list[Sample]) -> list[Sample]:
    """The samples of a gauge without those of single priorities that a total takes in."""
    totals = {_without(one, {_PRIORITY}) for one in samples if not one.labels.get(_PRIORITY)}
    return [
        one
        for one in samples
        if not one.labels.get(_PRIORITY) or _without(one, {_PRIORITY}) not in totals
    ]


def _without(sample: Sample, names: Set[str]) -> frozenset[tuple[str, str]]:
    if names.isdisjoint(sample.labels):
        return frozenset(sample.labels.items())
    return frozenset((key, value) for key, value in sample.labels.items() if key not in names)


def _sane(key: str, value: float | None) -> float | None:
    if value is None or value > _LARGEST:
        return None
    return share(value) if key in ("kv_usage", "hit_rate") else value
