"""How answers are printed: text for people, one JSON object, or a line an event."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from massgen_tui.backends.events import BackendError, Retrying, Started, StreamEvent
from massgen_tui.headless.streams import Output
from massgen_tui.headless.text import LiveText, block
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Deferred, Ended, Entry, Streamed
from massgen_tui.session.state import SessionState
from massgen_tui.store.schema import (
    Record,
    agent_record,
    ending_record,
    event_record,
    to_json,
)
from massgen_tui.supervise.startup import PACE

FORMATS = ("text", "json", "jsonl")

Answers = Sequence[tuple[Agent, Attempt | None]]
"""The agents that were to be asked, in the config's order, and what came; None: it never began."""


class Printer(Protocol):
    """Prints one run."""

    def hear(self, entry: Entry) -> None:
        """Something happened."""
        ...

    def finish(self, prompt: str, answers: Answers) -> None:
        """Everything has ended: print what is left."""
        ...


class JsonPrinter:
    """One object at the end."""

    def __init__(self, out: Output) -> None:
        """Print to `out`."""
        self._out = out

    def hear(self, entry: Entry) -> None:
        """Say nothing yet."""

    def finish(self, prompt: str, answers: Answers) -> None:
        """Print the object."""
        agents = [agent_record(agent, attempt) for agent, attempt in answers]
        whole: Record = {"prompt": prompt, "agents": agents, "coordination": None}
        self._out.write(to_json(whole, indent=2) + "\n")


class JsonLinesPrinter:
    """One line an event as it comes, then one an agent.

    An attempt has one `started`. Where the first chunk names no model (Azure's is empty), it waits
    for one that does, or for what else is to be told.
    """

    def __init__(self, out: Output, state: SessionState, started: float) -> None:
        """Print to `out` what happens to `state`; `t` counts from `started` on its clock."""
        self._out = out
        self._state = state
        self._started = started
        self._tries: Counter[int] = Counter()
        """How often each attempt was tried in vain."""
        self._begun: dict[int, str] = {}
        """Attempts whose `started` was met, and its line where that waits."""

    def hear(self, entry: Entry) -> None:
        """Print the event."""
        match entry.event:
            case Streamed(attempt=serial, event=streamed):
                told = self._retry(serial, streamed)
            case Deferred(attempt=serial, error=BackendError(message=why)):
                told = self._retry(serial, Retrying(why, PACE, 0))
            case Ended(attempt=serial):
                told = ending_record(self._state.attempt(serial))
            case _:
                return
        if told is None:
            return
        agent = self._state.attempt(serial).agent
        at: Record = {"t": round(entry.at - self._started, 6), "agent": agent}
        line = to_json(at | told) + "\n"
        if isinstance(entry.event, Streamed) and isinstance(entry.event.event, Started):
            line = self._start(serial, entry.event.event, line)
        elif waiting := self._begun.get(serial):
            self._begun[serial] = ""
            line = waiting + line
        if line:
            self._out.write(line)

    def _retry(self, attempt: int, event: StreamEvent) -> Record | None:
        """The event's record; tries are counted over all sendings to a server that comes up."""
        if isinstance(event, Retrying):
            self._tries[attempt] += 1
            event = replace(event, attempt=self._tries[attempt])
        return event_record(event)

    def _start(self, attempt: int, event: Started, line: str) -> str:
        """What is to be printed now of a `started`."""
        if event.model is None:
            self._begun.setdefault(attempt, line)
            return ""
        told = self._begun.get(attempt) == ""
        self._begun[attempt] = ""
        return "" if told else line

    def finish(self, prompt: str, answers: Answers) -> None:
        """Print the agents."""
        for agent, attempt in answers:
            self._out.write(to_json(agent_record(agent, attempt)) + "\n")


class TextPrinter:
    """Bare content of one agent as it comes; several agents in order, each under its heading."""

    def __init__(
        self,
        out: Output,
        note: Callable[[str], None],
        state: SessionState,
        *,
        reasoning: bool,
        timings: bool,
    ) -> None:
        """Print to `out` what happens to `state`, and remarks to `note`."""
        self._out = out
        self._state = state
        self._reasoning = reasoning
        self._timings = timings
        self._live = LiveText(out, note, reasoning=reasoning, timings=timings)
        self._single = True
        self._awaited: list[str] = []
        self._ended: dict[str, Attempt] = {}

    def expect(self, agents: Sequence[str]) -> None:
        """Say who is going to answer, in order."""
        self._single = len(agents) == 1
        self._awaited = list(agents)

    def hear(self, entry: Entry) -> None:
        """Print what can stand already."""
        if not isinstance(entry.event, Streamed | Ended):
            return
        attempt = self._state.attempt(entry.event.attempt)
        if self._single:
            self._live.hear(attempt, entry.event)
        elif isinstance(entry.event, Ended):
            self._ended[attempt.agent] = attempt
            self._advance()

    def finish(self, prompt: str, answers: Answers) -> None:
        """Nothing is left: every answer was printed when it ended."""

    def _advance(self) -> None:
        while self._awaited and self._awaited[0] in self._ended:
            attempt = self._ended[self._awaited.pop(0)]
            self._out.write(
                block(
                    self._state.agents[attempt.agent],
                    attempt,
                    reasoning=self._reasoning,
                    timings=self._timings,
                    tty=self._out.tty,
                )
            )
