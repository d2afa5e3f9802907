"""Asks something that is answered with yes or no."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal


class Question(Modal[bool]):
    """One question over whatever is open."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUESTION)
    DEFAULT_CSS = """
    Question { align: center middle; background: $background 60%; }
    Question > #question {
        width: auto; max-width: 90%; height: auto; padding: 1 3;
        border: round $warning; background: $surface; color: $foreground;
    }
    """

    def __init__(self, question: str) -> None:
        """Ask this; it is never read as markup."""
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """The question."""
        yield Static(Text(self.question), id="question")

    def action_answer(self, yes: bool) -> None:
        """Give the answer."""
        self.close(yes)
