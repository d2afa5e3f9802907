"""Text in one style as it streams: all rows but the last are final."""

from massgen_tui.console.stream.blocks import Growing
from massgen_tui.console.stream.rows import NEWLINE, NOTHING, SPACE, Row, text_rows
from massgen_tui.console.stream.segment import Segment
from massgen_tui.console.stream.wrap import TAB, breaks

_SEGMENT = 1024
"""Characters that a segment has at least."""


class PlainText(Growing):
    """Growing text in one style, wrapped as it comes: all rows but the last are final."""

    def __init__(self, width: int, style: str) -> None:
        """Start empty; rows are drawn in `style`."""
        super().__init__(width)
        self._style = style
        self._start_over()

    def _start_over(self) -> None:
        self._pieces: list[str] = []  # the source since the last segment
        self._size = 0
        self._held = ""  # newlines at the end, which show nothing until text follows
        self._open = ""  # text of the open row
        self._open_at = 0  # where the open row is
        self._join = NEWLINE
        self._segment_at = 0

    def reset(self) -> None:
        """Drop everything."""
        super().reset()
        self._start_over()

    def update(self, now: float) -> int | None:
        """Nothing changes but by `feed`."""
        return None

    def feed(self, text: str) -> int | None:
        """Add text; gives the index of the first row that changed."""
        text = (self._held + text) if self.rows else text.lstrip("\n")
        body = text.rstrip("\n")
        self._held = text[len(body) :]
        if not body:
            return None
        first = self._open_at
        self._add(body.replace("\t", TAB))
        return first

    def _add(self, text: str) -> None:
        for index, piece in enumerate(text.split("\n")):
            if index:
                self._newline()
            self._extend(piece)

    def _newline(self) -> None:
        self._open, self._open_at, self._join = "", len(self.rows), NEWLINE
        if self._size < _SEGMENT:
            self._pieces.append("\n")
            return
        self.segments.append(Segment("".join(self._pieces), len(self.rows) - self._segment_at))
        self._pieces, self._size, self._segment_at = [], 0, len(self.rows)

    def _extend(self, piece: str) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        line = self._open + piece
        del self.rows[self._open_at :]
        last = 0
        for number, (start, end) in enumerate(breaks(line, self.width)):
            if number:
                self._join = SPACE if start > last else NOTHING
            spans = ((line[start:end], self._style),) if end > start else ()
            self.rows.append(Row(spans, join=self._join))
            self._open = line[start:]
            last = end
        self._open_at = len(self.rows) - 1

    def render(self, segment: Segment) -> list[Row]:
        """Wrap a finished segment."""
        return text_rows(segment.source, self._style, self.width)

    @property
    def solid(self) -> int:
        """How many rows the segments have."""
        return self._segment_at

    def shift(self, rows: int) -> None:
        """Know where the open row is now."""
        self._open_at += rows
        self._segment_at += rows

    def render_open(self) -> None:
        """Wrap what came since the last segment again."""
        source, self._pieces, self._size = "".join(self._pieces), [], 0
        self._open, self._open_at, self._join = "", len(self.rows), NEWLINE
        self._segment_at = len(self.rows)
        if self.rows or source:
            self._add(source)
