"""What was measured of attempts, as lines of a table that compares them."""

from collections.abc import Iterable

from massgen_tui.backends.events import ServerTimed
from massgen_tui.compare.table import Column, Line, Table, Value, Wish
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import verdict

COLUMNS = (
    Column("ttft", "TTFT", Wish.LESS, 2, "s"),
    Column("first_content", "first answer", Wish.LESS, 2, "s"),
    Column("tokens_per_s", "tok/s", Wish.MORE, 1),
    Column("tokens", "tokens"),
    Column("reasoning", "reasoning"),
    Column("cached", "cached"),
    Column("total", "total", Wish.LESS, 2, "s"),
    Column("finish", "finish"),
    Column("stalls", "stalls", Wish.LESS),
    Column("server_queue", "server: queue", Wish.LESS, 2, "s"),
    Column("server_prefill", "prefill", Wish.LESS, 2, "s"),
    Column("server_tokens_per_s", "server tok/s", Wish.MORE, 1),
)
"""What is compared. Tokens are neither better nor worse for being many."""


def table_of(named: Iterable[tuple[str, Attempt]]) -> Table:
    """The numbers of these attempts, by the names they have for people."""
    return Table(COLUMNS, tuple(line_of(name, attempt) for name, attempt in named))


def line_of(name: str, attempt: Attempt, id: str = "") -> Line:
    """The numbers of one attempt, as far as they are known."""
    usage, speed, tokens = attempt.usage, attempt.tokens_per_s, attempt.tokens
    timed = attempt.timed or ServerTimed()
    values = {
        "ttft": Value(attempt.times.ttft),
        "first_content": Value(attempt.times.first_content_s),
        "tokens_per_s": Value(speed[0], not speed[1]) if speed else Value(),
        "tokens": Value(tokens[0], not tokens[1]) if tokens else Value(),
        "reasoning": Value(usage.reasoning if usage else None),
        "cached": _cached(attempt),
        "total": Value(attempt.times.total_s),
        "finish": Value(text=_finish(attempt)),
        "stalls": Value(len(attempt.stalls)) if attempt.status.ended else Value(),
        "server_queue": Value(timed.queue_s),
        "server_prefill": Value(timed.prefill_s),
        "server_tokens_per_s": Value(timed.tokens_per_s),
    }
    return Line(id or str(attempt.serial), name, values, running=not attempt.status.ended)


def _cached(attempt: Attempt) -> Value:
    usage = attempt.usage
    if usage is None or usage.cached is None:
        return Value()
    return Value(usage.cached, text=f"{usage.cached}/{usage.prompt}" if usage.prompt else "")


def _finish(attempt: Attempt) -> str:
    """How it ended, in a word or two; what runs says so."""
    if not attempt.status.ended:
        return "running"
    return verdict(attempt).short or attempt.finish_reason or attempt.status.value
