"""Many prompts, from asking to the exit code."""

import asyncio
import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TextIO

from massgen_tui.backends.events import BackendError
from massgen_tui.backends.factory import make_backend
from massgen_tui.backends.gate import FRAME, ReadGate
from massgen_tui.batch.asking import Asker, backend_server
from massgen_tui.batch.book import Book
from massgen_tui.batch.lane import Lane, Unit
from massgen_tui.batch.progress import Progress, progress
from massgen_tui.batch.prompts import OnePrompt, Prompt, Prompts
from massgen_tui.batch.report import FORMS, Report
from massgen_tui.batch.tally import Slot, Tally, failure_of
from massgen_tui.config.model import Config
from massgen_tui.exit_codes import CLOSED_PIPE, UNWRITABLE
from massgen_tui.headless.runner import SAID_EACH, BackendFor
from massgen_tui.headless.stopping import Stopping
from massgen_tui.headless.streams import Output
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cold import why_warm
from massgen_tui.session.connections import Connections
from massgen_tui.store.reader import head_at_end
from massgen_tui.store.recording import Onto, keep
from massgen_tui.store.schema import agent_record, to_json
from massgen_tui.store.writer import SessionLog
from massgen_tui.supervise.versions import note_servers

MANY = 16
"""Prompts at once, a server, from which on long answers are read by the frame."""
CONCURRENCY = 4
"""Prompts at once, a server, where nothing else is wanted."""
WAIT = 60.0
"""Seconds that a server may be away, where nothing else is wanted."""
FORMATS = (*FORMS, "jsonl")
ALONE = "orchestrator.coordinate is for one prompt, asked once: here each agent answers for itself"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for, and how it is told."""

    format: str = "table"
    concurrency: int = CONCURRENCY
    wait: float = WAIT
    repeat: int = 1
    cold: bool = False
    agents: Sequence[str] = field(default=())
    """Ask these only; empty: all."""
    onto: Path | None = None
    """The session's file that it goes on in."""
    retry_failed: bool = False
    strict: bool = False
    save: bool = True
    again: str = ""
    """The command that goes on with it, but for the session's id."""


def run(
    config: Config,
    prompts: Prompts | OnePrompt,
    options: Options,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    backend_for: BackendFor | None = None,
) -> int:
    """Ask all agents for answers to all prompts, print what came of it, and give the exit code.

    0: all are answered; 2: some failed, or (`strict`) one is not whole or not as expected; 3: all
    failed; 130, 143: interrupted; 141: the reader of standard output went away; 1: it could not be
    written.

    Raises:
        PromptsError, NoSessionError: the session that is to go on is none of these prompts.
        OSError: its file cannot be read.
    """
    output = Output(out or sys.stdout, utf8=options.format in ("json", "jsonl", "csv", "md"))
    batch = Batch(
        config, prompts, options, out=output, err=err or sys.stderr, backend_for=backend_for
    )
    return asyncio.run(batch.run())


class Batch:
    """All of it, once."""

    def __init__(
        self,
        config: Config,
        prompts: Prompts | OnePrompt,
        options: Options,
        *,
        out: Output,
        err: TextIO,
        backend_for: BackendFor | None,
    ) -> None:
        """Make ready; nothing is sent yet."""
        self._config = config
        self._prompts = prompts
        self._options = options
        self._out = out
        self._err = err
        gate = ReadGate(FRAME)
        gate.active = options.concurrency >= MANY
        backends = backend_for or partial(make_backend, gate=gate, merging=True)
        self._connections = Connections(backends)
        self._looks = backend_for is None
        """What is asked are servers, and they are looked at once all is answered."""
        self._chosen = [a.id for a in config.agents if not options.agents or a.id in options.agents]
        self._tally = Tally(self._chosen, len(prompts), options.repeat)
        self._book = Book(config, self._connections)
        self._progress = Progress(err)
        self._stopping = Stopping()
        self._warm: set[str] = set()
        """Agents of which it was told why an answer of theirs is not cold."""
        self._told = 0
        """Failures that were told one by one."""
        out.on_lost = self._stopping.asked.set

    async def run(self) -> int:
        """Ask, print, close; gives the exit code."""
        self._stopping.hear_signals()
        onto = self._kept()
        for warning in self._config.warnings:
            self._warn(warning)
        if self._config.coordination.coordinate:
            self._warn(ALONE)
        save = self._options.save
        with keep(self._book, warn=self._warn, save=save, onto=onto, index=False) as log:
            if onto is not None:
                self._go_on(onto)
            try:
                left = self._left()
                with progress(left, self._err) as self._progress:
                    await self._ask_all()
                if left and self._looks and log is not None and not self._stopping.asked.is_set():
                    await note_servers(self._config, self._chosen, self._book.emit)
            finally:
                await self._connections.aclose()
        self._report(log)
        return self._exit_code()

    def _kept(self) -> Onto | None:
        """What the session tells that is to go on."""
        path, options = self._options.onto, self._options
        if path is None:
            return None
        # nothing that a new session needs
        room = importlib.import_module("massgen_tui.batch.kept")
        onto: Onto = room.read_kept(
            path, self._book, self._prompts, self._tally, repeats=options.repeat
        )
        return onto

    def _go_on(self, onto: Onto) -> None:
        """Write down what is not as it was when the file ended."""
        self._book.withdraw_open()
        kept = {agent.id: agent for agent in head_at_end(onto.path).agents}
        room = importlib.import_module("massgen_tui.batch.kept")
        for words in room.settle(self._book, self._connections, kept):
            self._warn(words)

    async def _ask_all(self) -> None:
        asker = Asker(
            self._book,
            self._connections,
            self._prompts,
            among=self._chosen,
            cold=self._options.cold,
            ended=self._ended,
        )
        asker.start()
        try:
            await self._stopping.unless(_run(self._lanes(asker)))
        finally:
            asker.stop()

    def _lanes(self, asker: Asker) -> list[Lane]:
        """A lane for each server, shared by its agents."""
        servers: dict[str, list[str]] = {}
        for agent in self._chosen:
            servers.setdefault(backend_server(self._connections[agent]), []).append(agent)
        return [
            Lane(
                server,
                self._units(agents),
                asker.ask,
                at_once=self._options.concurrency,
                wait=self._options.wait,
                note=self._note,
                give_up=self._give_up,
            )
            for server, agents in servers.items()
        ]

    def _units(self, agents: Sequence[str]) -> Iterator[Unit]:
        """What these agents are to be asked, prompt by prompt."""
        for place in range(len(self._prompts)):
            for repeat in range(1, self._options.repeat + 1):
                for agent in agents:
                    if self._wanted(agent, place, repeat):
                        yield Unit(agent, place, repeat)

    def _wanted(self, agent: str, place: int, repeat: int) -> bool:
        tally = self._tally.agents[agent]
        became = tally.at(tally.slot(place, repeat))
        return became is Slot.OPEN or (became is Slot.FAILED and self._options.retry_failed)

    def _left(self) -> int:
        return sum(1 for _ in self._units(self._chosen))

    def _ended(self, unit: Unit, attempt: Attempt, prompt: Prompt) -> None:
        tally = self._tally.agents[unit.agent]
        agent = self._book.state.agents[unit.agent]
        passed = tally.ended(tally.slot(unit.place, unit.repeat), attempt, prompt)
        warm = why_warm(agent.config, attempt)
        if warm and agent.id not in self._warm:
            self._warm.add(agent.id)
            self._warn(f"{agent.id}: {warm}")
        self._progress.step()
        if self._options.format == "jsonl":
            more = {"prompt_id": prompt.id, "repeat": unit.repeat, "expected": passed}
            self._out.write(to_json(agent_record(agent, attempt) | more) + "\n")
        if attempt.error is not None and self._told <= SAID_EACH:
            self._told += 1
            more_fail = "; more failures are not told one by one" if self._told > SAID_EACH else ""
            self._note(f"{prompt.id}: {attempt.error}{more_fail}")

    def _give_up(self, unit: Unit, why: BackendError) -> None:
        tally = self._tally.agents[unit.agent]
        tally.unreachable(tally.slot(unit.place, unit.repeat), failure_of(why))
        self._progress.step()

    def _report(self, log: SessionLog | None) -> None:
        session = log.head.id if log is not None and log.path is not None else None
        report = Report(session, self._tally, tuple(self._prompts.places))
        if self._options.format in FORMS:
            self._out.write(FORMS[self._options.format](report))
        if session is not None:
            self._tell_how_to_go_on(session)

    def _tell_how_to_go_on(self, session: str) -> None:
        tallies = self._tally.agents.values()
        failed = sum(tally.count(Slot.FAILED) for tally in tallies)
        left = sum(tally.count(Slot.OPEN) + tally.count(Slot.UNREACHABLE) for tally in tallies)
        words = f"; {left} answers are not there yet" if left else ""
        self._note(f"kept as session {session}{words}")
        if self._options.again and (left or failed):
            retry = "" if left else " --retry-failed"
            self._note(f"go on with: {self._options.again} --continue {session}{retry}")

    def _note(self, words: str) -> None:
        self._progress.note(words)

    def _warn(self, words: str) -> None:
        self._note(f"warning: {words}")

    def _exit_code(self) -> int:
        tallies = self._tally.agents.values()
        if self._stopping.code is not None:
            return self._stopping.code
        if self._out.error is not None:
            self._note(f"standard output cannot be written: {self._out.error.strerror}")
            return UNWRITABLE
        if self._out.broken:
            return CLOSED_PIPE
        failed = sum(tally.failed for tally in tallies)
        if failed:
            return 2 if any(tally.done for tally in tallies) else 3
        lacking = any(tally.lacking or tally.passed < tally.judged for tally in tallies)
        return 2 if self._options.strict and lacking else 0


async def _run(lanes: Sequence[Lane]) -> None:
    """Let all go on at once, each until it is done."""
    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(lane.run())
