"""The table of numbers as lines of text, for the columns that there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from massgen_tui.compare.table import BETTER, UNKNOWN, WORSE, Cell, Column, Line, Table
from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells

LEGEND = f"▸ baseline · {BETTER} better {WORSE} worse · ~ estimated · {UNKNOWN} unknown"
_GAP = 2
_NAME = 28
"""Most cells of a name."""


@dataclass(slots=True)
class View:
    """How the table is looked at."""

    baseline: str = ""
    """The id of the line that the others differ from."""
    sort: str = ""
    """The key of the column that it is sorted by; empty: in the agents' order."""
    falling: bool = False
    shift: int = 0
    """Columns that are left out at the left."""

    def sort_on(self, table: Table) -> None:
        """Sort by the next column, or by none behind the last."""
        keys = ["", *(column.key for column in table.known())]
        at = keys.index(self.sort) if self.sort in keys else 0
        self.sort, self.falling = keys[(at + 1) % len(keys)], False

    def next_baseline(self, table: Table) -> None:
        """Take the next line as the baseline."""
        ids = [line.id for line in self.ordered(table).lines]
        if ids:
            at = ids.index(self.baseline) if self.baseline in ids else -1
            self.baseline = ids[(at + 1) % len(ids)]

    def move(self, by: int, table: Table) -> None:
        """Leave more or fewer columns out at the left."""
        self.shift = max(0, min(self.shift + by, len(table.known()) - 1))

    def ordered(self, table: Table) -> Table:
        """The table in the order that is wanted."""
        return table.sorted_by(self.sort, falling=self.falling) if self.sort else table


def table_lines(table: Table, view: View, width: int, sides: Sequence[str] = ()) -> list[Text]:
    """The head and a line each answer, in at most `width` cells.

    Args:
        table: the numbers.
        view: how it is looked at.
        width: cells.
        sides: the ids of the answers on the left and on the right.
    """
    ordered = view.ordered(table)
    base = next((line for line in ordered.lines if line.id == view.baseline), None)
    names = [_name(line, view, sides) for line in ordered.lines]
    room = min(max(map(cells, names), default=0), _NAME)
    shown = ordered.known()
    drawn = [_column(ordered, column, base, view) for column in shown]
    first = min(view.shift, max(len(shown) - 1, 0))
    lines = [Text(_fit(name, room)) for name in ("", *names)]
    last = first
    for column in drawn[first:]:
        wide = max(cells(text.plain) for text in column)
        if cells(lines[0].plain) + _GAP + wide > width - 2 and last > first:
            break
        last += 1
        for text, cell in zip(lines, column, strict=True):
            text.append(" " * _GAP).append_text(cell)
            text.append(" " * (wide - cells(cell.plain)))
    lines[0].append(f"{' ◂' if first else ''}{' ▸' if last < len(shown) else ''}")
    for at, line in enumerate(ordered.lines, 1):
        if line.id == view.baseline:
            lines[at].stylize("bold")
    for text in lines:
        text.truncate(width)
    return lines


def window(lines: Sequence[Text], table: Table, view: View, room: int) -> list[Text]:
    """As many of the lines as there is room for, the head and the baseline's among them."""
    head, *rest = lines
    ids = [line.id for line in view.ordered(table).lines]
    at = ids.index(view.baseline) if view.baseline in ids else 0
    most = max(room - 1, 1)
    first = max(0, min(at - most + 1, len(rest) - most))
    return [head, *rest[first : first + most]]


def _name(line: Line, view: View, sides: Sequence[str]) -> str:
    mark = "▸" if line.id == view.baseline else " "
    side = "LR"[sides.index(line.id)] if line.id in sides else " "
    return f"{mark}{side} {line.name}"


def _fit(text: str, width: int) -> str:
    text = crop(text, width)
    return text + " " * (width - cells(text))


def _column(table: Table, column: Column, base: Line | None, view: View) -> list[Text]:
    arrow = ("▼" if view.falling else "▲") if column.key == view.sort else ""
    told = [table.cell(line, column, base) for line in table.lines]
    wide = max((cells(cell.value) for cell in told), default=0)
    return [Text(f"{column.name}{arrow}", "bold"), *(_cell(cell, wide) for cell in told)]


def _cell(cell: Cell, wide: int) -> Text:
    """A value, right-aligned, and its difference."""
    text = Text(" " * (wide - cells(cell.value)) + cell.value)
    for part in (cell.delta, cell.sign):
        if part:
            text.append(f" {part}")
    return text


def note(table: Table) -> str:
    """What to mind when the numbers are read; empty: nothing."""
    shares = {
        (value.number or 0) > 0
        for line in table.lines
        if (value := line.values.get("cached")) is not None and value.number is not None
    }
    if len(shares) > 1:
        return "cached differs: TTFT is not alike"
    return ""
