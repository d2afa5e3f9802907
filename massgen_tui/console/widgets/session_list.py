"""The list of kept sessions: a table that holds the rows around the cursor, however many there are.

Textual 8.2 lays a table's rows out anew with each that is added: 2,000 would hold up the keys.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import DataTable

from massgen_tui.console.session_finder import Row
from massgen_tui.console.wheel import Wheeled
from massgen_tui.console.widgets.session_rows import heading, line_of

WINDOW = 64
"""Rows in the table."""


class SessionList(Wheeled, DataTable[Text], inherit_bindings=False):
    """Rows of sessions, with a cursor that others move: it never has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    SessionList { height: 1fr; background: $background; overflow: hidden hidden; padding: 0 0 0 1; }
    SessionList > .datatable--header { background: $surface; }
    SessionList > .datatable--cursor {
        background: $primary; color: $text; text-style: bold;
    }
    """

    class Moved(Message):
        """The cursor stands elsewhere."""

    def __init__(self, *, id: str) -> None:
        """An empty list."""
        super().__init__(cursor_type="row", cell_padding=0, id=id)
        self.can_focus = False
        self._sessions: Sequence[Row] = ()
        self._begin = 0
        """The place of the first row in the table."""
        self._standing: tuple[Row, ...] = ()
        """The rows in the table."""
        self.place = 0
        """The cursor's, among all."""
        self._chosen = ""
        """The path of the session under the cursor."""
        self._laid_out = 0

    @property
    def row(self) -> Row | None:
        """The session under the cursor."""
        return self._sessions[self.place] if self.place < len(self._sessions) else None

    @property
    def page(self) -> int:
        """Rows that are seen at once."""
        return max(self.size.height - self.header_height, 1)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays with its session where that is among them."""
        self._sessions = rows
        place = next((n for n, row in enumerate(rows) if _path(row) == self._chosen), 0)
        self._go(place)

    def move(self, by: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self.place + by)

    def choose_near(self) -> None:
        """Choose the session behind the one under the cursor, else the one before."""
        near = [*self._sessions[self.place + 1 :][:1], *self._sessions[: self.place][-1:]]
        self._chosen = _path(near[0]) if near else ""

    def on_resize(self, event: events.Resize) -> None:
        """Stand in the columns that there is room for."""
        if event.size.width != self._laid_out:
            self._laid_out = event.size.width
            with self.prevent(DataTable.RowHighlighted):
                self.clear(columns=True)
            self._standing = ()
            self.add_column(heading(self._laid_out), width=self._laid_out - 1)
        self._go(self.place)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Take in that a row was clicked."""
        event.stop()
        self._take(self._begin + event.cursor_row)

    def by_wheel(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.move(rows)

    def _go(self, place: int) -> None:
        place = max(min(place, len(self._sessions) - 1), 0)
        if not self._begin <= place < self._begin + WINDOW or place < self._begin + 1:
            self._begin = max(min(place - WINDOW // 2, len(self._sessions) - WINDOW), 0)
        rows = tuple(self._sessions[self._begin : self._begin + WINDOW])
        with self.prevent(DataTable.RowHighlighted):
            if rows != self._standing and self._laid_out:
                self._fill(rows)
            self.move_cursor(row=place - self._begin, animate=False)
        self._take(place)

    def _fill(self, rows: tuple[Row, ...]) -> None:
        same = len(self._standing) if rows[: len(self._standing)] == self._standing else 0
        if not same:
            self.clear()
        for row in rows[same:]:
            self.add_row(line_of(row, self._laid_out))
        self._standing = rows

    def _take(self, place: int) -> None:
        self.place = place
        row = self.row
        chosen = _path(row) if row is not None else ""
        if row is not None:
            self._chosen = chosen
        self.post_message(self.Moved())


def _path(row: Row) -> str:
    return str(row.session.path)
