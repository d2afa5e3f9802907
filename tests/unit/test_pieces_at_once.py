"""Pieces of text that one reading brought are as they would be one by one, kept and counted."""

from collections import deque
from dataclasses import asdict

import pytest

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    RequestSent,
    StreamEvent,
)
from massgen_tui.session import events
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.redact import Redactor
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.encoder import Encoder

Told = tuple[float, StreamEvent]
AT_ONCE: list[Told] = [
    (0.0, RequestSent({"messages": []})),
    (0.5, ReasoningDelta("why not", 4)),
    (0.505, ReasoningDelta(" then", 2)),
    (0.6, ContentDelta("x")),
    (0.9, ContentDelta("one two", 2)),
    (2.5, ContentDelta(" three", 6)),
    (2.501, Finished("stop")),
]


def one_by_one(told: list[Told]) -> list[Told]:
    apart: list[Told] = []
    for at, event in told:
        if isinstance(event, ContentDelta | ReasoningDelta):
            size, count, kind = len(event.text) // event.pieces, event.pieces, type(event)
            cuts = [n * size for n in range(count)] + [len(event.text)]
            apart += [(at, kind(event.text[cuts[n] : cuts[n + 1]])) for n in range(count)]
        else:
            apart.append((at, event))
    return apart


def folded(told: list[Told]) -> Attempt:
    attempt = Attempt("a", 1, Times(0.0))
    for at, event in told:
        attempt.apply(event, at)
    return attempt


@pytest.mark.parametrize("upto", range(1, len(AT_ONCE) + 1))
def test_they_count_as_many(upto: int) -> None:
    some, apart = folded(AT_ONCE[:upto]), folded(one_by_one(AT_ONCE[:upto]))
    assert asdict(some.times) == asdict(apart.times)
    assert (some.tokens, some.tokens_per_s) == (apart.tokens, apart.tokens_per_s)
    for name in ("content", "reasoning"):
        mine, theirs = getattr(some, name), getattr(apart, name)
        assert (str(mine), mine.pieces, mine.length) == (str(theirs), theirs.pieces, theirs.length)
    for attempt in (some, apart):
        attempt.end(Status.DONE, 3.0)
    assert some.stalls == apart.stalls


def test_the_file_tells_the_same_of_them() -> None:
    def lines(told: list[Told]) -> list[str]:
        encoder = Encoder(0.0, Redactor(()))
        happened = deque((at, events.Streamed(1, event)) for at, event in told[1:])
        return [*encoder.take_all(deque(happened)), *encoder.flush(whole=True)]

    assert lines(AT_ONCE) == lines(one_by_one(AT_ONCE))
