"""The first frame: what the outline of a config shows, until the session is there.

Keys are kept for the session by the app; what they will make of the prompt is shown here.
"""

from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from massgen_tui.config.outline import Outline
from massgen_tui.console.layout import Layout, arrange, sidebar
from massgen_tui.console.phrases import hint, how_many
from massgen_tui.console.stream.styles import Styles, styles_of
from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.console.widgets.lines import Line, TitleBar


class OpeningScreen(Screen[None]):
    """The main screen's frame, without a session."""

    def __init__(self, outline: Outline, layout: Layout = Layout.GRID) -> None:
        """Show this outline, its panes in this layout."""
        super().__init__(id="opening")
        self._layout = layout
        self._outline = outline
        self._title = TitleBar(id="title")
        self._typed = Line(id="typed")

    def compose(self) -> ComposeResult:
        """Title, frames, prompt, and the place of the keys."""
        yield self._title
        yield Frames(self._outline, self._layout)
        yield self._typed
        yield Line(id="keys")

    def on_mount(self) -> None:
        """Tell what is known."""
        self._title.tell(self._outline.path.stem, how_many(len(self._outline.agents)), None)

    def show(self, typed: str) -> None:
        """Show what has been typed."""
        ids = [agent.id for agent in self._outline.agents]
        said = Text(f"{typed}▏") if typed else Text(hint(ids), "dim")
        self._typed.show(Text.assemble((" › ", "bold"), said))


class Frames(Widget):
    """The frames of all panes, empty but for their titles."""

    DEFAULT_CSS = "Frames { width: 1fr; height: 1fr; }"

    def __init__(self, outline: Outline, layout: Layout) -> None:
        """Frame the agents of this outline."""
        super().__init__()
        self._layout = layout
        self._names = [
            " · ".join(filter(None, (f"{number} {agent.id}", agent.model)))
            for number, agent in enumerate(outline.agents, 1)
        ]
        self._monitor = outline.monitor

    def render_line(self, y: int) -> Strip:
        """One row of the screen, through all frames that stand side by side there."""
        (width, height), styles = self.size, styles_of(self.app)
        space = width - (sidebar(width) if self._monitor else 0)
        now = arrange(len(self._names), space, height, layout=self._layout)
        row = next(row for row in range(now.rows) if y < height * (row + 1) // now.rows)
        top, end = height * row // now.rows, height * (row + 1) // now.rows
        names = self._names[row * now.columns : min((row + 1) * now.columns, now.shown)]
        edges = [space * column // now.columns for column in range(len(names))] + [space]
        segments: list[Segment] = []
        for name, left, right in zip(names, edges, edges[1:], strict=False):
            segments += _framed(name, right - left, y - top, end - top, styles)
        return Strip(segments).adjust_cell_length(width, styles["text"])


def _framed(name: str, width: int, y: int, height: int, styles: Styles) -> list[Segment]:
    """Row `y` of one frame."""
    if y == 0:
        title = crop(name, max(width - 5, 0)) + " "
        line = "─" * (width - 3 - cells(title)) + "┐"
        return [
            Segment("┌─", styles["frame"]),
            Segment(title, styles["title"]),
            Segment(line, styles["frame"]),
        ]
    left, middle, right = "└─┘" if y == height - 1 else "│ │"
    return [Segment(f"{left}{middle * (width - 2)}{right}", styles["frame"])]
