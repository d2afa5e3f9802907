"""Token counts out of a chunk, wherever a server put them."""

from collections.abc import Mapping

from massgen_tui.backends.events import UsageReported


def read_usage(usage: Mapping[str, object]) -> UsageReported | None:
    """Give the counts of one `usage` object; None where it holds none.

    Reasoning tokens stand in `completion_tokens_details`, or at the top (SGLang); cached ones in
    `prompt_tokens_details`, in `prompt_cache_hit_tokens` (DeepSeek) or `cached_tokens` (Moonshot).
    Gateways that do not count fill in zeros: an answer to an empty prompt does not exist, so these
    are unknown, not 0.
    """
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    if not prompt and not completion:
        return None
    details, cache = usage.get("completion_tokens_details"), usage.get("prompt_tokens_details")
    return UsageReported(
        prompt,
        completion,
        _first(_count(details, "reasoning_tokens"), _count(usage, "reasoning_tokens")),
        _first(
            _count(cache, "cached_tokens"),
            _count(usage, "prompt_cache_hit_tokens"),
            _count(usage, "cached_tokens"),
        ),
    )


def merged(old: UsageReported | None, new: UsageReported) -> UsageReported:
    """Give `new` with what only `old` knew: a later report may say less."""
    if old is None or None not in (new.prompt, new.completion, new.reasoning, new.cached):
        return new
    return UsageReported(
        _first(new.prompt, old.prompt),
        _first(new.completion, old.completion),
        _first(new.reasoning, old.reasoning),
        _first(new.cached, old.cached),
    )


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)


def _count(usage: object, key: str) -> int | None:
    value = usage.get(key) if isinstance(usage, Mapping) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
