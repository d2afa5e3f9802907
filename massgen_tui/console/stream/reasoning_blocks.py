"""The blocks of what an attempt thought: its head, the text, and the line behind it."""

from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.blocks import Derived, Reader
from massgen_tui.console.stream.growing_plain import PlainText
from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status

_PROMPT_LINES = 6
_JOINT = 24
"""Characters before a joint that are shown."""
_PROMPT_SHOWN = 4096
"""Characters of a prompt that are looked at, whatever its length."""


def said(attempt: Attempt) -> bool:
    """Content came that is more than white space."""
    return not attempt.content.blank


def begun(attempt: Attempt) -> bool:
    """Something came after the reasoning: content that is more than white space, or a tool call."""
    return bool(attempt.tool_calls) or said(attempt)


class Fold:
    """Whether reasoning is folded: by itself when the answer begins, else as was chosen."""

    __slots__ = ("_attempt", "chosen")

    def __init__(self, attempt: Attempt) -> None:
        """Nothing was chosen yet."""
        self._attempt = attempt
        self.chosen: bool | None = None

    def __bool__(self) -> bool:
        if self.chosen is not None:
            return self.chosen
        return begun(self._attempt)

    def toggle(self) -> None:
        """Choose the other."""
        self.chosen = not self


class ReasoningHead(Derived):
    """The row over the reasoning: fold mark, duration, tokens."""

    def __init__(self, width: int, attempt: Attempt, fold: Fold) -> None:
        """Stand over the reasoning of `attempt`."""
        super().__init__(width)
        self._attempt = attempt
        self._fold = fold

    def key(self, now: float) -> object:
        """What has come and, twice a second while it comes, the time."""
        attempt = self._attempt
        clock = now // 0.5 if attempt.status is Status.THINKING else 0
        some = attempt.reasoning.length > 0
        return (
            some,
            clock,
            attempt.status,
            attempt.times.first_content,
            attempt.usage,
            bool(self._fold),
        )

    def make(self, now: float) -> list[Row]:
        """One row, once reasoning has come."""
        if not self._attempt.reasoning:
            return []
        head = status_text.thinking(self._attempt, now, folded=bool(self._fold))
        return line_rows(((head, "reasoning-head"),), self.width)[:1]


class Reasoning(PlainText):
    """The reasoning; folded, it has no rows and reads nothing."""

    def __init__(self, width: int, attempt: Attempt, fold: Fold) -> None:
        """Show the reasoning of `attempt` unless it is folded."""
        super().__init__(width, "reasoning")
        self._attempt = attempt
        self._fold = fold
        self._reader = Reader(attempt.reasoning)

    def update(self, now: float) -> int | None:
        """Take in what came; folding drops the rows, unfolding makes them."""
        if self._fold:
            if not self.rows:
                return None
            self.reset()
            self._reader = Reader(self._attempt.reasoning)
            return 0
        new = self._reader.read()
        return self.feed(new) if new else None

    @property
    def whole(self) -> bytes:
        """What was thought, once it has ended."""
        return self._attempt.reasoning.utf8 or b""

    @property
    def waiting(self) -> bool:
        """More is to be shown than was taken in."""
        return self._reader.waiting and not self._fold


class Divider(Derived):
    """What stands between the reasoning and what follows it."""

    def __init__(self, width: int, attempt: Attempt, fold: Fold) -> None:
        """Divide the reasoning of `attempt` from its answer."""
        super().__init__(width)
        self._attempt = attempt
        self._fold = fold

    def key(self, now: float) -> object:
        """Whether there is something on both sides."""
        attempt = self._attempt
        return bool(self._fold) or (attempt.reasoning.length > 0 and begun(attempt)) + 2

    def make(self, now: float) -> list[Row]:
        """A rule under shown reasoning, once something follows."""
        attempt = self._attempt
        if self._fold or not attempt.reasoning or not begun(attempt):
            return []
        return [Row((("─" * self.width, "rule"),))]
