"""Asks for the name of a file: one line to type."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal


class FileNameScreen(Modal[str]):
    """Gives the name; nothing where no file is wanted."""

    BINDINGS = bindings(Scope.ENTRY)
    DEFAULT_CSS = """
    FileNameScreen { align: center middle; background: $background 60%; }
    FileNameScreen > Input { width: 90%; max-width: 100; border: round $primary; }
    """

    def __init__(self, title: str, usual: str) -> None:
        """Ask for a name; `usual` stands there at first."""
        super().__init__()
        self._input = Input(usual, select_on_focus=False)
        self._input.cursor_blink = False
        self._input.border_title = title
        self._input.border_subtitle = "enter writes it · esc does not"

    def compose(self) -> ComposeResult:
        """The line."""
        yield self._input

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.close(self._input.value.strip() or None)

    def action_close(self) -> None:
        """Write none."""
        self.close(None)
