"""Mouse selection over rows: what is marked, and what it says without the wrapping."""

from collections.abc import Sequence

from textual.selection import Selection

from massgen_tui.console.stream.rows import NEWLINE, Row
from massgen_tui.console.stream.styles import add
from massgen_tui.console.stream.wrap import cut_spans


def marked(row: Row, selection: Selection, y: int) -> Row:
    """The row `y` of the document with its selected part reversed; the row itself when none is."""
    part = selection.get_span(y)
    text = row.text
    if part is None or row.bare or not text:
        return row
    start, end = part[0], len(text) if part[1] < 0 else part[1]
    inside = tuple((t, add(style, "r")) for t, style in cut_spans(row.spans, start, end))
    spans = cut_spans(row.spans, 0, start) + inside + cut_spans(row.spans, end, len(text))
    return Row(spans, join=row.join, fill=row.fill)


def selected_text(rows: Sequence[Row], selection: Selection) -> str:
    """What the selected rows say: wrapped lines are whole again."""
    start, end = selection
    first = max(start.y, 0) if start is not None else 0
    last = min(end.y, len(rows) - 1) if end is not None else len(rows) - 1
    said: list[str] = []
    for y in range(first, last + 1):
        row = rows[y]
        begin = start.x if start is not None and y == start.y else 0
        stop = end.x if end is not None and y == end.y else None
        said.append(row.join if y > first else "")
        text = row.text[begin:stop]
        said.append(text if row.join == NEWLINE or y == first else text.lstrip(" "))
    return "".join(said)
