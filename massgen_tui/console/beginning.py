"""What apps before the console have in common: they say something, and end with nothing chosen."""

from typing import ClassVar

from textual.binding import BindingType

from massgen_tui.console.action import Scope
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.keys import bindings
from massgen_tui.console.lifecycle import SIGNAL_GRACE
from massgen_tui.console.mended import Mended


class Beginning(CopyingApp, Mended, inherit_bindings=False):
    """Something to choose from before there is a console."""

    TITLE = "massgen-tui"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.START)

    def say(self, text: str, seconds: float = 6) -> None:
        """Tell the user something."""
        self.notify(text, timeout=seconds, markup=False)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.exit()

    def end_by_signal(self, code: int) -> None:
        """End with this exit code; called from a signal's handler."""
        self.ending = True
        if self.last_resort is not None:
            self.last_resort.arm(SIGNAL_GRACE, code)
        self.call_later(self.exit, None, code)
