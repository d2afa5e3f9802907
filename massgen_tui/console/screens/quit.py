"""Asks once before quitting while agents answer, or prompts wait for their server."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal


class QuitScreen(Modal[bool]):
    """Quit, or stay."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUESTION)
    DEFAULT_CSS = """
    QuitScreen { align: center middle; background: $background 60%; }
    QuitScreen > #quit {
        width: auto; max-width: 90%; height: auto; padding: 1 3;
        border: round $warning; background: $surface; color: $foreground;
    }
    """

    def __init__(self, answering: int, key: str, *, kept: bool, held: int = 0) -> None:
        """Ask while agents answer.

        Args:
            answering: how many agents do.
            held: how many wait for their server with a prompt.
            key: the one that quits.
            kept: what came so far stays in the session's file.
        """
        super().__init__()
        going = []
        if answering:
            agents = "1 agent is" if answering == 1 else f"{answering} agents are"
            going.append(f"{agents} still answering.")
        if held:
            prompts = "1 prompt waits for its server" if held == 1 else f"{held} prompts wait"
            going.append(f"{prompts} and will not be sent.")
        what = "What came is kept in the session's file." if kept else "What came is not kept."
        self.question = f"{' '.join(going)} {what}\n\n{key}, y or enter: quit\nesc or n: stay"

    def compose(self) -> ComposeResult:
        """The question."""
        yield Static(Text(self.question), id="quit")

    def action_answer(self, quit_now: bool) -> None:
        """Give the answer."""
        self.close(quit_now)
