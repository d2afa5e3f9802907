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
    prompt = _first(_count(usage, "prompt_tokens"), _count(usage, "input_tokens"))
    completion = _first(_count(usage, "completion_tokens"), _count(usage, "output_tokens"))
    if not prompt and not completion:
        return None
    details, cache = usage.get("completion_tokens_details"), usage.get("prompt_tokens_details")
    reasoning = _first(_count(details, "reasoning_tokens"), _count(usage, "reasoning_tokens"))
    return UsageReported(
        prompt,
        completion,
        reasoning,
        _first(
            _count(cache, "cached_tokens"),
            _count(usage, "prompt_cache_hit_tokens"),
            _count(usage, "cached_tokens"),
            _count(usage, "cache_read_input_tokens"),
        ),
        _apart(prompt, completion, reasoning, _count(usage, "total_tokens")),
        _count(usage, "total_tokens"),
    )


def _apart(
    prompt: int | None, completion: int | None, reasoning: int | None, total: int | None
) -> int:
    """Reasoning tokens that are counted in the total only, beside the completion.

    So xAI does ("total_tokens" is the sum of three), and Gemini, which names no reasoning tokens.
    """
    if prompt is None or completion is None or total is None:
        return 0
    beside = max(total - prompt - completion, 0)
    return beside if reasoning in (None, beside) else 0


def merged(old: UsageReported | None, new: UsageReported) -> UsageReported:
    """Give `new` with what only `old` knew: a later report may say less."""
    if old is None or None not in (new.prompt, new.completion, new.reasoning, new.cached):
        return new
    return UsageReported(
        _first(new.prompt, old.prompt),
        _first(new.completion, old.completion),
        _first(new.reasoning, old.reasoning),
        _first(new.cached, old.cached),
        new.apart,
        _first(new.total, old.total),
    )


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)


def _count(usage: object, key: str) -> int | None:
    value = usage.get(key) if isinstance(usage, Mapping) else None
    if isinstance(value, str) and len(value) < 13 and value.isascii() and value.isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
