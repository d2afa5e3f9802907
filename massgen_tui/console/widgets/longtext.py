"""Text of any length to read: what is seen is drawn, the rest is wrapped step by step.

A text of some megabytes in one widget takes Textual seconds to lay out, and again at every resize.
"""

from collections.abc import Iterator
from itertools import islice

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from massgen_tui.console.once import once
from massgen_tui.console.stream.wrap import TAB, breaks
from massgen_tui.console.terminal.width import cells

LONG = 20_000
"""Characters from which a text is long."""
_STEP = 300
"""Rows that are wrapped at once."""
_PIECE = 4096
"""Characters of a line that are wrapped at once."""
_PAUSE = 0.01
"""Seconds between two steps."""

Cut = tuple[int, int, int]
"""A row: which line, and where in it the row starts and ends."""


class LongText(ScrollView, can_focus=True):
    """Plain text, wrapped to the width."""

    DEFAULT_CSS = "LongText { overflow-x: hidden; overflow-y: scroll; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        """Show `text`, which is clean."""
        super().__init__(id=id)
        self._lines = text.replace("\t", TAB).split("\n")
        self._rows: list[Cut] = []
        self._waiting: Iterator[Cut] = iter(())
        self._width = 0
        self._waits = True
        self._to_end = False
        self._goal = 0  # the line to go to when it is wrapped, after a resize

    @property
    def wrapping(self) -> bool:
        """Some of it waits to be wrapped."""
        return self._waits

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width, what is seen first."""
        width = self.scrollable_content_region.width
        if width and width != self._width:
            top = self.scroll_offset.y
            self._goal = self._rows[top][0] if top < len(self._rows) else 0
            self._width = width
            self._rows = []
            self._waiting = _wrapped(self._lines, width)
            self._step()

    def _step(self, rows: int = _STEP) -> None:
        """Wrap some more rows."""
        before = len(self._rows)
        self._rows += islice(self._waiting, rows)
        self.virtual_size = Size(self._width, len(self._rows))
        self.refresh()
        self._waits = len(self._rows) - before == rows
        if self._waits:
            once(self, _PAUSE, self._step)
        if self._to_end:
            self.scroll_end(animate=False)
        elif self._goal and self._rows[-1][0] >= self._goal:
            row = next(at for at, cut in enumerate(self._rows) if cut[0] >= self._goal)
            self._goal = 0
            self.scroll_to(y=row, animate=False)

    def aim(self, *, at_end: bool) -> None:
        """Keep to the end until all of it is wrapped, or do not."""
        self._to_end, self._goal = at_end, 0

    def render_line(self, y: int) -> Strip:
        """One row of what is seen, telling the mouse where in the text it is."""
        at, style = y + self.scroll_offset.y, self.rich_style
        if at >= len(self._rows):
            last = len(self._rows) - 1
            end = Style.from_meta({"offset": (self._length(last), last)}) if self._rows else style
            return Strip([Segment(" " * self.size.width, style + end)])
        text = self._text(at)
        strip = Strip([Segment(text, style)])
        selected = self.text_selection.get_span(at) if self.text_selection else None
        if selected is not None:
            start, stop = selected[0], len(text) if selected[1] < 0 else selected[1]
            marked = style + Style(reverse=True)
            parts = (text[:start], style), (text[start:stop], marked), (text[stop:], style)
            strip = Strip([Segment(part, look) for part, look in parts if part])
        room = " " * max(self.size.width - cells(text), 0)
        rest = Segment(room, style + Style.from_meta({"offset": (len(text), at)}))
        return Strip([*strip.apply_offsets(0, at), rest])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, its lines whole."""
        first, last = selection
        start = self._place(first) if first else (0, 0)
        stop = self._place(last) if last else (len(self._lines) - 1, len(self._lines[-1]))
        lines = self._lines[start[0] : stop[0] + 1]
        if lines:
            lines[-1] = lines[-1][: stop[1]]
            lines[0] = lines[0][start[1] :]
        return "\n".join(lines), "\n"

    def _place(self, offset: Offset) -> tuple[int, int]:
        """Where in which line a place of the rows is."""
        line, start, end = self._rows[min(offset.y, len(self._rows) - 1)]
        return line, min(start + offset.x, end)

    def _text(self, at: int) -> str:
        line, start, end = self._rows[at]
        return self._lines[line][start:end]

    def _length(self, at: int) -> int:
        _, start, end = self._rows[at]
        return end - start


def _wrapped(lines: list[str], width: int) -> Iterator[Cut]:
    """All rows of these lines; of a long line a piece at a time is looked at."""
    for number, line in enumerate(lines):
        at = 0
        while at < len(line) or at == 0:
            cuts = breaks(line[at : at + _PIECE], width)
            whole = at + _PIECE >= len(line)
            # the last row of a piece goes on in the next
            for start, end in cuts if whole or len(cuts) == 1 else cuts[:-1]:
                yield number, at + start, at + end
            if whole:
                break
            at += cuts[-1][0] if len(cuts) > 1 else _PIECE
