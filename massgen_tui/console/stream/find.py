"""Finding text in the rows of a conversation, step by step, while it grows.

What is seen is searched: rendered rows, wrapped lines whole. Rows are looked through in steps, and
only those again that have changed, so that neither a long conversation nor a stream holds up keys.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress

from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.rows import NEWLINE, Row
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.styles import add
from massgen_tui.console.stream.wrap import cut_spans

Piece = tuple[int, int, int]
"""A row, and where in its text something begins and ends."""
Hit = tuple[Piece, ...]
"""Where something was found: one piece, or one in each row that it is wrapped over."""
STEP = 4000
"""Rows looked through at once."""
_PASSED = 24
"""Rows that were not made which are passed over in the time that one is looked through."""
_EDGES = " ▌▏"
"""What stands before the text of a row that continues a line."""


def pattern(text: str) -> re.Pattern[str]:
    """What finds `text` literally; capitals only matter when it has some."""
    return re.compile(re.escape(text), 0 if text != text.lower() else re.IGNORECASE)


def hits(rows: Sequence[Row], start: int, stop: int, wanted: re.Pattern[str]) -> Iterator[Hit]:
    """Where `wanted` stands in the lines that begin in the rows from `start` to `stop`."""
    at = start
    while at < stop:
        if rows[at] is STALE:
            at += 1
            continue
        end = line_end(rows, at)
        yield from _in_line(rows, at, end, wanted)
        at = end


def line_start(rows: Sequence[Row], at: int) -> int:
    """The first row of the line that row `at` belongs to."""
    while 0 < at < len(rows) and rows[at].join != NEWLINE:
        at -= 1
    return at


def line_end(rows: Sequence[Row], at: int) -> int:
    """The row after the line that row `at` belongs to."""
    at += 1
    while at < len(rows) and rows[at].join != NEWLINE:
        at += 1
    return at


def _in_line(rows: Sequence[Row], start: int, stop: int, wanted: re.Pattern[str]) -> Iterator[Hit]:
    text = rows[start].text
    parts = [(0, start, 0)]  # where in the line a row's part begins, the row, where in the row
    for at in range(start + 1, stop):
        row = rows[at].text
        part = row.lstrip(_EDGES)
        text += rows[at].join
        parts.append((len(text), at, len(row) - len(part)))
        text += part
    ends = [begin - len(rows[at].join) for begin, at, _ in parts[1:]] + [len(text)]
    for match in wanted.finditer(text):
        first, last = match.span()
        # a paragraph may be hundreds of rows, and have as many places
        place = bisect_right(ends, first)
        found: list[Piece] = []
        while place < len(parts) and parts[place][0] < last:
            begin, at, skip = parts[place]
            here, there = max(first, begin), min(last, ends[place])
            if here < there:
                found.append((at, here - begin + skip, there - begin + skip))
            place += 1
        if found:
            yield tuple(found)


def emphasized(row: Row, pieces: Sequence[tuple[int, int, bool]]) -> Row:
    """The row with these parts reversed; the part that one stands at is bold and underlined too."""
    spans = row.spans
    for start, end, here in pieces:
        inside = tuple(
            (text, add(style, "bru" if here else "r"))
            for text, style in cut_spans(spans, start, end)
        )
        size = sum(len(text) for text, _ in spans)
        spans = cut_spans(spans, 0, start) + inside + cut_spans(spans, end, size)
    return Row(spans, join=row.join, fill=row.fill)


class Finder:
    """All places of a text in a conversation, and the one that the user stands at."""

    def __init__(self, scroll: Scroll, text: str, start: int) -> None:
        """Look for `text` in the rows of `scroll`; goes to the first place from row `start` on."""
        self.text = text
        self.hits: list[Hit] = []
        self._wanted = pattern(text)
        self._scroll = scroll
        self._anchor: int | None = start
        self._scanned = 0
        self._at: tuple[Row, int] | None = None
        self.place: int | None = None
        """Which of the hits one stands at."""
        scroll.changed = 0

    @property
    def working(self) -> bool:
        """Not all rows have been looked through."""
        return self._scroll.changed < max(len(self._scroll.rows), self._scanned)

    def work(self, step: int = STEP) -> None:
        """Look through some more rows, those that changed first to last; goes to the first hit."""
        rows = self._scroll.rows
        changed = self._scroll.changed
        # a line that ended in the row before what changed may go on now, or end sooner
        start = line_start(rows, max(changed - (changed < self._scanned), 0))
        del self.hits[bisect_left(self.hits, ((start,),)) :]
        if self.place is not None and self.place >= len(self.hits):
            self.place = None
        stop = self._step_end(start, step)
        self.hits += hits(rows, start, stop, self._wanted)
        self._scanned = line_end(rows, stop - 1) if stop > start else stop
        self._scroll.changed = self._scanned
        self._stand()

    def _step_end(self, start: int, step: int) -> int:
        """Where a step from `start` on ends: many rows that were not made cost as much as one."""
        rows, room, at = self._scroll.rows, step * _PASSED, start
        while at < len(rows) and room > 0:
            room -= 1 if rows[at] is STALE else _PASSED
            at += 1
        return at

    def _stand(self) -> None:
        """Stand where one stood; at the start at the first hit that is seen or follows, if any."""
        if self._anchor is not None and self.hits:
            place = bisect_left(self.hits, ((self._anchor,),))
            if place < len(self.hits):
                self._go(place)
            elif not self.working:
                self._go(place - 1)
        elif self._at is not None and self.place is None:
            row, begin = self._at
            with suppress(ValueError):
                at = self._scroll.rows.index(row)
                place = bisect_left(self.hits, ((at, begin),))
                if place < len(self.hits) and self.hits[place][0][:2] == (at, begin):
                    self.place = place

    def _go(self, place: int) -> None:
        at, begin, _ = self.hits[place][0]
        self.place, self._anchor = place, None
        self._at = self._scroll.rows[at], begin
        self._scroll.reveal(at, self.hits[place][-1][0])

    def step(self, by: int) -> None:
        """Go to the next hit (or the one before, by -1), round the end."""
        if not self.hits:
            return
        if self.place is not None:
            self._go((self.place + by) % len(self.hits))
            return
        following = bisect_left(self.hits, ((self._scroll.top,),))
        self._go((following if by > 0 else following - 1) % len(self.hits))

    def marked(self, window: Sequence[Row]) -> list[Row]:
        """The rows of the window with what was found in them."""
        rows, top = self._scroll.rows, self._scroll.top
        start, stop = line_start(rows, top), top + len(window)
        here = self.hits[self.place] if self.place is not None else None
        found: dict[int, list[tuple[int, int, bool]]] = {}
        for hit in hits(rows, start, stop, self._wanted):
            for at, begin, end in hit:
                found.setdefault(at, []).append((begin, end, hit == here))
        shown = list(window)
        for at, pieces in found.items():
            if top <= at < stop:
                shown[at - top] = emphasized(rows[at], pieces)
        return shown

    def at_edge(self, by: int) -> bool:
        """Whether one stands at the last place (by -1: the first), or there is none."""
        edge = len(self.hits) - 1 if by > 0 else 0
        return not self.hits or self.place == edge

    def go_to_edge(self, by: int) -> None:
        """Go to the first place, or by -1 to the last."""
        if self.hits:
            self._go(0 if by > 0 else len(self.hits) - 1)
