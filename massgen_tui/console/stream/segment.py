"""A stretch of a text that is finished."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from struct import Struct, error
from typing import Self

from massgen_tui.console.stream.carry import shared
from massgen_tui.session.pieces import decoded, encoded

NOTHING: frozenset[str] = frozenset()
_FORMS = (Struct("<bHBB"), Struct("<qqqq"))
"""A stretch that nobody looks at: how far behind the one before it begins, its bytes, its rows, and
which carry it has. In the first form that holds it: nearly all stretches are small."""
_DRIFT = 64
"""Bytes by which a stretch may stand elsewhere in a text than those before it tell."""


class Segment:
    """A finished stretch of a growing text: its source, and how many rows it takes.

    Its source is a string of its own, or a place in the UTF-8 that it comes from.
    """

    __slots__ = ("_start", "_stop", "_text", "awaits", "away", "carry", "count", "stale")

    def __init__(
        self, source: str, count: int, carry: object = None, *, stale: bool = False
    ) -> None:
        """Hold `source`, in `count` rows; `carry` is what rendering needs from before it."""
        self.source = source
        self.count = count
        self.carry = carry
        self.stale = stale
        """It has no rows."""
        self.away = False
        """It had, at this width: they were let go of, and are made again when they are seen."""
        self.awaits = NOTHING
        """Languages of its code whose lexers were not there when it was rendered."""

    @classmethod
    def at(cls, text: bytes, start: int, stop: int, count: int, carry: object) -> Self:
        """The stretch of `text` from `start` to `stop`, whose rows were let go of."""
        segment = cls("", count, carry)
        segment.let_go()
        segment._text, segment._start, segment._stop = text, start, stop
        return segment

    @property
    def place(self) -> tuple[int, int, int]:
        """Where in its text it begins and ends, and how many rows it takes."""
        return self._start, self._stop, self.count

    @property
    def prefix(self) -> str:
        """Source that is put before it, as it goes on with what stands there."""
        return getattr(self.carry, "prefix", "")

    @property
    def source(self) -> str:
        """What is rendered."""
        text = self._text
        return text if isinstance(text, str) else decoded(text[self._start : self._stop])

    @source.setter
    def source(self, source: str) -> None:
        self._text: str | bytes = source
        self._start, self._stop = 0, len(source)

    @property
    def size(self) -> int:
        """Characters of its source."""
        if isinstance(self._text, str):
            return self._stop
        return len(self.source)

    def let_go(self) -> None:
        """Have no rows; how many they are stays known."""
        self.stale = self.away = True
        self.awaits = NOTHING

    def stands_in(self, text: bytes) -> bool:
        """Whether its source is a place in `text`."""
        return self._text is text

    def borrow(self, text: bytes, at: int) -> int:
        """Be a place in `text` where the source stands there near `at`; gives about its end.

        What was made safe to show, or put together otherwise, does not, and keeps its own.
        """
        if self._text is not text:
            source = encoded(self.source)
            size = len(source)
            start = text.find(source, max(at - _DRIFT, 0), at + size + _DRIFT)
            if start < 0:
                return at + size
            self._text, self._start, self._stop = text, start, start + size
        return self._stop


class Packed:
    """The segments of one text that nobody looks at: a few numbers each."""

    __slots__ = (
        "_carries",
        "_form",
        "_guessed",
        "_numbers",
        "_text",
        "_width",
        "_wrapped",
        "rows",
        "size",
    )

    def __init__(
        self, text: bytes, segments: Sequence[Segment], width: int, *, guessed: bool = False
    ) -> None:
        """Keep `segments`, all of which are stale and stand in `text`.

        How many rows they have is so at this width, or is `guessed` for it.
        """
        self._text = text
        self._width, self._guessed = width, guessed
        self.size = len(segments)
        """How many they are."""
        self.rows = self._wrapped = sum(segment.count for segment in segments)
        """And their rows, at another width a guess."""
        numbers, end = list[tuple[int, int, int, int]](), 0
        carries: dict[object, int] = {}
        for segment in segments:
            start, stop, count = segment.place
            carry = carries.setdefault(segment.carry, len(carries))
            numbers.append((start - end, stop - start, count, carry))
            end = stop
        for self._form in _FORMS:
            with suppress(error):
                self._numbers = b"".join(self._form.pack(*one) for one in numbers)
                break
        self._carries = shared(tuple(carries))

    @property
    def sources(self) -> Iterator[str]:
        """The text in which they stand, and what is put before some of them."""
        yield decoded(self._text)
        yield from (getattr(carry, "prefix", "") for carry in self._carries)

    @property
    def length(self) -> int:
        """Bytes of the text in which they stand."""
        return len(self._text)

    def rewrap(self, width: int) -> bool:
        """Have the rows of another width; tells whether these are a guess."""
        if width == self._width:
            self.rows = self._wrapped
            return self._guessed
        self.rows = max(self.size, self._wrapped * self._width // width) if self._wrapped else 0
        return True

    def unpack(self) -> list[Segment]:
        """Give them back."""
        segments = self._unpacked()
        if self.rows != self._wrapped:
            _share(self.rows, segments)
        return segments

    def _unpacked(self) -> list[Segment]:
        segments, end = list[Segment](), 0
        for gap, size, count, carry in self._form.iter_unpack(self._numbers):
            start, end = end + gap, end + gap + size
            segments.append(Segment.at(self._text, start, end, count, self._carries[carry]))
        return segments


def _share(rows: int, segments: Sequence[Segment]) -> None:
    """Let segments have so many rows together: about as many as each had, none where it had none.

    One that has none is never seen, and so would never be wrapped.
    """
    some = [segment for segment in segments if segment.count]
    before, rows = sum(segment.count for segment in some), rows - len(some)
    passed = given = 0
    for segment in some:
        passed += segment.count
        more = rows * passed // before - given
        segment.count, given = 1 + more, given + more
