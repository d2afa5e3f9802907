"""An attempt's measured numbers in words; what is unknown is left out, what is estimated marked."""

from massgen_tui.session.attempt import Attempt


def numbers(attempt: Attempt) -> str:
    """`TTFT 0.21 s · first answer 1.90 s · 88.4 tok/s · 512 tokens · cached 8/24 · 6.10 s`."""
    told = []
    if (first := attempt.times.ttft) is not None:
        told.append(f"TTFT {first:.2f} s")
        if (content := attempt.times.first_content_s) is not None and content > first:
            told.append(f"first answer {content:.2f} s")
    if (speed := attempt.tokens_per_s) is not None:
        told.append(f"{'' if speed[1] else '~'}{speed[0]:.1f} tok/s")
    if attempt.stopped_s:
        told.append(stopped(attempt))
    if words := stalled(attempt):
        told.append(words)
    if (tokens := attempt.tokens) is not None:
        told.append(f"{'' if tokens[1] else '~'}{tokens[0]} tokens")
    if words := cached(attempt):
        told.append(words)
    if (total := attempt.times.total_s) is not None:
        told.append(f"{total:.2f} s")
    if words := of_server(attempt):
        told.append(words)
    return " · ".join(told)


def stalled(attempt: Attempt) -> str:
    """Where it stood still: `stalled 2.1 s at 3.4 s`, and how often; empty where it did not."""
    if not attempt.stalls:
        return ""
    worst = max(attempt.stalls, key=lambda one: one.gap_s)
    more = f" ({len(attempt.stalls)} stalls)" if len(attempt.stalls) > 1 else ""
    return f"stalled {worst.gap_s:.1f} s at {worst.at_s:.1f} s{more}"


def of_server(attempt: Attempt) -> str:
    """What the server measured: `server: queue 0.01 s, prefill 0.12 s, 88.4 tok/s`."""
    timed = attempt.timed
    if timed is None:
        return ""
    parts = [
        f"{name} {value:.2f} s"
        for name, value in (
            ("queue", timed.queue_s),
            ("prefill", timed.prefill_s),
            ("decode", timed.decode_s),
        )
        if value is not None
    ]
    parts += [f"{timed.tokens_per_s:.1f} tok/s"] if timed.tokens_per_s else []
    parts += [f"{timed.acceptance:.0%} accepted"] if timed.acceptance is not None else []
    return f"server: {', '.join(parts)}" if parts else ""


def stopped(attempt: Attempt) -> str:
    """How long the program itself stood still meanwhile: `stopped for 15 s`; empty if it ran."""
    return f"stopped for {attempt.stopped_s:.0f} s" if attempt.stopped_s else ""


def cached(attempt: Attempt) -> str:
    """How many of the prompt's tokens were in the server's cache: `cached 812/1024`.

    Behind `cold` where it was asked to use none, and `cannot be cold here` where that was in vain.
    """
    usage, cold = attempt.usage, {"yes": "cold", "no": "cannot be cold here"}.get(attempt.cold, "")
    if usage is None or usage.cached is None:
        return cold
    told = f"cached {usage.cached}/{usage.prompt}" if usage.prompt else f"cached {usage.cached}"
    if attempt.cold != "yes":
        return f"{cold} · {told}" if cold else told
    return f"cold, and yet {told}" if usage.cached else "cold"
