"""Two texts as rows: side by side, or in a narrow terminal one above the other.

Pure, and made in a thread: answers of 20,000 words take a while to wrap. Both columns begin a row
together where a line begins in both texts, so that what is the same stands beside itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from massgen_tui.compare.differences import Differences, Run
from massgen_tui.compare.words import begins_line
from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.stream.wrap import TAB, Span
from massgen_tui.console.terminal.width import drawn

BESIDE_FROM = 60
"""Cells from which both stand side by side."""
REMOVED, ADDED = "bad.u", "good.u"
_SIGNS = ("-", "+")
_MARKS = (REMOVED, ADDED)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of two answers: what they thought, or said."""

    name: str
    found: Differences


@dataclass(slots=True)
class Laid:
    """The rows of all sections."""

    rows: list[Row] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """The rows in which a difference begins."""


def lay_out(
    sections: Sequence[Section], width: int, stopped: Callable[[], bool] = lambda: False
) -> Laid:
    """The rows for a screen of this width; what is stopped gives those until then."""
    laid = Laid()
    for section in sections:
        head = f"── {section.name} · {section.found.headline} "
        heads = line_rows(((head, "head-small"),), width)
        laid.rows += (Row(row.spans, bare=True) for row in heads)
        for block in _blocks(section.found.runs):
            if stopped():
                return laid
            _add(laid, block, width)
        laid.rows.append(Row(bare=True))
    return laid


Block = tuple[list[Span], list[Span]]
"""The words of both sides up to where a line begins in both."""


def _blocks(runs: Sequence[Run]) -> Iterator[Block]:
    one: list[Span] = []
    two: list[Span] = []
    for run in runs:
        if not run.same:
            for words, half, mark in ((run.one, one, REMOVED), (run.two, two, ADDED)):
                text = "".join(words)
                blank = text[:1] if text[:1] == " " else ""
                half.extend(((blank, "text"), (text[len(blank) :], mark)))
            continue
        for words in zip(run.one, run.two, strict=True):
            begins = begins_line(words[0]) and bool(one or two)
            if begins:
                yield one, two
                one, two = [], []
            ours, theirs = map(_without_newline, words) if begins else words
            one.append((ours, "text"))
            two.append((theirs, "text"))
    if one or two:
        yield one, two


def _without_newline(word: str) -> str:
    return word.partition("\n")[2]


def _add(laid: Laid, block: Block, width: int) -> None:
    differs = any(style != "text" for half in block for _, style in half)
    if width < BESIDE_FROM:
        for side, half in enumerate(block):
            if differs or side == 0:
                rows = [_signed(row, side) for row in _wrapped(half, width - 2)]
                _note(laid, rows)
                laid.rows += rows
        return
    column = (width - 1) // 2
    left, right = ([_signed(row, n) for row in _wrapped(block[n], column - 3)] for n in (0, 1))
    nothing = Row((("  ", "text"),), bare=True)
    rows = []
    for at in range(max(len(left), len(right))):
        ours = left[at] if at < len(left) else nothing
        theirs = right[at] if at < len(right) else nothing
        gap = (" " * (column - drawn(ours.text)), "text")
        rows.append(Row((*ours.spans, gap, ("│", "frame"), *theirs.spans), bare=True))
    _note(laid, rows)
    laid.rows += rows


def _wrapped(half: Sequence[Span], width: int) -> list[Row]:
    """One side of a block as rows; its words keep their styles."""
    line: list[Span] = []
    rows: list[Row] = []
    for text, style in _merged(half):
        first, *others = text.replace("\t", TAB).split("\n")
        line.append((first, style))
        for other in others:
            rows += line_rows(tuple(line), width)
            line = [(other, style)]
    if any(text for text, _ in line):
        rows += line_rows(tuple(line), width)
    return rows


def _merged(half: Sequence[Span]) -> Iterator[Span]:
    """Successive words of a style as one."""
    words: list[str] = []
    current = ""
    for text, style in half:
        if style != current and words:
            yield "".join(words), current
            words = []
        current = style
        words.append(text)
    if words:
        yield "".join(words), current


def _signed(row: Row, side: int) -> Row:
    """A row with the sign of its side where something of it differs."""
    mark = _MARKS[side]
    differs = any(style == mark and text.strip() for text, style in row.spans)
    sign = (f"{_SIGNS[side]} ", f"{mark[:-2]}.b") if differs else ("  ", "text")
    return Row((sign, *row.spans), bare=True)


def _note(laid: Laid, rows: Sequence[Row]) -> None:
    """Take in where among these rows, behind those laid out, a difference begins."""
    before = False
    for at, row in enumerate(rows, len(laid.rows)):
        differs = any(style in _MARKS for _, style in row.spans)
        if differs and not before:
            laid.places.append(at)
        before = differs
