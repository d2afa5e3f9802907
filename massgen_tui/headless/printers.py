"""How answers are printed: text for people, one JSON object, or a line an event."""

from collections.abc import Callable, Sequence
from typing import Protocol

from massgen_tui.backends.events import Started
from massgen_tui.headless.streams import Output
from massgen_tui.headless.text import LiveText, block
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Observed
from massgen_tui.store.schema import (
    Record,
    agent_record,
    ending_record,
    event_record,
    to_json,
)

FORMATS = ("text", "json", "jsonl")

Answers = Sequence[tuple[Agent, Attempt | None]]
"""The agents that were to be asked, in the config's order, and what came; None: it never began."""


class Printer(Protocol):
    """Prints one run."""

    def observe(self, observed: Observed) -> None:
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

    def observe(self, observed: Observed) -> None:
        """Say nothing yet."""

    def finish(self, prompt: str, answers: Answers) -> None:
        """Print the object."""
        agents = [agent_record(agent, attempt) for agent, attempt in answers]
        whole: Record = {"prompt": prompt, "agents": agents}
        self._out.write(to_json(whole, indent=2) + "\n")


class JsonLinesPrinter:
    """One line an event as it comes, then one an agent.

    An attempt has one `started`. Where the first chunk names no model (Azure's is empty), it waits
    for one that does, or for what else is to be told.
    """

    def __init__(self, out: Output, started: float) -> None:
        """Print to `out`; `t` counts from `started` on the session's clock."""
        self._out = out
        self._started = started
        self._begun: dict[Attempt, str] = {}
        """Attempts whose `started` was met, and its line where that waits."""

    def observe(self, observed: Observed) -> None:
        """Print the event."""
        told: Record | None = None
        if observed.event is not None:
            told = event_record(observed.event)
        elif observed.attempt.status.ended:
            told = ending_record(observed.attempt)
        if told is None:
            return
        at: Record = {"t": round(observed.at - self._started, 6), "agent": observed.agent.id}
        line = to_json(at | told) + "\n"
        if isinstance(observed.event, Started):
            line = self._start(observed.attempt, observed.event, line)
        elif waiting := self._begun.get(observed.attempt):
            self._begun[observed.attempt] = ""
            line = waiting + line
        if line:
            self._out.write(line)

    def _start(self, attempt: Attempt, event: Started, line: str) -> str:
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
        self, out: Output, note: Callable[[str], None], *, reasoning: bool, timings: bool
    ) -> None:
        """Print to `out`, and remarks to `note`."""
        self._out = out
        self._reasoning = reasoning
        self._timings = timings
        self._live = LiveText(out, note, reasoning=reasoning, timings=timings)
        self._single = True
        self._awaited: list[str] = []
        self._ended: dict[str, Observed] = {}

    def expect(self, agents: Sequence[str]) -> None:
        """Say who is going to answer, in order."""
        self._single = len(agents) == 1
        self._awaited = list(agents)

    def observe(self, observed: Observed) -> None:
        """Print what can stand already."""
        if self._single:
            self._live.observe(observed)
        elif observed.event is None and observed.attempt.status.ended:
            self._ended[observed.agent.id] = observed
            self._advance()

    def finish(self, prompt: str, answers: Answers) -> None:
        """Nothing is left: every answer was printed when it ended."""

    def _advance(self) -> None:
        while self._awaited and self._awaited[0] in self._ended:
            observed = self._ended[self._awaited.pop(0)]
            self._out.write(
                block(
                    observed.agent,
                    observed.attempt,
                    reasoning=self._reasoning,
                    timings=self._timings,
                    tty=self._out.tty,
                )
            )
