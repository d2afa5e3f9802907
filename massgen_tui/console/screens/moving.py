"""What keys do on the main screen to go from prompt to panes and sidebar."""

from textual.widget import Widget

from massgen_tui.console.screens.goto import GotoScreen
from massgen_tui.console.screens.reading import Reading
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.console.widgets.sidebar import Sidebar


class Moving(Reading):
    """The part of the main screen that moves the focus."""

    prompt: Prompt
    sidebar: Sidebar
    _monitor: bool

    def action_sidebar(self) -> None:
        """Show or hide servers and GPUs."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """Tell the keys that act now."""
        raise NotImplementedError

    def action_goto(self) -> None:
        """Ask for a pane's number."""
        names = [pane.agent.id for pane in self.grid.panes]
        self.app.push_screen(GotoScreen(names, self._go, self._go_aside if self._monitor else None))

    def _go_aside(self) -> None:
        """Show servers and GPUs, and go there."""
        if not self.sidebar.display:
            self.action_sidebar()
        self.set_focus(self.sidebar)

    async def action_in_pane(self, action: str) -> None:
        """Do what a key means while a pane has the focus."""
        await self.app.run_action(action, self)

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number."""
        self._go(number)

    def action_next(self, step: int) -> None:
        """Complete an agent's name, or move the focus on through prompt and panes."""
        if step > 0 and self.focused is self.prompt and self.prompt.complete():
            return
        stops: list[Widget] = [self.prompt, *self.grid.panes]
        if self.sidebar.display:
            stops.append(self.sidebar)
        at = next((index for index, stop in enumerate(stops) if stop is self.focused), 0)
        number = (at + step) % len(stops)
        if stops[number] is self.sidebar:
            self.set_focus(self.sidebar)
        else:
            self._go(number)

    def _go(self, number: int) -> None:
        if number == 0:
            self.set_focus(self.prompt)
        elif number <= len(self.grid.panes):
            self.go_to(self.grid.panes[number - 1])

    def go_to(self, pane: AgentPane) -> None:
        """Bring a pane into sight and give it the focus."""
        self.grid.bring(pane)
        self.set_focus(pane)
        self.show_keys()
