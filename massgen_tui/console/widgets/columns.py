"""Numbers with the last minute of each beside it as bars, in columns, where there is room."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.wrap import Span
from massgen_tui.console.terminal.width import cells

WIDE = 72
"""Cells from which there is room."""
MOST_BARS = 24
"""Cells of a minute at most."""
_FOUR = 150
_INDENT: Span = ("  ", "text")


class Measured(NamedTuple):
    """A number as it is shown."""

    text: str
    bars: Callable[[int], str]
    """The last minute of it, in so many cells at most."""
    style: str = "text"


def columns(shown: Sequence[Measured], width: int) -> Iterator[Row]:
    """These numbers, two in a row, or four where that many fit."""
    count = 4 if width >= _FOUR else 2
    column = (width - cells(_INDENT[0])) // count
    for at in range(0, len(shown), count):
        some = shown[at : at + count]
        yield Row((_INDENT, *(span for one in some for span in _cell(one, column))))


def _cell(one: Measured, width: int) -> tuple[Span, ...]:
    bars = one.bars(min(MOST_BARS, width - cells(one.text) - 3))
    gap = " " * max(width - cells(one.text) - cells(bars) - 1, 0)
    return (one.text, one.style), (f" {bars}", "good"), (gap, "text")
