"""The line in which one types what to find in a pane; what is found shows while one types."""

from collections.abc import Mapping
from typing import Self

from textual import on
from textual.widgets import Input

from massgen_tui.console.keys import name_of
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.text import one_line


class SearchInput(Input):
    """One line in which one types what to find, until `enter` keeps it."""

    def __init__(self, told: str, *, id: str | None = None) -> None:
        """An empty line; `told` stands in it until something is typed."""
        super().__init__(placeholder=told, compact=True, id=id)
        self.cursor_blink = False

    def keep(self) -> None:
        """Go on with what was found: a letter right behind `enter` is not typed here any more."""
        raise NotImplementedError

    async def action_submit(self) -> None:
        """Keep it at once."""
        self.keep()


class SearchBar(SearchInput):
    """Searches one pane; it leaves as soon as the focus does, and what was found stays."""

    DEFAULT_CSS = "SearchBar { width: 100%; height: 1; }"

    def __init__(self, pane: AgentPane, keymap: Mapping[str, str], *, id: str) -> None:
        """Search `pane`; `keymap` holds the user's own keys, by binding id."""
        onward = " and ".join(name_of(f"pane.{one}-place", keymap) for one in ("next", "earlier"))
        told = f"find in {one_line(pane.agent.id, 30)} · enter, then {onward} go on"
        closes = name_of("stop", keymap)
        super().__init__(f"{told} · {closes} ends", id=id)
        self.pane = pane

    def on_mount(self) -> None:
        """Begin anew, from where the pane stands."""
        self.pane.find("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.pane.find(self.value)

    def keep(self) -> None:
        """Keep what was found, and give the focus back."""
        self.pane.find(self.value)
        self.blur()

    def blur(self) -> Self:
        """Give the focus back to the pane."""
        self.screen.set_focus(self.pane)
        return self

    def on_blur(self) -> None:
        """Leave with the focus, unless it is the terminal that has lost it."""
        if self.app.app_focus:
            self.remove()
