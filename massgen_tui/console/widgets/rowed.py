"""A widget that draws rows itself, past Textual's styles cache, and can be selected over."""

from collections.abc import Sequence
from typing import Self

from textual.app import RenderResult
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from massgen_tui.console.stream.rows import PaintContext, Row
from massgen_tui.console.stream.select import marked, selected_text
from massgen_tui.console.wheel import Wheeled


class Rowed(Wheeled, Widget):
    """Draws rows in a frame of its own. What changes of them is told by `refresh`."""

    def __init__(self, *, id: str | None = None) -> None:
        """A widget that has drawn nothing; its base may refresh it while it is made."""
        self._lines: dict[int, Strip] = {}
        self._lines_look: PaintContext | None = None
        super().__init__(id=id)

    @property
    def drawn(self) -> PaintContext:
        """How rows are drawn now."""
        raise NotImplementedError

    @property
    def rows(self) -> Sequence[Row]:
        """All of them, those too that are not in view."""
        raise NotImplementedError

    def row_of(self, y: int) -> int | None:
        """Which row stands in line `y`, if one does."""
        raise NotImplementedError

    def line_of(self, y: int) -> Row:
        """What stands in line `y`: a row, or the frame."""
        raise NotImplementedError

    def action_turn(self, rows: int) -> None:
        """Scroll by rows."""
        raise NotImplementedError

    def by_wheel(self, rows: int) -> None:
        """Scroll by rows."""
        self.action_turn(rows)

    def render(self) -> RenderResult:
        """What a snapshot of the widget alone shows; on a screen `render_lines` draws."""
        return "\n".join(row.text for row in self.rows)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw it, or parts of it, anew."""
        self._lines.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in view: they are whole and coloured already.

        Textual asks for all that a frame's parts lie around, so those drawn before are kept.
        """
        look, lines = self.drawn, self._lines
        if look is not self._lines_look:
            self._lines_look = look
            lines.clear()
        strips = []
        for y in crop.line_range:
            if (strip := lines.get(y)) is None:
                strip = lines[y] = self._strip(y, look)
            strips.append(strip)
        if crop.x == 0 and crop.width == look.width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line, telling the mouse which place of the rows each cell is or comes next to."""
        look, at, rows = self.drawn, self.row_of(y), self.rows
        if at is not None:
            return look.mapped(rows[at], at)
        first = self.row_of(1)
        if first is None:
            return self._strip(y, look)
        seen = [row for row in map(self.row_of, range(1, self.size.height)) if row is not None]
        last = max(seen, default=first)
        return look.beside(0, first) if y < 1 else look.beside(len(rows[last].text), last)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the selected rows say."""
        return selected_text(self.rows, selection), "\n"

    def _strip(self, y: int, look: PaintContext) -> Strip:
        row, at, selection = self.line_of(y), self.row_of(y), self.text_selection
        shown = row if selection is None or at is None else marked(row, selection, at)
        return row.strip(look) if shown is row else look.strip(shown)
