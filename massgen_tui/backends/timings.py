"""What servers measured of one answer, wherever they tell it; seconds, None where they do not.

- vLLM `metrics` on the last chunk (`--enable-per-request-metrics`, vllm-project/vllm#46768), ms.
  Its own `tokens_per_second` is N / (TTFT + generation); what stands here is 1000 / `mean_itl_ms`.
- llama.cpp `timings`, ms; `predicted_per_second`, and `draft_n_accepted` of `draft_n`.
- Groq in `usage` and `x_groq.usage`, Cerebras `time_info`: `queue_time`, `prompt_time`,
  `completion_time`, in seconds.
- GPUStack in `usage`: `time_to_first_token_ms` and `tokens_per_second`, over the time after the
  first token, as its gateway or llama-box measured them.
- SambaNova in `usage`: `time_to_first_token` and `total_latency` in seconds, and
  `completion_tokens_after_first_per_sec`.
"""

import math
from collections.abc import Mapping

from massgen_tui.backends.events import ServerTimed

_KEYS = frozenset({"metrics", "timings", "time_info", "x_groq", "usage"})


def read_timings(chunk: Mapping[str, object]) -> ServerTimed | None:
    """The timings in a chunk; None where it has none."""
    if _KEYS.isdisjoint(chunk):
        return None
    for read in (_vllm, _llamacpp, _seconds, _speeds):
        found = read(chunk)
        if found is not None and found != ServerTimed():
            return found
    return None


def _vllm(chunk: Mapping[str, object]) -> ServerTimed | None:
    told = chunk.get("metrics")
    if not isinstance(told, Mapping):
        return None
    itl = _number(told, "mean_itl_ms")
    return ServerTimed(
        _ms(told, "queue_time_ms"),
        _ms(told, "time_to_first_token_ms"),
        _ms(told, "generation_time_ms"),
        _rate(1000, itl),
        _share(told),
    )


def _share(told: Mapping[str, object]) -> float | None:
    """How much of what was drafted was accepted, wherever it stands among the metrics."""
    inner = [told, *(value for value in told.values() if isinstance(value, Mapping))]
    for place in inner:
        for name in place:
            if name.endswith("acceptance_rate") and (rate := _number(place, name)) is not None:
                return rate if rate <= 1 else None
    return None


def _llamacpp(chunk: Mapping[str, object]) -> ServerTimed | None:
    told = chunk.get("timings")
    if not isinstance(told, Mapping):
        return None
    drafted, accepted = _number(told, "draft_n"), _number(told, "draft_n_accepted")
    share = accepted / drafted if drafted and accepted is not None else None
    return ServerTimed(
        None,
        _ms(told, "prompt_ms"),
        _ms(told, "predicted_ms"),
        _number(told, "predicted_per_second"),
        share if share is None or share <= 1 else None,
    )


def _seconds(chunk: Mapping[str, object]) -> ServerTimed | None:
    groq = chunk.get("x_groq")
    inner = groq.get("usage") if isinstance(groq, Mapping) else None
    for told in (chunk.get("time_info"), inner, chunk.get("usage")):
        if not isinstance(told, Mapping):
            continue
        queue, prompt, took = (
            _number(told, f"{name}_time") for name in ("queue", "prompt", "completion")
        )
        if (queue, prompt, took) != (None, None, None):
            return ServerTimed(queue, prompt, took, _rate(_completion(told, chunk), took))
    return None


def _speeds(chunk: Mapping[str, object]) -> ServerTimed | None:
    """Speeds beside the counts of tokens."""
    told = chunk.get("usage")
    if not isinstance(told, Mapping):
        return None
    first, whole = _number(told, "time_to_first_token"), _number(told, "total_latency")
    decode = whole - first if first is not None and whole is not None else None
    return ServerTimed(
        None,
        _ms(told, "time_to_first_token_ms") if first is None else first,
        decode if decode is None or decode >= 0 else None,
        _number(told, "completion_tokens_after_first_per_sec")
        or _number(told, "tokens_per_second")
        or None,
        _drafted(told),
    )


def _drafted(told: Mapping[str, object]) -> float | None:
    """The share of its drafts that llama-box took, where it drafted any."""
    share = _number(told, "draft_tokens_acceptance") if _number(told, "draft_tokens") else None
    return share if share is None or share <= 1 else None


def _completion(told: Mapping[str, object], chunk: Mapping[str, object]) -> float | None:
    """Tokens of the completion: beside the times, or in the chunk's `usage` (Cerebras)."""
    usage = chunk.get("usage")
    beside = _number(told, "completion_tokens")
    if beside is not None or not isinstance(usage, Mapping):
        return beside
    return _number(usage, "completion_tokens")


def _rate(amount: float | None, time: float | None) -> float | None:
    """How many a unit of time; None where it is nothing, or too fast to be a number."""
    if not amount or not time:
        return None
    rate = amount / time
    return rate if math.isfinite(rate) else None


def _ms(told: Mapping[str, object], name: str) -> float | None:
    value = _number(told, name)
    return None if value is None else value / 1000


def _number(told: Mapping[str, object], name: str) -> float | None:
    """A number that can be one: no text, no bool, finite and not below zero."""
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value) if abs(value) < 1e15 else math.inf
    return number if math.isfinite(number) and number >= 0 else None
