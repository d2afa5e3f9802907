"""Answers as plain text: exactly what was sent, but cleaned where a terminal would act on it."""

from collections.abc import Callable

from massgen_tui.backends.answer import MOVABLE
from massgen_tui.backends.events import ContentDelta, ContentMoved, ReasoningDelta, ReasoningMoved
from massgen_tui.headless.streams import Output
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Ended, Streamed
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_in_reasoning, answer_text
from massgen_tui.text import clean, one_line

REASONING = "### reasoning\n\n"
ANSWER = "### answer\n\n"


def block(agent: Agent, attempt: Attempt, *, reasoning: bool, timings: bool, tty: bool) -> str:
    """One of several agents: a heading, what it said, an empty line."""
    model = agent.profile.model or attempt.model or ""
    heading = one_line(f"## {agent.id} · {model}" if model else f"## {agent.id}")
    parts = [heading]
    in_reasoning = answer_in_reasoning(attempt)
    thoughts = "" if in_reasoning else _shown(str(attempt.reasoning), tty=tty)
    answer = _shown(answer_text(attempt), tty=tty)
    if reasoning and thoughts:
        parts.append(REASONING + thoughts)
        answer = ANSWER + answer if answer else ""
    parts += [answer] if answer else []
    if timings and (measured := numbers(attempt)):
        parts.append(f"[{measured}]")
    return "\n\n".join(parts) + "\n\n"


def _shown(text: str, *, tty: bool) -> str:
    return clean(text).strip("\n") if tty else text


class LiveText:
    """The only agent's answer, as it comes.

    Content may turn out to be reasoning while nothing but content has come (a bare closing tag). A
    terminal is shown it anyway and told; a pipe gets it when it is sure, so that what another
    program reads is the answer.
    """

    def __init__(
        self, out: Output, note: Callable[[str], None], *, reasoning: bool, timings: bool
    ) -> None:
        """Print to `out`, and remarks to `note`."""
        self._out = out
        self._note = note
        self._reasoning = reasoning
        self._timings = timings
        self._held: list[str] = []
        self._holding = not out.tty
        self._section = ""
        self._last = ""

    def hear(self, attempt: Attempt, event: Streamed | Ended) -> None:
        """Print what can stand already of an attempt that took in `event`."""
        if isinstance(event, Ended):
            self._end(attempt)
            return
        match event.event:
            case ReasoningDelta(text=text):
                self._thought(text)
            case ContentDelta(text=text) | ContentMoved(text=text):
                self._held.append(text)
                if not self._holding or attempt.reasoning or attempt.content.length > MOVABLE:
                    self._holding = False
                    self._release()
            case ReasoningMoved(text=text):
                self._moved(text)

    def _thought(self, text: str) -> None:
        if self._reasoning and text:
            self._open(REASONING)
            self._write(text)

    def _moved(self, text: str) -> None:
        if self._last and not self._reasoning:
            self._write("\n")
            self._note("what was printed until here was the model's reasoning; the answer follows")
        elif not self._last:
            self._thought(text)
        self._held.clear()
        self._holding = False

    def _release(self) -> None:
        text = "".join(self._held)
        self._held.clear()
        if self._out.tty and not self._last:
            text = text.lstrip("\n")
        if text and self._reasoning:
            self._open(ANSWER)
        self._write(text)

    def _end(self, attempt: Attempt) -> None:
        self._release()
        if answer_in_reasoning(attempt) and not self._reasoning:
            self._write(str(attempt.reasoning))
        if self._last and not self._last.endswith("\n"):
            self._write("\n")
        if self._timings and (measured := numbers(attempt)):
            self._write(f"\n[{measured}]\n")

    def _open(self, heading: str) -> None:
        if self._section != heading:
            before = "" if not self._last else "\n" if self._last.endswith("\n") else "\n\n"
            self._section = heading
            self._write(before + heading)

    def _write(self, text: str) -> None:
        if text:
            self._last = text[-1]
            self._out.write(clean(text) if self._out.tty else text)
