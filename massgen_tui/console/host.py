"""What a workspace wants of the app that it is in."""

from collections.abc import Callable, Coroutine
from typing import Protocol

from textual.notifications import SeverityLevel
from textual.worker import Worker

from massgen_tui.console.remembered import Remembered


class Host(Protocol):
    """What the app does for them."""

    remembered: Remembered
    """What the user chose before."""

    @property
    def idle(self) -> bool:
        """Nothing is typed now, stands in the prompt, or stands before it: one may be asked."""
        ...

    def ask(self, question: str, answered: Callable[[bool | None], None]) -> None:
        """Ask something that is answered with yes or no."""

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while."""

    def apply_ui(self, *, theme: bool = True) -> None:
        """Take over title, keys and, with `theme`, the colours of the config."""

    def bell(self) -> None:
        """Ring."""

    def notify_desktop(self, way: str, title: str, text: str) -> None:
        """Let the terminal show a notification, where it has not the focus."""

    def show_terminal_title(self, text: str) -> None:
        """Let the terminal's window be called so."""

    def paint(self) -> bool:
        """Draw a frame: what is new; tells whether all of it stands on the screen."""
        ...

    def call_after_refresh(self, callback: Callable[[], None]) -> bool:
        """Call it when the screen has been drawn."""
        ...

    def run_worker(self, work: Coroutine[None, None, None], *, group: str) -> Worker[None]:
        """Run it beside, its faults contained."""
        ...
