"""Mouse selection over rows: what is marked, and what it says without the wrapping."""

import re
from collections.abc import Sequence

from textual.geometry import Offset
from textual.selection import Selection

from massgen_tui.console.stream.find import line_end, line_start
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.styles import add
from massgen_tui.console.stream.wrap import cut_spans

_WORDS = re.compile(r"\w+|\s+|[^\w\s]+")


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


def word_at(rows: Sequence[Row], place: Offset) -> Selection:
    """The word at this place, or what else stands there together."""
    text = rows[place.y].text
    around = next((m for m in _WORDS.finditer(text) if m.start() <= place.x < m.end()), None)
    begin, end = around.span() if around else (min(place.x, len(text)), len(text))
    return Selection(Offset(begin, place.y), Offset(end, place.y))


def line_at(rows: Sequence[Row], place: Offset) -> Selection:
    """The whole line at this place, over all the rows that it is wrapped to."""
    first, last = line_start(rows, place.y), line_end(rows, place.y) - 1
    return Selection(Offset(0, first), Offset(len(rows[last].text), last))


def selected_text(rows: Sequence[Row], selection: Selection) -> str:
    """What was sent where these rows are selected: wrapped lines are whole, edges are not there."""
    start, end = selection
    first = max(start.y, 0) if start is not None else 0
    last = min(end.y, len(rows) - 1) if end is not None else len(rows) - 1
    said: list[str] = []
    for y in range(first, last + 1):
        row = rows[y]
        if any(sent is None for _, _, sent in row.swaps):
            continue
        begin = start.x if start is not None and y == start.y else 0
        stop = end.x if end is not None and y == end.y else None
        said.append(row.join if said else "")
        said.append(_sent(row, begin, stop))
    return "".join(said)


def _sent(row: Row, begin: int, stop: int | None) -> str:
    """What was sent between two places of a row."""
    text = row.text
    stop = len(text) if stop is None else min(stop, len(text))
    parts: list[str] = []
    at = begin
    for first, last, sent in row.swaps:
        if begin < last and first < stop:
            parts.append(text[at : max(first, at)])
            # what is shown as several cells is sent when the first of them is selected
            parts.append((sent or "") if first >= begin else "")
            at = max(min(last, stop), at)
    return "".join([*parts, text[at:stop]])
