"""The blocks of one turn: prompt, attempt head, reasoning, answer, and how it ended."""

from collections.abc import Sequence

from massgen_tui.backends.events import BackendError
from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.answer import Answer
from massgen_tui.console.stream.blocks import Block, Derived
from massgen_tui.console.stream.figures import Figures, Place
from massgen_tui.console.stream.reasoning_blocks import (
    Divider,
    Fold,
    Reasoning,
    ReasoningHead,
    said,
)
from massgen_tui.console.stream.rows import Row, line_rows, text_rows
from massgen_tui.console.stream.sources import Sources
from massgen_tui.console.stream.tools import ToolCalls
from massgen_tui.console.stream.wrap import TAB, Span
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import may_wait, verdict
from massgen_tui.session.status import Status
from massgen_tui.text import clean

_PROMPT_LINES = 6
_JOINT = 24
"""Characters before a joint that are shown."""
_PROMPT_SHOWN = 4096
"""Characters of a prompt that are looked at, whatever its length."""


class Prompt(Derived):
    """What was asked; a long prompt shows its first lines."""

    def __init__(self, width: int, turn: Turn, *, first: bool, told: str = "") -> None:
        """Show the prompt of `turn`, `told` under it; all but the `first` have a space above."""
        super().__init__(width)
        self._turn = turn
        self._first = first
        self._told = told

    def key(self, now: float) -> object:
        """A prompt never changes."""
        return True

    def make(self, now: float) -> list[Row]:
        """The prompt after a `›`."""
        prompt = self._turn.prompt.strip("\n")
        begin = prompt[:_PROMPT_SHOWN]
        lines = clean(begin).strip("\n").replace("\t", TAB).split("\n")
        rows = [] if self._first else [Row()]
        for number, line in enumerate(lines[:_PROMPT_LINES]):
            mark = (("› " if number == 0 else "  ", "prompt"),)
            rows += line_rows(((line, "prompt"),), self.width, first=mark, rest=(("  ", "prompt"),))
        below = len(lines) + prompt.count("\n", len(begin)) - _PROMPT_LINES
        if below > 0:
            rows.append(Row(((f"  … {below} more lines", "dim"),)))
        elif len(prompt) > len(begin):
            rows.append(Row(((f"  … {len(prompt) - len(begin)} more characters", "dim"),)))
        if self._told:
            rows += line_rows(((self._told, "dim"),), self.width)
        return rows


class AttemptHead(Derived):
    """Which of several attempts is shown."""

    def __init__(self, width: int, turn: Turn, attempt: Attempt) -> None:
        """Say which attempt of `turn` this is, once there are several."""
        super().__init__(width)
        self._turn = turn
        self._attempt = attempt

    def key(self, now: float) -> object:
        """How many attempts there are, and what the last is doing."""
        statuses = [attempt.status for attempt in self._turn.attempts]
        return statuses, self._attempt.status.ended and self._turn.quoted

    def make(self, now: float) -> list[Row]:
        """`attempt 2 of 2`, or nothing; says so where another one is running, or is quoted."""
        attempts = self._turn.attempts
        many, last = len(attempts), attempts[-1]
        if many < 2:
            return []
        spans: list[Span] = [(f"attempt {attempts.index(self._attempt) + 1} of {many}", "dim")]
        spans += _joint(self._attempt, attempts)
        if last is not self._attempt and not last.status.ended:
            spans.append((f" · attempt {many} is {last.status}", "mark"))
        elif self._turn.agreement is not None:
            pass
        elif self._attempt.status.ended and (quoted := self._turn.quoted) not in (
            None,
            self._attempt,
        ):
            spans.append((f" · quoted: attempt {attempts.index(quoted) + 1}", "mark"))
        return line_rows([*spans, ("  [ and ] switch", "dim")], self.width)


def _joint(attempt: Attempt, attempts: Sequence[Attempt]) -> list[Span]:
    """Where an attempt goes on with another, by the last words of that."""
    if attempt.continues is None:
        return []
    other = next((n for n, one in enumerate(attempts, 1) if one.serial == attempt.continues), 0)
    last = str(attempt.content)[max(attempt.joint - _JOINT, 0) : attempt.joint]
    words = clean(last).split()
    shown = " ".join(words[1:] or words if len(last) == _JOINT else words)
    return [(f" · goes on with attempt {other} after “…{shown}”; numbers are of the rest", "mark")]


class Gap(Derived):
    """What stands between tool calls and content."""

    def __init__(self, width: int, attempt: Attempt) -> None:
        """Part the tool calls of `attempt` from its content."""
        super().__init__(width)
        self._attempt = attempt

    def key(self, now: float) -> object:
        """Whether both are there."""
        return bool(self._attempt.tool_calls) and said(self._attempt)

    def make(self, now: float) -> list[Row]:
        """A blank row, where both are there."""
        return [Row()] if self.key(now) else []


class Ending(Derived):
    """Warnings, the wait for a repetition or a server, a silent server, and how it ended."""

    def __init__(self, width: int, attempt: Attempt) -> None:
        """Tell how `attempt` fares."""
        super().__init__(width)
        self._attempt = attempt

    def key(self, now: float) -> object:
        """What there is to tell and, while something is waited for, the second."""
        attempt = self._attempt
        clock = status_text.countdown(attempt, now) or status_text.held(attempt, now)
        waits = attempt.retrying, attempt.deferral, attempt.silent
        told = len(attempt.warnings), waits, attempt.finish_reason
        return told, clock, attempt.status, attempt.error, attempt.empty

    def make(self, now: float) -> list[Row]:
        """A few rows, or none."""
        attempt = self._attempt
        rows: list[Row] = []
        for warning in attempt.warnings:
            rows += self._note(f"⚠ {warning}", "warn")
        if attempt.retrying is not None:
            rows += self._note(status_text.countdown(attempt, now), "warn")
        if attempt.silent:
            rows += self._note(f"… {attempt.silent}", "warn")
        if attempt.deferral is not None:
            rows += self._note(status_text.held(attempt, now), "warn")
            rows += self._note(attempt.deferral.words, "dim") if attempt.deferral.words else []
        elif attempt.status is Status.QUEUED:
            rows += self._note("○ queued: waits for the answer above · esc takes it back", "dim")
        if attempt.error is not None:
            rows += error_rows(attempt.error, self.width)
            if may_wait(attempt):
                rows += self._note(f"→ {status_text.IN_PANE} {status_text.OFFER}", "text")
        else:
            end = verdict(attempt)
            mark = "✓" if end.whole else "■" if attempt.status is Status.CANCELLED else "!"
            rows += self._note(f"{mark} {end.words}", "warn") if end.words else []
        return [Row(), *rows] if rows and not attempt.empty else rows

    def _note(self, text: str, style: str) -> list[Row]:
        return text_rows(clean(text), style, self.width, indent="  ")


def error_rows(error: BackendError, width: int) -> list[Row]:
    """What happened, where, and what to do."""
    where = f" · {error.server}" if error.server else ""
    status = f" {error.status}" if error.status else ""
    head = f"✗ {error.kind.value.replace('_', ' ')}{status}{where}"
    rows = text_rows(clean(head), "bad.b", width, indent="  ")
    rows += text_rows(clean(error.message).strip(), "bad", width)
    if error.hint:
        rows += line_rows(
            ((clean(error.hint).replace("\n", " ").replace("\t", " "), "text"),),
            width,
            first=(("→ ", "mark"),),
            rest=(("  ", "mark"),),
        )
    if error.detail:
        more = f"it said more: {status_text.IN_PANE} i shows all of it"
        rows += text_rows(more, "dim", width, indent="  ")
    return rows


def attempt_blocks(width: int, attempt: Attempt, fold: Fold, place: Place) -> list[Block]:
    """The blocks of an attempt, in the order they are shown."""
    return [
        ReasoningHead(width, attempt, fold),
        Reasoning(width, attempt, fold),
        Divider(width, attempt, fold),
        ToolCalls(width, attempt),
        Gap(width, attempt),
        Answer(width, attempt, place),
        Sources(width, attempt),
        Ending(width, attempt),
        Figures(width, attempt, place),
    ]
