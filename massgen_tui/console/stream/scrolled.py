"""The part of a pane that goes through its conversation by rows and windows."""

from massgen_tui.console.stream.searched import Searched
from massgen_tui.console.wheel import Wheeled


class Scrolled(Wheeled, Searched):
    """A pane, as far as its window moves."""

    def action_by(self, rows: int) -> None:
        """Scroll by rows."""
        self._view.by(rows)
        self._show(self._clock())

    def action_page(self, pages: int) -> None:
        """Scroll by windows, less one row."""
        self.action_by(pages * max(self._view.height - 1, 1))

    def action_top(self) -> None:
        """Go to the start of the conversation."""
        self._view.to(0)
        self._show(self._clock())

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self._view.to_end()
        self._show(self._clock())

    def by_wheel(self, rows: int) -> None:
        """Scroll by rows."""
        self.action_by(rows)
