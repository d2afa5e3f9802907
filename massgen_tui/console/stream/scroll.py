"""What part of a document stands in the pane: the flat list of rows, and the window on it."""

from collections.abc import Sequence

from massgen_tui.console.stream.rows import Row


class Scroll:
    """Rows and a window on them, which follows the end until it is scrolled up."""

    __slots__ = ("changed", "follow", "height", "rows", "top")

    def __init__(self) -> None:
        """Start empty, at the end."""
        self.rows: list[Row] = []
        self.height = 1
        """Rows that fit the window."""
        self.top = 0
        """Index of the first row in the window."""
        self.follow = True
        """The window keeps to the end as rows are added."""
        self.changed = 0
        """The first row that has changed since whoever looks through the rows set this."""

    def replace(self, rows: list[Row], share: float) -> None:
        """Put other rows, of another width, in place of all; the window begins at this share."""
        self.rows, self.changed = rows, 0
        self.top = int(share * len(rows))
        self.settle()

    def splice(self, start: int, stop: int, rows: Sequence[Row]) -> None:
        """Replace the rows from `start` to `stop`; a scrolled-up window keeps what it shows."""
        removed, added = stop - start, len(rows)
        self.changed = min(self.changed, start)
        self.rows[start:stop] = rows
        if stop <= self.top:
            self.top += added - removed
        elif start < self.top:
            self.top = start + min((self.top - start) * added // max(removed, 1), added)
        self.settle()

    def settle(self) -> None:
        """Bring the window back into the document, to its end when following."""
        self.top = self._last if self.follow else max(0, min(self.top, self._last))

    def by(self, rows: int) -> None:
        """Scroll down (up when negative); reaching the end follows it again."""
        self.to(self.top + rows)

    def to(self, top: int) -> None:
        """Put the row `top` first."""
        self.top = max(0, min(top, self._last))
        self.follow = self.top >= self._last

    def to_start(self) -> None:
        """Show the start, also of what is longer than the window."""
        self.top, self.follow = 0, False

    def reveal(self, first: int, last: int) -> None:
        """Show these rows and stay there, whatever is added."""
        if first < self.top or last >= self.top + self.height:
            self.to(first - max(min(self.height // 3, self.height - 1 - last + first), 0))
        self.follow = False

    def to_end(self) -> None:
        """Show the end and follow it."""
        self.to(self._last)

    def resize(self, height: int) -> None:
        """Make the window `height` rows high."""
        self.height = max(height, 1)
        self.settle()

    @property
    def below(self) -> int:
        """Rows under the window."""
        return max(0, len(self.rows) - self.top - self.height)

    @property
    def window(self) -> Sequence[Row]:
        """The rows that are shown; fewer than `height` in a short document."""
        return self.rows[self.top : self.top + self.height]

    @property
    def _last(self) -> int:
        return max(0, len(self.rows) - self.height)
