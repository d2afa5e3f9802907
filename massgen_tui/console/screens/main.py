"""The main screen: panes, sidebar, prompt, and what the keys do to them."""

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.reactive import reactive
from textual.widgets import Static, TextArea

from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.changed_lines import ChangedLines
from massgen_tui.console.keys import bindings
from massgen_tui.console.layout import (
    WIDE_FROM,
    Layout,
    folds,
    sidebar,
    too_small,
    too_small_words,
)
from massgen_tui.console.screens.main_style import MAIN
from massgen_tui.console.screens.moving import Moving
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.stream.status_text import NO_REASONING
from massgen_tui.console.textual_private import draw_by
from massgen_tui.console.widgets.cached_lines import CachedLines
from massgen_tui.console.widgets.foot import foot, seen
from massgen_tui.console.widgets.lines import Line, TitleBar
from massgen_tui.console.widgets.panes import PaneGrid
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.console.widgets.rounds import Rounds
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.console.widgets.status_line import one_line
from massgen_tui.console.widgets.unseen import asking_line
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.coordination import Agreement


class MainScreen(Moving, CachedLines):
    """Panes, sidebar and prompt."""

    DEFAULT_CSS = MAIN
    SCOPED_CSS = False
    BINDINGS = bindings(Scope.MAIN, Scope.PANE, Scope.DIGIT)
    AUTO_FOCUS = "#prompt"

    sidebar_shown = reactive(True)
    """The sidebar stands beside the panes, where there is room."""
    sidebar_over = reactive(False)
    """The sidebar stands over the panes, where there is none."""

    sends = True
    """Prompts are sent from here; False: a kept session is shown again."""

    def __init__(
        self,
        panes: Iterable[AgentPane],
        prompt: Prompt,
        keymap: Mapping[str, str],
        *,
        monitor: bool,
        layout: Layout = Layout.GRID,
    ) -> None:
        """The screen of these panes.

        Args:
            panes: one an agent.
            prompt: where prompts are typed.
            keymap: the user's own keys, by binding id.
            monitor: whether there is anything for a sidebar to show.
            layout: in what the panes stand.
        """
        super().__init__()
        draw_by(self, ChangedLines().draw)
        self.title_bar = TitleBar(id="title")
        self.rounds = Rounds(id="rounds")
        self.grid = PaneGrid(tuple(panes), id="panes", layout=layout)
        self.sidebar = Sidebar(keymap, id="sidebar")
        self.folded = Line(id="folded")
        self.folded.show(asking_line())
        self.prompt = prompt
        self.keys = Line(id="keys")
        self.small = Static(id="small")
        self._noted = ""
        self._looked: tuple[Mapping[str, ServerStatus], GpuSnapshot, float] | None = None
        self._keymap = keymap
        self._monitor = monitor

    def compose(self) -> ComposeResult:
        """Everything, in the order of the grid in `main_style`."""
        yield self.title_bar
        yield self.rounds
        yield self.grid
        yield self.sidebar
        yield self.folded
        yield Static(" ›", id="mark")
        yield self.prompt
        yield self.keys
        yield self.small

    @property
    def panes(self) -> tuple[AgentPane, ...]:
        """The panes, in the order of the config."""
        return self.grid.panes

    def show(self, panes: Sequence[AgentPane]) -> None:
        """Have these panes from now on; a focus that was on one that goes is the prompt's."""
        if self.pane is not None and self.pane not in panes:
            self.set_focus(self.prompt)
        self.grid.show(panes)
        self._fold(self.app.size)

    def take_keys(self, keymap: Mapping[str, str]) -> None:
        """Have these keys of the user's own from now on, by binding id."""
        self._keymap = keymap
        self.sidebar.take_keys(keymap)
        self.prompt.take_keys(keymap)
        self.show_keys()

    def show_rounds(self, agreement: Agreement | None, race: Sequence[str] = ()) -> None:
        """Show how the agents come to agree, and who is ahead, above the panes."""
        if self.rounds.show(agreement, race):
            self._fit_rounds()

    def _fit_rounds(self) -> None:
        """Give the strip as many rows as it says: Textual's `auto` would give it the panes'."""
        rows = self.rounds.rows
        self.set_class(rows > 0, "-agreeing")
        if rows:
            folded = "1 " if self.has_class("-folded") else ""
            self.styles.grid_rows = f"1 {rows} 1fr {folded}auto 1"
        else:
            self.styles.clear_rule("grid_rows")

    def on_mount(self) -> None:
        """Keep the foot line true."""
        self.watch(self, "focused", self.show_keys, init=False)

    def prepare(self, size: Size) -> None:
        """Stand as the first frame will show it, before anything is laid out."""
        self._fold(size)
        beside = sidebar(size.width) if self._monitor else 0
        self.grid.fit(Size(size.width - beside, size.height - 3))

    def on_resize(self, event: events.Resize) -> None:
        """Fold and unfold with the size of the terminal."""
        self._fold(event.size)
        if self.focused is None and not too_small(*event.size):
            self.set_focus(self.prompt)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell what is to be known of the draft."""
        if event.text_area is self.prompt and self.prompt.note != self._noted:
            self.show_keys()

    def take(self, event: events.Key | events.Paste) -> bool:
        """Let what is typed or pasted outside the prompt, and means nothing there, go to it."""
        if not (self.focused is None or isinstance(self.focused, AgentPane | Sidebar)):
            return False
        if isinstance(event, events.Paste):
            self.set_focus(self.prompt)
            self.prompt.put(event.text)
            return True
        typed = event.character if event.is_printable else None
        if not typed or event.key in self.active_bindings:
            return False
        self.set_focus(self.prompt)
        self.prompt.put(typed)
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let single letters act only when a pane has the focus."""
        if action in ("in_pane", "pane"):
            return self.pane is not None
        return super().check_action(action, parameters)

    @property
    def monitors_hidden(self) -> bool:
        """Nothing of servers and GPUs is seen."""
        return not (self.sidebar.display or self.folded.display)

    def show_monitors(
        self, servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float
    ) -> None:
        """Show what is known of servers and GPUs, in the sidebar or on one line."""
        self._looked = servers, gpus, now
        if self.folded.display:
            self.folded.show(one_line(*self._looked))
        self.sidebar.show(servers, gpus, now)

    def text_select_all(self) -> None:
        """Nothing: a triple click outside the panes is not meant for all that all have said."""

    def close_open(self) -> bool:
        """Close what is open over or before the panes; False when nothing was."""
        if self.close_search() or self.prompt.leave_edit():
            return True
        if self.sidebar_over:
            self.sidebar_over = False
        elif self.grid.zoomed is not None:
            self._zoom(None)
        else:
            return False
        return True

    def action_reasoning(self) -> None:
        """Show or fold the reasoning of the focused pane or of all."""
        panes = (self.pane,) if self.pane else self.panes
        found = [pane.toggle_reasoning() for pane in panes]
        if not any(found):
            self.notify(NO_REASONING, markup=False)

    def action_sidebar(self) -> None:
        """Show or hide servers and GPUs."""
        if not self._monitor:
            self.notify("`monitor: false` in the config: nothing is looked at", markup=False)
        elif self._no_room:
            self.sidebar_over = not self.sidebar_over
        else:
            self.sidebar_shown = not self.sidebar_shown

    def action_zoom(self) -> None:
        """Bring one pane to full size, or all back."""
        self._zoom(None if self.grid.zoomed else self.read)

    def _zoom(self, pane: AgentPane | None) -> None:
        self.grid.zoom(pane)
        self._fold(self.app.size)

    def action_events(self) -> None:
        """Show which servers went down or came back."""
        self.sidebar.action_events()

    @property
    def _no_room(self) -> bool:
        """The sidebar can only stand over the panes."""
        return folds(self.app.size.width) or self.grid.zoomed is not None

    def watch_sidebar_shown(self) -> None:
        """Give the panes the room of the sidebar, or take it."""
        if self.is_mounted:
            self._fold(self.app.size)

    def watch_sidebar_over(self) -> None:
        """Put the sidebar over the panes, or away."""
        self.set_class(self.sidebar_over, "-over")

    def _fold(self, size: Size) -> None:
        small = too_small(*size)
        narrow, room = folds(size.width), not self._no_room
        self.set_class(small, "-small")
        if small:
            self.small.update(too_small_words(*size))
        self.set_class(size.width >= WIDE_FROM, "-wide")
        self.set_class(narrow and self._monitor, "-folded")
        if narrow and self._looked is not None:
            self.folded.show(one_line(*self._looked))
        beside = room and self.sidebar_shown and self._monitor
        self.set_class(not narrow and not beside, "-plain")
        self.set_class(narrow and not self._monitor, "-bare")
        if room:
            self.sidebar_over = False
        self._fit_rounds()
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys that act now, and which panes are seen."""
        focus = Scope.PANE if self.pane else Scope.PROMPT
        first = (focus,) if self.sends else (Scope.REPLAY, focus)
        now = self.grid.arrangement
        part = seen(now)
        if self.grid.zoomed is not None:
            part = f" zoomed {now.first + now.shown} of {now.total} "
        self._noted = self.prompt.note
        if self._noted:
            part = f" {self._noted} {part}"
        acting = acting_in(*first, Scope.MAIN, Scope.APP)
        acting = tuple(one for one in acting if self.sends or not one.sends)
        line = foot(acting, self._keymap, self.app.size.width - len(part))
        self.keys.show(line, Text(part, "bold"))
