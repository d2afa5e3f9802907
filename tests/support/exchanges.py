"""Answers as they came, at times of their own."""

from collections.abc import Sequence

from massgen_tui.backends.exchange import Exchange
from tests.support.fakes import FakeClock


def came(
    *pieces: tuple[float, bytes],
    status: int = 200,
    reason: str = "OK",
    headers: Sequence[tuple[str, str]] = (("Content-Type", "text/event-stream"),),
    ended: float | None = None,
) -> Exchange:
    """An answer whose headers came with its first piece; each piece after so many seconds."""
    clock = FakeClock()
    exchange, began = Exchange(clock), clock.now
    for number, (at, data) in enumerate(pieces):
        clock.now = began + at
        if number == 0:
            exchange.answer(status, headers, "/1.1", reason)
        if data:
            exchange.take(data)
    if ended is not None:
        clock.now = began + ended
        exchange.end()
    return exchange
