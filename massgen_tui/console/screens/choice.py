"""Asks for one of several things: a list to go through."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.text import one_line


class ChoiceScreen(Modal[int]):
    """Gives the place of what was chosen; nothing where none was."""

    BINDINGS = bindings(Scope.ENTRY)
    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; background: $background 60%; }
    ChoiceScreen > OptionList {
        width: 90%; max-width: 100; height: auto; max-height: 80%;
        border: round $primary; background: $surface;
    }
    """

    def __init__(self, title: str, names: Sequence[str], chosen: int = 0) -> None:
        """Offer these names; none is read as markup."""
        super().__init__()
        self._list = OptionList(
            *(Option(Text(one_line(name, 200), no_wrap=True)) for name in names), markup=False
        )
        self._list.border_title = Text(title)
        self._list.border_subtitle = Text("enter takes it · esc does not")
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The list."""
        yield self._list

    def on_mount(self) -> None:
        """Point at what is chosen now."""
        self._list.highlighted = self._chosen
        self._list.focus()

    @on(OptionList.OptionSelected)
    def _done(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.close(event.option_index)

    def action_close(self) -> None:
        """Choose nothing."""
        self.close(None)
