"""Rows: one line of a pane each, light until it is shown.

A row holds spans of text with style keys. Its strip, which costs a kilobyte, is made when the row
is first drawn under a look (theme, width, focus) and dropped when it leaves the screen. Rows are
compared by identity: a row that is still the same object needs no repaint.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from rich.segment import ControlType, Segment
from rich.style import Style
from textual.strip import Strip

from massgen_tui.console.stream.styles import Styles
from massgen_tui.console.stream.wrap import TAB, Span, breaks, cut_spans
from massgen_tui.console.terminal.width import cells, disputed, drawn

NEWLINE, SPACE, NOTHING = "\n", " ", ""
_ERASE = (ControlType.ERASE_IN_LINE, 0)
QUOTE = "▌ "
"""What stands before every row of a quote."""

Swap = tuple[int, int, str | None]
"""Where in a row something stands that was not sent, from and to, and what was sent there: nothing
for an edge; None: the row is no line at all."""


class _Line(Strip):
    """A strip that ends with its row: Textual's hold themselves once they were divided.

    A burst draws thousands, each of many objects: they would be left to the garbage collector,
    which holds up the keys meanwhile.
    """

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between these cells; all of it, of which no note is kept, where that is one."""
        within = [cut for cut in cuts if cut <= self.cell_length]
        return [self] if within == [self.cell_length] else super().divide(within)


class PaintContext:
    """How rows are drawn at one time: the styles of the theme, the pane's width, its frame."""

    __slots__ = ("_fits", "_left", "_right", "aims", "inner", "styles", "width", "x")

    def __init__(
        self,
        styles: Styles,
        width: int,
        side: str,
        frame: str,
        x: int = 0,
        *,
        aims: bool = True,
    ) -> None:
        """Draw rows `width` cells wide from column `x` on, between two `side` glyphs.

        A row `aims` when it goes to the column of its end, wherever the terminal takes its text to
        end; a screen that stands under another cannot, as Textual makes text of what goes there.
        """
        self.x, self.aims = x, aims
        margin = side if width < 24 else f"{side} "
        self.styles = styles
        self.width = width
        self.inner = inner_width(width)
        self._fits = self.inner + 2 * len(margin) == width
        self._left = Segment(margin, styles[frame])
        self._right = Segment(margin[::-1], styles[frame])

    def strip(self, row: "Row") -> Strip:
        """The row between the sides of the frame, exactly as wide as the pane."""
        styles = self.styles
        segments = [Segment(text, styles[style]) for text, style in row.spans]
        text, size = row.text, row.cells
        room = (self.width if row.bare else self.inner) - size
        if room >= 0 and self._fits and self.aims and disputed(text):
            free = max(room - max(cells(text) - size, 0), 0) if room else 0
            erase = Segment(f"\x1b[{size + room}X", styles[row.fill], (_ERASE,))
            segments = [erase, *segments, Segment(" " * free, styles[row.fill])]
            segments.append(self._to(row, free))
            room -= free
        if room > 0:
            segments.append(Segment(" " * room, styles[row.fill]))
        if not row.bare:
            segments = [self._left, *segments, self._right]
        if room < 0 or not self._fits:
            return Strip(segments).adjust_cell_length(self.width)
        return _Line(segments, self.width)

    def _to(self, row: "Row", free: int) -> Segment:
        """Go to the cell `free` after the text, wherever the terminal takes that to have ended."""
        column = self.x + (0 if row.bare else len(self._left.text)) + row.cells + free
        go = (ControlType.CURSOR_MOVE_TO_COLUMN, column)
        return Segment(f"\x1b[{column + 1}G", None, (go,))

    def mapped(self, row: "Row", y: int) -> Strip:
        """The row, telling the mouse where in the document each cell is: in row `y`, everywhere.

        What stands before the text is its begin, what comes after it its end.
        """
        before = [] if row.bare else [Segment(" ", _at(0, y))] * len(self._left.text)
        text = Strip([Segment(text, Style()) for text, _ in row.spans]).apply_offsets(0, y)
        room = self.width - len(before) - text.cell_length
        after = [Segment(" ", _at(len(row.text), y))] * max(room, 0)
        return Strip([*before, *text, *after])

    def beside(self, x: int, y: int) -> Strip:
        """A line that is none of the document's: all its cells stand for this place of it."""
        return Strip([Segment(" ", _at(x, y))] * self.width)


def _at(x: int, y: int) -> Style:
    """What tells the mouse that a cell is this place of the document."""
    return Style.from_meta({"offset": (x, y)})


def inner_width(width: int) -> int:
    """Cells for text in a pane of `width`: what the frame and, in wider panes, a margin leave."""
    return max(width - (2 if width < 24 else 4), 2)


class Row:
    """One line of a pane."""

    __slots__ = ("_look", "_strip", "bare", "fill", "join", "spans", "swaps")

    def __init__(
        self,
        spans: tuple[Span, ...] = (),
        *,
        join: str = NEWLINE,
        fill: str = "text",
        bare: bool = False,
        swaps: tuple[Swap, ...] = (),
    ) -> None:
        """Make a row of `spans`.

        Args:
            spans: The text with its styles.
            join: What stands between the row before and this one in the text: a newline, the space
                where a line was wrapped, or nothing.
            fill: The style of the cells after the text.
            bare: The row draws its own frame.
            swaps: What of the text was not sent so, in order.
        """
        self.spans = spans
        self.swaps = swaps
        self.join = join
        self.fill = fill
        self.bare = bare
        self._look: PaintContext | None = None
        self._strip: Strip | None = None

    @property
    def text(self) -> str:
        """What the row says."""
        return "".join([text for text, _ in self.spans])

    @property
    def cells(self) -> int:
        """How wide Textual takes the text for."""
        text = self.text
        return len(text) if text.isascii() else sum(drawn(text) for text, _ in self.spans)

    def strip(self, look: PaintContext) -> Strip:
        """The row as it is drawn under `look`."""
        if self._strip is None or self._look is not look:
            self._look, self._strip = look, look.strip(self)
        return self._strip

    def forget(self) -> None:
        """Drop what was made for drawing: the row has left the screen."""
        self._look = self._strip = None

    def same(self, other: "Row") -> bool:
        """Both look the same."""
        return (
            self.spans == other.spans
            and self.join == other.join
            and self.fill == other.fill
            and self.bare == other.bare
            and self.swaps == other.swaps
        )


def text_rows(text: str, style: str, width: int, *, indent: str = "") -> list[Row]:
    """Plain text as rows in one style; rows after the first of a line start with `indent`."""
    rows: list[Row] = []
    rest = ((indent, style),) if indent else ()
    for line in text.split("\n"):
        rows += line_rows(((line.replace("\t", TAB), style),), width, rest=rest)
    return rows


def line_rows(
    spans: Sequence[Span],
    width: int,
    *,
    first: tuple[Span, ...] = (),
    rest: tuple[Span, ...] = (),
    fill: str = "text",
) -> list[Row]:
    """One styled line as rows, with `first` before its first row and `rest` before the others."""
    line = "".join(text for text, _ in spans)
    room = max(width - max(_width(first), _width(rest)), 2)
    rows: list[Row] = []
    last = 0
    for start, end in breaks(line, room):
        join = NEWLINE if not rows else SPACE if start > last else NOTHING
        prefix = rest if rows else first
        # the marks of lists stay, as they tell items apart; edges and indents of a wrap go
        edge = prefix if rows else tuple(takewhile(lambda span: span[0] == QUOTE, prefix))
        text = prefix + cut_spans(spans, start, end)
        rows.append(Row(text, join=join, fill=fill, swaps=unsent(edge)))
        last = end
    return rows


def unsent(edge: Sequence[Span]) -> tuple[Swap, ...]:
    """What begins a row and was not sent."""
    size = sum(len(text) for text, _ in edge)
    return ((0, size, ""),) if size else ()


def _width(spans: Iterable[Span]) -> int:
    return sum(cells(text) for text, _ in spans)


def keep_same(old: Sequence[Row], new: list[Row]) -> int:
    """Keep rows of `old` that look like those of `new`; gives how many do from the start."""
    same = 0
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        if before is after or before.same(after):
            new[index] = before
            same += same == index
    return same


def runs(lines: list[int]) -> list[tuple[int, int]]:
    """Successive line numbers as (first, how many)."""
    runs: list[tuple[int, int]] = []
    for y in lines:
        if runs and sum(runs[-1]) == y:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((y, 1))
    return runs
