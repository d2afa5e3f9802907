"""What keys do on the main screen to read in the panes: find, go from turn to turn, copy."""

from collections.abc import Mapping
from importlib import import_module

from textual.screen import Screen
from textual.widget import Widget

from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.widgets.panes import PaneGrid


class Reading(Screen[None]):
    """The part of the main screen that acts on the pane that is read."""

    grid: PaneGrid
    _keymap: Mapping[str, str]

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
            # what it is made of takes time to import, and the first frame does not need it
            room = import_module("massgen_tui.console.widgets.search")
            bar: Widget = room.SearchBar(self.pane, self._keymap, id="search")
            # the one before may still be on its way out
            await self.query("#search").remove()
            await self.mount(bar)
            self.set_focus(bar)

    def close_search(self) -> bool:
        """Search no more in the panes that are seen; False when nothing was searched."""
        searched = [pane for pane in self.grid.panes if pane.finding and pane.display]
        for pane in searched:
            pane.find("")
        typing = self.query("SearchBar")
        for bar in typing:
            bar.blur()
        return bool(searched or typing)

    def action_turn(self, by: int) -> None:
        """Go to the prompt of the turn before or after."""
        self.read.action_turn(by)

    async def action_copy(self, part: str) -> None:
        """Copy a part of what was said at the turn that is read."""
        await self.read.action_copy(part)
