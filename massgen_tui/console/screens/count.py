"""Asks for a number: one line to type."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal


class CountScreen(Modal[int]):
    """Gives the number; nothing where none is wanted."""

    BINDINGS = bindings(Scope.ENTRY)
    DEFAULT_CSS = """
    CountScreen { align: center middle; background: $background 60%; }
    CountScreen > Input { width: 60; max-width: 90%; border: round $primary; }
    """

    def __init__(self, title: str, usual: int, most: int) -> None:
        """Ask for a number from 1 to `most`; `usual` stands there at first."""
        super().__init__()
        self._most = most
        self._input = Input(str(usual), type="integer", max_length=len(str(most)))
        self._input.cursor_blink = False
        self._input.border_title = title
        self._input.border_subtitle = f"1 to {most} · enter begins · esc does not"

    def compose(self) -> ComposeResult:
        """The line."""
        yield self._input

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        text = self._input.value.strip()
        number = int(text) if text.isascii() and text.isdigit() else 0
        if 1 <= number <= self._most:
            self.close(number)
        else:
            self.notify(f"a number from 1 to {self._most}", markup=False)

    def action_close(self) -> None:
        """Begin nothing."""
        self.close(None)
