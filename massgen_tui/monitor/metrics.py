"""Prometheus text of vLLM (V0 and V1), SGLang and llama.cpp, read into one record.

Only the lines with wanted names are handed to prometheus_client's parser: a whole vLLM page costs
it 16 ms, these few 0.3 ms. Names by version: vLLM 0.6 to 0.33, SGLang 0.4 to 0.5, llama.cpp 2026.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

_MOST_LINES = 2000
_LONGEST_LINE = 4096
_RANKS = frozenset({"tp_rank", "pp_rank", "moe_ep_rank"})
"""Labels whose series repeat the same fact once a rank."""
_PRIORITY = "priority"
"""SGLang tells each priority beside the total, which has none."""
_LARGEST = 1e15
_NAME = re.compile(r"[^{ \t]+")


class Fold(Enum):
    """How several series of one name become one number."""

    SUM = "sum"
    """Ranks of one engine say the same (the largest counts), engines add up."""
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Series:
    """Where one number is found: the first of `names` that is there, with these labels."""

    names: tuple[str, ...]
    fold: Fold = Fold.SUM
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metrics:
    """One scrape; None where the server does not tell."""

    running: float | None = None
    waiting: float | None = None
    kv_usage: float | None = None
    """0 to 1, of the fullest engine."""
    generated: float | None = None
    """Counter: tokens generated since the server started."""
    underway: float = 0.0
    """Tokens of answers under way, where the counter takes an answer in when it ends."""
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


VLLM: Mapping[str, Series] = {
    "running": Series(("vllm:num_requests_running",)),
    "waiting": Series(("vllm:num_requests_waiting",)),
    "kv_usage": Series(("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"), Fold.MAX),
    "generated": Series(("vllm:generation_tokens_total",)),
    "throughput": Series(("vllm:avg_generation_throughput_toks_per_s",)),
    "queries": Series(("vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total")),
    "hits": Series(("vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total")),
    "hit_rate": Series(("vllm:gpu_prefix_cache_hit_rate",), Fold.MAX),
    "ttft_sum": Series(("vllm:time_to_first_token_seconds_sum",)),
    "ttft_count": Series(("vllm:time_to_first_token_seconds_count",)),
    "itl_sum": Series(
        ("vllm:inter_token_latency_seconds_sum", "vllm:time_per_output_token_seconds_sum")
    ),
    "itl_count": Series(
        ("vllm:inter_token_latency_seconds_count", "vllm:time_per_output_token_seconds_count")
    ),
    "preempted": Series(("vllm:num_preemptions_total",)),
}

SGLANG: Mapping[str, Series] = {
    "running": Series(("sglang:num_running_reqs",)),
    "waiting": Series(("sglang:num_queue_reqs",)),
    "kv_usage": Series(("sglang:token_usage",), Fold.MAX),
    # generation_tokens_total counts a request when it ends; this one counts every step
    "generated": Series(("sglang:realtime_tokens_total",), labels={"mode": "decode"}),
    "throughput": Series(("sglang:gen_throughput",)),
    "queries": Series(("sglang:prompt_tokens_total",)),
    "hits": Series(("sglang:cached_tokens_total",)),
    "ttft_sum": Series(("sglang:time_to_first_token_seconds_sum",)),
    "ttft_count": Series(("sglang:time_to_first_token_seconds_count",)),
    "itl_sum": Series(("sglang:inter_token_latency_seconds_sum",)),
    "itl_count": Series(("sglang:inter_token_latency_seconds_count",)),
}

LLAMACPP: Mapping[str, Series] = {
    "running": Series(("llamacpp:requests_processing",)),
    "waiting": Series(("llamacpp:requests_deferred",)),
    "kv_usage": Series(("llamacpp:kv_cache_usage_ratio",), Fold.MAX),
    "generated": Series(("llamacpp:tokens_predicted_total",)),
}


def read(text: str, series: Mapping[str, Series]) -> Metrics:
    """The numbers of one scrape; one of which a part cannot be read, or cannot be, is unknown.

    A page with more series than any cluster has tells nothing: a part of them would add up wrong.
    """
    found: dict[str, list[Sample]] = {}
    for sample in samples(text, _wanted(series)):
        found.setdefault(sample.name, []).append(sample)
    values = {key: _value(one, found) for key, one in series.items()}
    told: dict[str, Any] = {key: _sane(key, value) for key, value in values.items()}
    return replace(Metrics(), **told)


def too_many(text: str, series: Mapping[str, Series]) -> bool:
    """Whether a page has more of these series than are read."""
    return len(_lines(text, _wanted(series))) > _MOST_LINES


def _wanted(series: Mapping[str, Series]) -> set[str]:
    return {name for one in series.values() for name in one.names}


def samples(text: str, names: Iterable[str], most: int = _MOST_LINES) -> Iterator[Sample]:
    """The samples of these names; none when there are more than `most`, which no engine has.

    A line that cannot be read gives NaN under its name.
    """
    lines = _lines(text, names)
    return _samples(lines if len(lines) <= most else [])


def mentions(text: str, prefix: str) -> bool:
    """Whether any series begins with `prefix`, such as `vllm:`."""
    return text.startswith(prefix) or f"\n{prefix}" in text


def merged(first: Metrics, second: Metrics) -> Metrics:
    """What `first` tells, and where it is silent what `second` does."""
    pairs = {one.name: getattr(first, one.name) for one in fields(Metrics)}
    told: dict[str, Any] = {}
    for name, value in pairs.items():
        if value is None:
            told[name] = getattr(second, name)
    return replace(first, **told)


def _lines(text: str, wanted: Iterable[str]) -> list[str]:
    prefixes = tuple(f"{name}{end}" for name in wanted for end in "{ \t")
    return [
        line
        for line in text.split("\n")
        if line.startswith(prefixes) and len(line) <= _LONGEST_LINE
    ]


def _samples(lines: Iterable[str]) -> Iterator[Sample]:
    for line in lines:
        try:
            # one line at a time: a bad one must not hide the others
            families = list(text_string_to_metric_families(line))
        except (ValueError, IndexError, KeyError):
            name = _NAME.match(line)
            yield Sample(name[0] if name else "", {}, math.nan)
            continue
        for family in families:
            yield from family.samples


def _value(series: Series, found: Mapping[str, list[Sample]]) -> float | None:
    for name in series.names:
        samples = [
            sample
            for sample in found.get(name, ())
            if all(sample.labels.get(key, value) == value for key, value in series.labels.items())
        ]
        if samples:
            return _folded(series.fold, samples)
    return None


def _folded(fold: Fold, samples: list[Sample]) -> float | None:
    if any(not 0 <= sample.value <= _LARGEST for sample in samples):
        return None
    samples = [one for one in samples if not one.labels.get(_PRIORITY)] or samples
    if fold is Fold.MAX:
        return max(float(sample.value) for sample in samples)
    engines: dict[frozenset[tuple[str, str]], float] = {}
    for sample in samples:
        engine = frozenset(
            (key, value) for key, value in sample.labels.items() if key not in _RANKS
        )
        engines[engine] = max(engines.get(engine, -math.inf), float(sample.value))
    return sum(engines.values())


def _sane(key: str, value: float | None) -> float | None:
    if value is None or value > _LARGEST:
        return None
    if key in ("kv_usage", "hit_rate"):
        return min(value, 1.0)
    return value
