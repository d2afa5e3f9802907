"""How n panes stand in a space of w×h cells: pure arithmetic, no widgets."""

from collections.abc import Iterator
from enum import StrEnum
from math import ceil
from typing import NamedTuple

MIN_WIDTH, MIN_HEIGHT = 40, 12
"""Below this size of the terminal one line says that it is too small."""
STACK_UNDER = 60
"""Columns of the terminal under which panes stand one over the other."""
FOLD_UNDER = 110
"""Columns of the terminal under which the sidebar folds to one line."""
SIDEBAR, WIDE_SIDEBAR = 28, 36
"""Columns of the sidebar, as in console.tcss."""
WIDE_FROM = 180
"""Columns of the terminal from which the sidebar is wide, so that its rows need not be cut."""
COMFORT_WIDTH = 50
"""Columns that a pane gets before a third one joins its row."""
LEAST_WIDTH = 40
"""Columns of a pane in a crowded grid."""
LEAST_HEIGHT = 6
"""Rows of a pane, title and foot among them, before the grid scrolls."""


Cells = tuple[int, int, int, int]
"""Column and row of a corner, columns and rows from there on."""


class Layout(StrEnum):
    """In what the panes stand."""

    GRID = "grid"
    """Rows and columns, as many of each as make readable panes."""
    COLUMNS = "columns"
    """One row: each pane is as high as the screen, and the row scrolls by pane."""

    @property
    def other(self) -> "Layout":
        """The one that is not this."""
        return Layout.GRID if self is Layout.COLUMNS else Layout.COLUMNS


def first_of(*names: str | None) -> Layout:
    """The layout that the first of these names which is one means; the grid where none is."""
    return next((Layout(name) for name in names if name in list(Layout)), Layout.GRID)


class Arrangement(NamedTuple):
    """Which panes are seen, and in how many columns and rows."""

    columns: int
    rows: int
    """Rows that are seen at once."""
    first: int
    """Index of the first pane that is seen."""
    shown: int
    """How many panes are seen, from `first` on."""
    total: int

    @property
    def visible(self) -> range:
        """Indices of the panes that are seen."""
        return range(self.first, self.first + self.shown)

    @property
    def last_span(self) -> int:
        """Columns that the last pane takes, so that no hole is left in its row."""
        rest = self.shown % self.columns
        return self.columns - rest + 1 if rest else 1


def too_small(width: int, height: int) -> bool:
    """Whether a terminal of this size cannot show a pane and a prompt."""
    return width < MIN_WIDTH or height < MIN_HEIGHT


def too_small_words(width: int, height: int) -> str:
    """What is shown on a terminal that is too small."""
    return f"{width}x{height} is too small: at least {MIN_WIDTH}x{MIN_HEIGHT}"


def folds(width: int) -> bool:
    """Whether the sidebar folds to one line in a terminal of this many columns."""
    return width < FOLD_UNDER


def sidebar(width: int) -> int:
    """Columns of the sidebar beside the panes in a terminal of this many; 0 where it folds."""
    if folds(width):
        return 0
    return WIDE_SIDEBAR if width >= WIDE_FROM else SIDEBAR


def columns_for(total: int, width: int, height: int) -> int:
    """Columns of the grid for `total` panes in a space of width×height cells."""
    if width < STACK_UNDER:
        return 1
    columns = _balanced(total, max(2, width // COMFORT_WIDTH))
    most = _balanced(total, max(2, width // LEAST_WIDTH))
    if total % columns and columns < most and total % (columns + 1) == 0:
        columns += 1
    while columns < most and ceil(total / columns) * LEAST_HEIGHT > height:
        columns += 1
    return columns


def arrange(
    total: int,
    width: int,
    height: int,
    *,
    focus: int = 0,
    first: int = 0,
    layout: Layout = Layout.GRID,
) -> Arrangement:
    """Arrange `total` panes so that the pane at index `focus` is seen.

    Args:
        total: how many panes there are, from 1.
        width: columns of the space for panes.
        height: rows of it.
        focus: index of a pane that must be seen.
        first: index of the pane that was seen first; the grid moves no further than it must.
        layout: in what they stand.
    """
    if layout is Layout.COLUMNS:
        return _in_one_row(total, width, focus=focus, first=first)
    columns = columns_for(total, width, height)
    all_rows = ceil(total / columns)
    rows = max(1, min(all_rows, height // LEAST_HEIGHT))
    focus_row = min(max(focus, 0), total - 1) // columns
    first_row = min(first // columns, all_rows - rows)
    first_row = max(min(first_row, focus_row), focus_row - rows + 1)
    start = first_row * columns
    return Arrangement(columns, rows, start, min(rows * columns, total - start), total)


def cells_of(now: Arrangement, width: int, height: int) -> Iterator[tuple[int, Cells]]:
    """Each pane that is seen, by its index, and where it stands in a space of width×height."""
    for place, index in enumerate(now.visible):
        row, column = divmod(place, now.columns)
        span = now.last_span if index == now.visible[-1] else 1
        x, right = (width * edge // now.columns for edge in (column, column + span))
        y, bottom = (height * edge // now.rows for edge in (row, row + 1))
        yield index, (x, y, right - x, bottom - y)


def _in_one_row(total: int, width: int, *, focus: int, first: int) -> Arrangement:
    columns = max(1, min(total, width // LEAST_WIDTH))
    focus = min(max(focus, 0), total - 1)
    start = max(min(first, total - columns, focus), focus - columns + 1)
    return Arrangement(columns, 1, start, columns, total)


def _balanced(total: int, columns: int) -> int:
    """The fewest columns that give as few rows as `columns` would."""
    columns = max(1, min(total, columns))
    return ceil(total / ceil(total / columns))
