"""What came of a request as lines to read: status, headers, and raw events with their times."""

from collections.abc import Iterable, Iterator, Sequence

from massgen_tui.backends.exchange import Exchange, Piece
from massgen_tui.session.attempt import Attempt

_CLOCK = 9
"""Columns of a time: ` 12.345 s`."""


def raw_lines(attempt: Attempt) -> list[str]:
    """All tries of which something is known, the last one last; of a kept one what was read."""
    tries = attempt.exchanges
    if not tries:
        return ["as it came it is not kept: this is what was read of it", *_read(attempt)]
    lines: list[str] = []
    for number, exchange in enumerate(tries, 1):
        if len(tries) > 1:
            lines += [*([""] if lines else []), f"try {number} of {len(tries)}"]
        lines += _of(exchange)
    return lines


def _of(exchange: Exchange) -> list[str]:
    if exchange.status is None:
        return [_at(exchange.ended_s, "no answer came" if exchange.ended_s else "nothing yet")]
    lines = [_at(exchange.answered_s, exchange.status_line)]
    lines += [_at(None, f"{name}: {value}") for name, value in exchange.headers]
    if exchange.gone:
        lines.append(_at(None, "… let go of, since the agent was asked again …"))
    else:
        lines += _body(exchange)
    many = "1 reading" if exchange.reads == 1 else f"{exchange.reads:,} readings"
    came = f"{exchange.size:,} bytes in {many}"
    if exchange.ended_s is None:
        return [*lines, _at(None, f"{came} so far: it still comes, open this again for more")]
    return [*lines, _at(exchange.ended_s, f"ended, {came}")]


def _body(exchange: Exchange) -> Iterator[str]:
    left_out = exchange.left_out
    head, tail = exchange.head, exchange.tail
    if not left_out:
        yield from _lines([*head, *tail])
        return
    begin, end = list(_whole(head, last=False)), list(_whole(tail, first=False))
    shown = sum(len(line) + 1 for _, line in (*begin, *end))
    yield from _timed(begin)
    yield _at(None, f"… about {max(exchange.size - shown, left_out):,} bytes left out here …")
    yield from _timed(end)


def _lines(pieces: Sequence[Piece]) -> Iterator[str]:
    yield from _timed(_whole(pieces))


def _whole(
    pieces: Iterable[Piece], *, first: bool = True, last: bool = True
) -> Iterator[tuple[float, bytes]]:
    """The lines, each with the time at which its end came.

    Args:
        pieces: what the readings brought.
        first: the first line is whole; else it is left out, as half a secret could stand in it.
        last: likewise the last line, where no newline ends it.
    """
    rest, at = b"", 0.0
    for at, data in pieces:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if first:
                yield at, line
            first = True
    if rest and last and first:
        yield at, rest


def _timed(lines: Iterable[tuple[float, bytes]]) -> Iterator[str]:
    """Lines behind their times; the blank ones that end events are not told."""
    before = -1.0
    for at, line in lines:
        if text := line.rstrip(b"\r").decode("utf-8", "replace"):
            yield _at(at if at != before else None, text)
            before = at


def _at(seconds: float | None, text: str) -> str:
    clock = "" if seconds is None else f"{seconds:.3f} s"
    return f"{clock:>{_CLOCK}}  {text}"


def _read(attempt: Attempt) -> list[str]:
    """What is known of an answer whose bytes are not."""
    times, error, usage = attempt.times, attempt.error, attempt.usage
    sent = times.sent or 0.0
    told: list[tuple[float | None, str]] = []
    if times.first_byte is not None:
        told.append((times.first_byte - sent, "first byte"))
    if attempt.model:
        told.append((None, f"model: {attempt.model}"))
    if times.last_token is not None:
        told.append((times.last_token - sent, "last piece of text"))
    if usage is not None:
        counts = {"prompt": usage.prompt, "completion": usage.completion}
        counts |= {"reasoning": usage.reasoning, "cached": usage.cached}
        known = [f"{name} {count:,}" for name, count in counts.items() if count is not None]
        told.append((None, f"usage: {', '.join(known)}"))
    if attempt.finish_reason is not None:
        told.append((None, f"finish_reason: {attempt.finish_reason}"))
    if error is not None:
        status = f"HTTP {error.status}: " if error.status else ""
        told.append((None, f"{status}{error.message}"))
    if attempt.status.ended and times.end is not None:
        told.append((times.end - sent, f"ended: {attempt.status.value}"))
    return [_at(at, text) for at, text in told]
