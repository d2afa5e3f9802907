"""The two texts on the screen: the rows that are seen, scrolled together."""

from collections.abc import Sequence

from massgen_tui.console.comparing.laid import Laid
from massgen_tui.console.stream.rows import PaintContext, Row
from massgen_tui.console.stream.styles import styles_of
from massgen_tui.console.widgets.rowed import Rowed

_NOTHING = Row(bare=True)
_CONTEXT = 2
"""Rows that are seen above a difference that was gone to."""


class TwoTexts(Rowed):
    """Draws rows that were laid out."""

    DEFAULT_CSS = "TwoTexts { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str) -> None:
        """Nothing is shown yet."""
        super().__init__(id=id)
        self._laid = Laid()
        self._top = 0
        self._at = -1
        """The difference that was gone to last."""
        self._look: PaintContext | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """All rows."""
        return self._laid.rows

    @property
    def drawn(self) -> PaintContext:
        """How rows are drawn now."""
        styles = styles_of(self.app)
        look = self._look
        if look is None or look.styles is not styles or look.width != self.size.width:
            look = self._look = PaintContext(styles, self.size.width, "│", "frame", aims=False)
        return look

    @property
    def place(self) -> str:
        """`place 2 of 5`; empty where none was gone to."""
        return f"place {self._at + 1} of {len(self._laid.places)}" if self._at >= 0 else ""

    def row_of(self, y: int) -> int | None:
        """Which row stands in line `y`."""
        at = self._top + y
        return at if at < len(self._laid.rows) else None

    def line_of(self, y: int) -> Row:
        """What stands in line `y`."""
        at = self.row_of(y)
        return _NOTHING if at is None else self._laid.rows[at]

    def show(self, laid: Laid, *, keep: bool = False) -> None:
        """Show these rows, from their begin or, with `keep`, from about where one was."""
        share = self._top / max(len(self._laid.rows), 1) if keep else 0.0
        self._laid = laid
        self._at = min(self._at, len(laid.places) - 1) if keep else -1
        self._to(round(share * len(laid.rows)))
        self.refresh()

    def step(self, by: int) -> bool:
        """Go to the next difference, or the one before; False where there is none."""
        places = self._laid.places
        if not places:
            return False
        self._at = (self._at + by) % len(places) if self._at >= 0 or by > 0 else len(places) - 1
        self._to(places[self._at] - _CONTEXT)
        return True

    def action_turn(self, rows: int) -> None:
        """Scroll by rows."""
        self._to(self._top + rows)

    def page(self, pages: int) -> None:
        """Scroll by windows, less one row."""
        self.action_turn(pages * max(self.size.height - 1, 1))

    def to_end(self) -> None:
        """Go to the end."""
        self._to(len(self._laid.rows))

    def to_start(self) -> None:
        """Go to the start."""
        self._to(0)

    def _to(self, top: int) -> None:
        top = max(0, min(top, len(self._laid.rows) - max(self.size.height, 1)))
        if top != self._top:
            self._top = top
            self.refresh()
