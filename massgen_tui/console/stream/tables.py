"""Markdown tables, fitted to a width: cells wrap, or rows become records."""

from collections.abc import Sequence
from itertools import zip_longest

from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.stream.wrap import Span, breaks, cut_spans
from massgen_tui.console.terminal.width import cells

Cell = Sequence[Span]
_SEPARATOR = (" │ ", "rule")
_LEAST = 4
"""Cells of the narrowest column."""


def table_rows(
    header: Sequence[Cell], body: Sequence[Sequence[Cell]], aligns: Sequence[str], width: int
) -> list[Row]:
    """The rows of a table.

    Args:
        header: The cells of the head, one per column.
        body: The cells of each row; missing ones are empty.
        aligns: `left`, `center` or `right` per column.
        width: Cells that the table may take.
    """
    widths = _fit([max(map(_cells, column)) for column in _columns(header, body)], width)
    if widths is None:
        return _records(header, body, width)
    rows = _line(header, widths, aligns)
    rows.append(Row((("─┼─".join("─" * size for size in widths), "rule"),)))
    for cells_ in body:
        rows += _line(cells_, widths, aligns)
    return rows


def _columns(header: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    many = len(header)
    return [[row[n] if n < len(row) else () for row in (header, *body)] for n in range(many)]


def _cells(cell: Cell) -> int:
    return sum(cells(text) for text, _ in cell)


def _fit(natural: list[int], width: int) -> list[int] | None:
    """Column widths that fit: the widest columns give way; None when none do."""
    room = width - 3 * (len(natural) - 1)
    if room < sum(min(size, _LEAST) for size in natural):
        return None
    widths = [max(size, 1) for size in natural]
    over = sum(widths) - room
    while over > 0:
        most = max(widths)
        next_most = max((size for size in widths if size < most), default=_LEAST)
        wide = [n for n, size in enumerate(widths) if size == most]
        give = min(over, max((most - max(next_most, _LEAST)) * len(wide), len(wide)))
        for place, n in enumerate(wide):
            widths[n] -= give // len(wide) + (place < give % len(wide))
        over -= give
    return widths


def _line(row: Sequence[Cell], widths: list[int], aligns: Sequence[str]) -> list[Row]:
    wrapped = [
        _wrap(row[n] if n < len(row) else (), size, aligns[n]) for n, size in enumerate(widths)
    ]
    rows: list[Row] = []
    for pieces in zip_longest(*wrapped):
        spans: list[Span] = []
        for n, piece in enumerate(pieces):
            spans += [_SEPARATOR] if n else []
            spans += piece if piece is not None else [(" " * widths[n], "text")]
        rows.append(Row(tuple(spans)))
    return rows


def _wrap(cell: Cell, size: int, align: str) -> list[list[Span]]:
    text = "".join(text for text, _ in cell)
    lines: list[list[Span]] = []
    for start, end in breaks(text, size):
        spans = list(cut_spans(cell, start, end))
        gap = max(size - _cells(spans), 0)
        left = gap if align == "right" else gap // 2 if align == "center" else 0
        before, after = (" " * left, "text"), (" " * (gap - left), "text")
        lines.append([span for span in (before, *spans, after) if span[0]])
    return lines


def _records(header: Sequence[Cell], body: Sequence[Sequence[Cell]], width: int) -> list[Row]:
    rows: list[Row] = []
    for number, row in enumerate(body):
        if number:
            rows.append(Row((("─" * width, "rule"),)))
        for name, cell in zip(header, row, strict=False):
            label = [(text, style) for text, style in name] + [(": ", "dim")]
            rows += line_rows([*label, *cell], width, rest=(("  ", "text"),))
    return rows or line_rows([span for cell in header for span in (*cell, (" ", "text"))], width)
