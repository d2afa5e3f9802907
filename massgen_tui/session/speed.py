"""How fast an answer was written: tokens over the very time in which they came.

Between the first piece and the last lie the tokens that came after the first: all of them less
those up to and with it. For one token a piece that is (N - 1) / (last - first), the inverse of
vLLM's TPOT and of aiperf's and guidellm's inter-token latency.
"""

from massgen_tui.backends.events import UsageReported
from massgen_tui.session.times import HEAD, Times

FASTEST = 10_000
"""Tokens per second that no server writes: what came faster came in one piece."""


FEWEST_BURSTS = 3
"""Bursts of pieces in an answer whose speed is told: the pause between two tells that of a network
or a proxy, and how many tokens the first held back nobody knows."""


def tokens_per_s(
    times: Times,
    usage: UsageReported | None,
    reasoning: int,
    content_pieces: int,
    resolution_s: float,
) -> tuple[float, bool] | None:
    """Give tokens per second, and whether the server counted them; None where it cannot be known.

    Reasoning that was not streamed, or came as one piece, is no part of it: its tokens were made
    before what came.

    Args:
        times: when pieces came.
        usage: the server's counts, if it told them.
        reasoning: characters of reasoning that came.
        content_pieces: how many pieces of content came.
        resolution_s: seconds by which moments are known.
    """
    last = times.last_token
    if last is None or times.bursts < FEWEST_BURSTS or times.broken or _lump_between(times):
        return None
    counted = _counted(times, usage, reasoning, content_pieces) if usage is not None else None
    after, since = counted or (times.pieces - times.head_pieces, times.head_end)
    span = last - since
    if after < 1 or span < resolution_s or after / span > FASTEST:
        return None
    return after / span, counted is not None


def _lump_between(times: Times) -> bool:
    """Whether reasoning came as one piece behind other text: how long it took is not known."""
    first, last = times.first_reasoning, times.last_reasoning
    if first is None or last is None or times.first_content is None:
        return False
    return times.head_end < first and last - first <= HEAD and times.first_content < first


def _counted(
    times: Times, usage: UsageReported, reasoning: int, content_pieces: int
) -> tuple[int, float] | None:
    """How many of the tokens that the server counted came after a moment, and that moment."""
    total, thought = usage.completion, usage.apart or usage.reasoning or 0
    if total is None:
        return None
    if times.head_tokens is not None and not usage.apart:
        return total - times.head_tokens, times.head_end
    said = total if usage.apart else total - thought
    if reasoning and (times.last_reasoning or 0.0) > times.head_end:
        if reasoning >= thought and not usage.apart:
            return _less_head(times, total, times.head_length, times.length)
        return _content_only(times, said, content_pieces)
    if reasoning and not thought:
        return None
    head, whole = times.head_length - reasoning, times.length - reasoning
    return _less_head(times, said, head, whole, least=0 if reasoning else 1)


def _content_only(times: Times, said: int, pieces: int) -> tuple[int, float] | None:
    """The count of the content, where the reasoning that came was a mere summary.

    It has fewer characters than tokens then, or is counted beside the completion.
    """
    if times.first_content is None or not pieces:
        return None
    return said - max(1, round(said / pieces)), times.first_content


def _less_head(
    times: Times, tokens: int, head: int, whole: int, least: int = 1
) -> tuple[int, float]:
    """These tokens without the head's, which has its share by length."""
    share = round(tokens * head / whole) if whole > 0 else times.head_pieces
    return tokens - max(share, least), times.head_end
