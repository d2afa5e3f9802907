"""What keys do on the main screen to read in the panes: find, go from turn to turn, copy."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widget import Widget

from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.widgets.panes import PaneGrid

if TYPE_CHECKING:
    from massgen_tui.console.widgets.find_all import FindAll


class Reading(Screen[None]):
    """The part of the main screen that acts on the pane that is read."""

    grid: PaneGrid
    _keymap: Mapping[str, str]
    bar: "FindAll | None" = None
    """Open while all panes are searched."""
    _before: Widget | None = None

    @property
    def pane(self) -> AgentPane | None:
        """The pane that has the focus."""
        return self.focused if isinstance(self.focused, AgentPane) else None

    @property
    def read(self) -> AgentPane:
        """The pane that has the focus, or the first that is seen."""
        return self.pane or self.grid.panes[self.grid.arrangement.first]

    async def action_search(self) -> None:
        """Ask what to find in the focused pane."""
        if self.pane is not None:
            if self.bar is not None:
                self.close_search()
            # what it is made of takes time to import, and the first frame does not need it
            room = import_module("massgen_tui.console.widgets.search")
            bar: Widget = room.SearchBar(self.pane, self._keymap, id="search")
            # the one before may still be on its way out
            await self.query("#search").remove()
            await self.mount(bar)
            self.set_focus(bar)

    def close_search(self) -> bool:
        """Search no more in the panes that are seen, or in all; False when nothing was searched."""
        if self.bar is not None:
            back = self.pane or self._before
            self.bar.close()
            self.bar = None
            self.set_focus(back if back is not None and back.is_attached else self.read)
            return True
        searched = [pane for pane in self.grid.panes if pane.finding and pane.display]
        for pane in searched:
            pane.find("")
        typing = self.query("SearchBar")
        for bar in typing:
            bar.blur()
        return bool(searched or typing)

    async def action_find_all(self) -> None:
        """Ask what to find in all panes; a second time, what else."""
        if self.bar is not None:
            self.set_focus(self.bar.input)
            return
        self.close_search()
        await self.query("#search").remove()
        self._before = self.focused
        # what it is made of takes time to import, and the first frame does not need it
        room = import_module("massgen_tui.console.widgets.find_all")
        bar: FindAll = room.FindAll(
            lambda: self.grid.panes, self.read, self.go_to, self._keymap, id="search"
        )
        self.bar = bar
        await self.mount(bar)
        self.set_focus(bar.input)

    def go_to(self, pane: AgentPane) -> None:
        """Bring a pane into sight and give it the focus."""
        raise NotImplementedError

    def action_turn(self, by: int) -> None:
        """Go to the prompt of the turn before or after."""
        self.read.action_turn(by)

    async def action_copy(self, part: str) -> None:
        """Copy a part of what was said at the turn that is read."""
        await self.read.action_copy(part)
