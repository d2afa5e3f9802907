"""Asks for a session's title: one line to type."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.store.rename import LONGEST
from massgen_tui.text import one_line


class TitleScreen(Modal[str]):
    """Gives the new title; nothing where it stays as it is."""

    BINDINGS = bindings(Scope.ENTRY)
    DEFAULT_CSS = """
    TitleScreen { align: center middle; background: $background 60%; }
    TitleScreen > Input { width: 80%; max-width: 90; border: round $primary; }
    """

    def __init__(self, title: str) -> None:
        """Begin with the title that it has."""
        super().__init__()
        self._input = Input(title, max_length=LONGEST)
        self._input.cursor_blink = False
        self._input.border_title = "title"
        self._input.border_subtitle = "enter keeps it · esc does not"

    def compose(self) -> ComposeResult:
        """The line."""
        yield self._input

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.close(one_line(self._input.value) or None)

    def action_close(self) -> None:
        """Keep the old one."""
        self.close(None)
