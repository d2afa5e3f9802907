"""Go to a pane by its number: one line that takes a digit, or two where there are ten panes."""

from asyncio import TimerHandle
from collections.abc import Callable, Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from massgen_tui.console.once import once
from massgen_tui.console.screens.modal import Modal
from massgen_tui.text import one_line

SECOND_DIGIT = 0.8
"""Seconds to wait for a second digit where the first alone could mean two panes."""


class GotoScreen(Modal[None]):
    """Goes to the number that was typed; 0 is the prompt."""

    DEFAULT_CSS = """
    GotoScreen { align: center bottom; }
    GotoScreen, GotoScreen:ansi { background: $background 0%; }
    GotoScreen > #goto { width: 100%; height: 1; background: $primary; color: $text; }
    """

    def __init__(
        self,
        panes: Sequence[str],
        go: Callable[[int], None],
        go_aside: Callable[[], None] | None = None,
    ) -> None:
        """Ask for one of these panes, numbered from 1.

        Args:
            panes: their names.
            go: called with the number in the moment of closing, so that a key that comes right
                behind it finds the pane there.
            go_aside: goes to the sidebar; None: there is none.
        """
        super().__init__()
        self._panes = panes
        self._arrive = go
        self._go_aside = go_aside
        self._typed = ""
        self._wait: TimerHandle | None = None

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(self._line(), id="goto")

    def _line(self) -> Text:
        others = "0 prompt, s sidebar" if self._go_aside else "0 prompt"
        names = "  ".join(
            f"{number} {one_line(id, 16)}" for number, id in enumerate(self._panes, 1)
        )
        line = Text(f" go to pane {self._typed}… ({others}, esc stays)  {names}", no_wrap=True)
        line.overflow = "ellipsis"
        return line

    def on_key(self, event: events.Key) -> None:
        """Take a digit or `s`; enter takes what was typed, anything else leaves."""
        event.stop()
        if event.key == "enter":
            self._go()
        elif not event.key.isdecimal():
            self.close()
            if event.key == "s" and self._go_aside is not None:
                self._go_aside()
        else:
            self._digit(event.key)

    def _digit(self, digit: str) -> None:
        if self._wait is not None:
            self._wait.cancel()
        self._typed += digit
        number = int(self._typed)
        if number and number * 10 <= len(self._panes) and len(self._typed) < 2:
            self.query_one("#goto", Static).update(self._line(), layout=False)
            self._wait = once(self, SECOND_DIGIT, self._go)
        else:
            self._go()

    def _go(self) -> None:
        number = int(self._typed) if self._typed else -1
        self.close()
        if 0 <= number <= len(self._panes):
            self._arrive(number)
