"""What a console sends to its terminal, and what that shows: Textual's own tests see neither."""

import pyte
import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.strip import Strip

from massgen_tui.console.app import ConsoleApp


def drawn_whole(app: App[None]) -> list[list[Segment]]:
    """The rows of the screen, drawn anew from its widgets."""
    return [list(row) for row in app.screen._compositor.render_strips()]


def drawn_cells(app: App[None], *, anew: bool = False) -> list[list[pyte.screens.Char]]:
    """What a terminal shows that is sent the whole screen; with styles that nobody drew before."""
    screen = pyte.Screen(*app.size)
    strips = app.screen._compositor.render_strips()
    rows = enumerate(map(_anew, strips) if anew else strips, 1)
    text = "".join(f"\x1b[{y}H{row.render(app.console)}" for y, row in rows)
    pyte.Stream(screen).feed(text)
    return cells(screen)


def _anew(row: Strip) -> Strip:
    """A row whose styles were never drawn: Rich keeps the codes of the first console's colours."""
    return Strip(Segment(text, style and _undrawn(style), control) for text, style, control in row)


def _undrawn(style: Style) -> Style:
    copied = style.copy()
    copied._ansi = None
    return copied


def cells(screen: pyte.Screen) -> list[list[pyte.screens.Char]]:
    """What stands in each cell, with its colours."""
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


class Mirror:
    """A terminal that is sent every update of an app."""

    def __init__(self, app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> None:
        width, height = app.size
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        self._app = app
        self.sent: list[int] = []
        """The characters of each update."""
        monkeypatch.setattr(app, "_display", self._display)
        app.screen.refresh()

    def _display(self, _: object, update: object) -> None:
        if isinstance(update, CompositorUpdate):
            text = update.render_segments(self._app.console)
            self._stream.feed(text)
            self.sent.append(len(text))

    @property
    def text(self) -> str:
        """What it shows, row by row."""
        return "\n".join(self.screen.display)
