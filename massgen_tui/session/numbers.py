"""An attempt's measured numbers in words; what is unknown is left out, what is estimated marked."""

from massgen_tui.session.attempt import Attempt


def numbers(attempt: Attempt) -> str:
    """`TTFT 0.21 s · first answer 1.90 s · 88.4 tok/s · 512 tokens · cached 8/24 · 6.10 s`."""
    told = []
    if (first := attempt.ttft) is not None:
        told.append(f"TTFT {first:.2f} s")
        if (content := attempt.first_content_s) is not None and content > first:
            told.append(f"first answer {content:.2f} s")
    if (speed := attempt.tokens_per_s) is not None:
        told.append(f"{'' if speed[1] else '~'}{speed[0]:.1f} tok/s")
    if attempt.stopped_s:
        told.append(stopped(attempt))
    if (tokens := attempt.tokens) is not None:
        told.append(f"{'' if tokens[1] else '~'}{tokens[0]} tokens")
    if words := cached(attempt):
        told.append(words)
    if (total := attempt.total_s) is not None:
        told.append(f"{total:.2f} s")
    return " · ".join(told)


def stopped(attempt: Attempt) -> str:
    """How long the program itself stood still meanwhile: `stopped for 15 s`; empty if it ran."""
    return f"stopped for {attempt.stopped_s:.0f} s" if attempt.stopped_s else ""


def cached(attempt: Attempt) -> str:
    """How many of the prompt's tokens were in the server's cache: `cached 812/1024`."""
    usage = attempt.usage
    if usage is None or usage.cached is None:
        return ""
    return f"cached {usage.cached}/{usage.prompt}" if usage.prompt else f"cached {usage.cached}"
