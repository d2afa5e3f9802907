"""`run --coordinate`: the agents agree, and what they agree on is printed."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict

from massgen_tui.coordinate.conductor import Conductor
from massgen_tui.coordinate.told import told
from massgen_tui.coordinate.waybook import WayBook
from massgen_tui.headless.printers import Answers, JsonLinesPrinter
from massgen_tui.headless.streams import Output
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.coordination_events import CoordinationEvent
from massgen_tui.session.events import Entry
from massgen_tui.session.session import Session
from massgen_tui.store.coordination_record import coordination_record
from massgen_tui.store.schema import Record, agent_record, to_json
from massgen_tui.supervise.startup import send_when_up
from massgen_tui.text import clean

Note = Callable[[str], None]


class AgreedPrinter:
    """Prints a coordination: its final answer as text, or all of it as JSON; words go to `note`."""

    def __init__(self, out: Output, note: Note, session: Session, shape: str) -> None:
        """Print to `out` in a `shape`: text, json or jsonl."""
        self._out = out
        self._note = note
        self._state = session.state
        self._shape = shape
        self._began = session.clock()
        self._lines = JsonLinesPrinter(out, session.state, self._began)

    def hear(self, entry: Entry) -> None:
        """Tell what happens."""
        if words := told(entry.event, self._state):
            self._note(words)
        if self._shape != "jsonl":
            return
        self._lines.hear(entry)
        if isinstance(entry.event, CoordinationEvent):
            self._out.write(to_json(self._line(entry)) + "\n")

    def _line(self, entry: Entry) -> Record:
        """What happened, under its own name, with the agent in the attempt's place."""
        event = entry.event
        assert isinstance(event, CoordinationEvent)
        fields = {name: value for name, value in asdict(event).items() if value is not None}
        serial = fields.pop("attempt", None)
        agent = {"agent": self._state.attempt(serial).agent} if serial is not None else {}
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
        at = round(entry.at - self._began, 6)
        return {"t": at, "event": name} | agent | fields

    def finish(self, prompt: str, answers: Answers) -> None:
        """Print what they came to."""
        [*_, [*_, agreement]] = self._state.agreements.values()
        if self._shape == "text":
            final = agreement.final or ""
            shown = clean(final).strip("\n") if self._out.tty else final
            self._out.write(shown if not shown or shown.endswith("\n") else shown + "\n")
            return
        attempts = (self._state.attempt(step.attempt) for step in agreement.steps)
        record = coordination_record(agreement, attempts)
        agents = [agent_record(agent, attempt) for agent, attempt in answers]
        if self._shape == "json":
            whole = {"prompt": prompt, "agents": agents, "coordination": record}
            self._out.write(to_json(whole, indent=2) + "\n")
            return
        for line in (*agents, {"coordination": record}):
            self._out.write(to_json(line) + "\n")


async def agree(
    session: Session,
    prompt: str,
    agents: Sequence[str],
    note: Note,
    *,
    wait: float,
    cold: bool,
) -> None:
    """Ask the agents until they agree; with `wait` each is asked once its server is up."""
    turns, config = session.begin_turn(prompt, agents), session.config
    conductor = Conductor(
        session, turns, agents, config.coordination, WayBook(), wait=wait, cold=cold
    )
    if not wait:
        await conductor.run()
        return
    agreeing = asyncio.create_task(conductor.run())
    await asyncio.sleep(0)  # the first prompts are held now
    sending = asyncio.create_task(send_when_up(session, config, wait, note))
    try:
        await agreeing
    finally:
        for task in (sending, agreeing):
            task.cancel()
        await asyncio.gather(sending, agreeing, return_exceptions=True)


def exit_code(agreement: Agreement) -> int:
    """0: they agreed on an answer, or one was chosen; 2: some agent is out; 3: there is none."""
    if agreement.final is None:
        return 3
    return 2 if agreement.out else 0
