"""An attempt that goes on with another: it begins with what was said there."""

from massgen_tui.session.attempt import Attempt
from massgen_tui.session.pieces import Text


def go_on_with(attempt: Attempt, other: Attempt) -> None:
    """Let an attempt at which nothing came begin with what another one said."""
    attempt.continues = other.serial
    begin_with(attempt, str(other.content), str(other.reasoning))


def begin_with(attempt: Attempt, content: str, reasoning: str = "") -> None:
    """Let it have said and thought this before."""
    attempt.reasoning, attempt.content = Text(reasoning), Text(content)
    attempt.reasoning.pieces = attempt.content.pieces = 0
    attempt.joint, attempt.thought_before = attempt.content.length, attempt.reasoning.length
