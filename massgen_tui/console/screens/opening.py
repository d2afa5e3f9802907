"""The first frame: what the outline of a config shows, until the session is there.

It is the main screen's own first picture, made by the same functions, as far as the file alone
tells it. Keys are kept for the session by the app; what they will make of the prompt is shown here.
"""

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from massgen_tui.config.outline import Outline
from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.keys import asks_help, typed_by
from massgen_tui.console.layout import (
    Arrangement,
    Layout,
    arrange,
    cells_of,
    folds,
    sidebar,
    too_small,
    too_small_words,
)
from massgen_tui.console.phrases import hint, how_many, modes
from massgen_tui.console.stream.first_rows import READY, Around, Named, empty_pane
from massgen_tui.console.stream.rows import PaintContext, Row, inner_width
from massgen_tui.console.stream.styles import Styles, styles_of
from massgen_tui.console.widgets.cached_lines import CachedLines
from massgen_tui.console.widgets.lines import Line, TitleBar
from massgen_tui.console.widgets.typed import Typed
from massgen_tui.console.widgets.unseen import asking_line, unseen_sidebar
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.config.whereabouts import Whereabouts
    from massgen_tui.console.widgets import foot
else:
    foot = late("massgen_tui.console.widgets.foot")

_ASKED = (Scope.PROMPT, Scope.MAIN, Scope.APP)
_UNKNOWN = ("", "dim")
"""The state of an agent of which only the loader knows whether it can be asked."""


class OpeningScreen(Screen[None]):
    """The main screen's frame, without a session."""

    def __init__(self, outline: Outline, layout: Layout = Layout.GRID) -> None:
        """Show this outline, its panes in this layout."""
        super().__init__(id="opening")
        self._outline = outline
        self._title = TitleBar(id="title")
        self._frames = Frames(outline, layout)
        self._folded = Line(id="folded")
        ids = [agent.id for agent in outline.agents]
        self._typed = Typed(hint(ids, coordinate=outline.coordinate), id="typed")
        self._keys = Line(id="keys")
        self._small = Static(id="small")
        self._told = False
        self.helps = False
        """The help is shown over it."""
        self._seen = False

    def compose(self) -> ComposeResult:
        """Title, frames, prompt, and the keys."""
        self._stand(self.app.size)
        yield self._title
        yield self._frames
        if self.has_class("-folded"):
            yield self._folded
        yield self._typed
        yield self._keys
        if self.has_class("-small"):
            yield self._small

    def on_mount(self) -> None:
        """Tell what is known."""
        outline = self._outline
        said = [*modes(coordinate=outline.coordinate), how_many(len(outline.agents))]
        self._title.tell(outline.path.stem, " · ".join(said), None)
        self._folded.show(asking_line())

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It was styled as it was mounted: once is enough."""
        event.refresh_styles = False

    def on_resize(self, event: events.Resize) -> None:
        """Stand as the main screen does in this size."""
        self._stand(event.size)
        # nearly no start needs them
        if self.has_class("-folded") and not self._folded.is_attached:
            self.mount(self._folded, after=self._frames)
        if self.has_class("-small") and not self._small.is_attached:
            self.mount(self._small)
        if self._told:
            self._show_keys(event.size)

    def _stand(self, size: Size) -> None:
        self.set_class(too_small(*size), "-small")
        self.set_class(folds(size.width) and self._outline.monitor, "-folded")
        self._small.update(too_small_words(*size))

    def _show_keys(self, size: Size) -> None:
        if not self._outline.own_keys:
            part = self._frames.seen(size)
            line = foot.foot(acting_in(*_ASKED), {}, size.width - len(part))
            self._keys.show(line, Text(part, "bold"))

    def show(self, keys: Sequence[events.Event]) -> None:
        """Show what these keys make of the prompt, and the help that the first asks for."""
        self._typed.show(typed_by(keys))
        if self._seen and not self.helps and not self._outline.own_keys and asks_help(keys):
            self.helps = True
            room = importlib.import_module("massgen_tui.console.screens.help")
            self.app.push_screen(room.help_screen({}))

    def seen(self, keys: Sequence[events.Event]) -> None:
        """The first picture is drawn: what keys ask for may be shown over it."""
        self._seen = True
        self.show(keys)

    def tell(self, then: Callable[[], None]) -> None:
        """Tell the keys, and of the agents what is imported for it; then go on."""
        self._told = True
        self._show_keys(self.app.size)
        room = importlib.import_module("massgen_tui.config.whereabouts")
        self._frames.tell(room.whereabouts(self._outline, os.environ))
        self.app.call_after_refresh(then)


class Frames(CachedLines):
    """The panes of all agents, and the sidebar."""

    DEFAULT_CSS = "Frames { width: 1fr; height: 1fr; }"

    def __init__(self, outline: Outline, layout: Layout) -> None:
        """Frame the agents of this outline."""
        super().__init__()
        self._layout = layout
        self._outline = outline
        self._known: Sequence[Whereabouts | None] = [None] * len(outline.agents)
        self._drawn: tuple[object, list[Strip]] | None = None

    def tell(self, known: "Sequence[Whereabouts | None]") -> None:
        """Show where the agents are asked."""
        self._known, self._drawn = known, None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen, through all that stands side by side there."""
        styles = styles_of(self.app)
        look = self.size, id(styles)
        if self._drawn is None or self._drawn[0] != look:
            self._drawn = look, list(self._draw(styles))
        return self._drawn[1][y]

    def seen(self, screen: Size) -> str:
        """Which panes are seen on a screen of this size, where that is not all."""
        rows = 3 + (folds(screen.width) and self._outline.monitor)
        return foot.seen(self._arranged(Size(screen.width, screen.height - rows)))

    def _arranged(self, size: Size) -> Arrangement:
        beside = sidebar(size.width) if self._outline.monitor else 0
        many = len(self._outline.agents)
        return arrange(many, size.width - beside, size.height, layout=self._layout)

    def _draw(self, styles: Styles) -> Iterator[Strip]:
        size = self.size
        beside = sidebar(size.width) if self._outline.monitor else 0
        space = size.width - beside
        parts = [
            (Region(*cells), self._pane(index, Region(*cells)))
            for index, cells in cells_of(self._arranged(size), space, size.height)
        ]
        if beside:
            place = Region(space, 0, beside, size.height)
            parts.append((place, unseen_sidebar(beside, inner_width(beside), size.height)))
        drawn = [(place, _strips(rows, place, styles)) for place, rows in parts]
        for y in range(size.height):
            row = [strips[y - at.y] for at, strips in drawn if at.y <= y < at.bottom]
            yield Strip.join(row).adjust_cell_length(size.width, styles["text"])

    def _pane(self, index: int, place: Region) -> list[Row]:
        agent, known = self._outline.agents[index], self._known[index]
        width, height = place.size
        who = Named(index + 1, agent.id, agent.model)
        if known is None:
            return empty_pane(who, _UNKNOWN, width, height, told=False)
        who = Named(index + 1, agent.id, *known)
        return empty_pane(who, READY, width, height, told=True)


def _strips(rows: Sequence[Row], place: Region, styles: Styles) -> list[Strip]:
    around = Around()
    look = PaintContext(styles, place.width, around.glyphs[3], around.style, place.x)
    return [row.strip(look) for row in rows]
