"""One run: asks, prints, and turns what happened into an exit code."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO

from massgen_tui.backends.base import Backend
from massgen_tui.backends.events import Arrived, BackendError, Retrying, StreamEvent
from massgen_tui.backends.factory import make_backend
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.exit_codes import CLOSED_PIPE, UNWRITABLE
from massgen_tui.headless.agreeing import AgreedPrinter, agree, exit_code
from massgen_tui.headless.printers import (
    Answers,
    JsonLinesPrinter,
    JsonPrinter,
    Printer,
    TextPrinter,
)
from massgen_tui.headless.stopping import Stopping
from massgen_tui.headless.streams import Notes, Output
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cold import why_warm
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.events import Deferred, Ended, Entry, Listener, Silent, Streamed
from massgen_tui.session.outcome import verdict
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.recording import keep
from massgen_tui.supervise.run_samples import sampled
from massgen_tui.supervise.silence import Lookout
from massgen_tui.supervise.startup import PACE, send_when_up
from massgen_tui.supervise.versions import note_servers

SAID_EACH = 10
"""Tries that are told one by one; of those after them every tenth."""

BackendFor = Callable[[AgentConfig], Backend]


@dataclass(frozen=True, slots=True)
class Options:
    """What to ask for, and how to print it."""

    prompt: str
    format: str = "text"
    reasoning: bool = False
    timings: bool = False
    """Print each answer's numbers below it (text only; JSON has them anyway)."""
    wait: float = 0.0
    """Seconds to wait for servers that are not up yet."""
    agents: Sequence[str] = field(default=())
    """Ask these agents only; empty: all."""
    strict: bool = False
    """An answer that is not whole counts as one that failed, for the exit code 2."""
    save: bool = True
    """Keep the session, if its config keeps any."""
    coordinate: bool = False
    """Let the agents agree on one answer."""
    cold: bool = False
    """Make no use of the servers' prefix caches, where they can be asked so."""


def run(
    config: Config,
    options: Options,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    backend_for: BackendFor | None = None,
) -> int:
    """Ask the agents of `config`, print what they say, and give the exit code.

    0: every agent finished; 2: some failed, or (`strict`) an answer is not whole; 3: all failed;
    130, 143: interrupted, after printing what came; 141: the reader of standard output went away;
    1: it could not be written.

    Raises:
        ValueError: an agent that is to be asked is not in the config.
    """
    unknown = set(options.agents) - {agent.id for agent in config.agents}
    if unknown:
        known = ", ".join(agent.id for agent in config.agents)
        raise ValueError(f"no agent is called {', '.join(sorted(unknown))}; there are: {known}")
    output = Output(out or sys.stdout, utf8=options.format != "text")
    headless = Headless(config, options, output, Notes(err or sys.stderr), backend_for)
    return asyncio.run(headless.run())


class Headless:
    """One prompt, from asking to the exit code."""

    def __init__(
        self,
        config: Config,
        options: Options,
        out: Output,
        note: Callable[[str], None],
        backend_for: BackendFor | None = None,
    ) -> None:
        """Make ready; nothing is sent yet."""
        self._config = config
        self._options = options
        self._out = out
        self._note = note
        self._backend_for = backend_for
        self._configs = {a.id: a for a in config.agents}
        self._chosen = [id for id in self._configs if not options.agents or id in options.agents]
        self._stopping = Stopping()
        self._silent: set[str] = set()
        """Agents whose silence was told."""
        self._unsent: set[str] = set()
        """Agents whose prompt still waited for its server when the run was stopped."""
        self._tries: Counter[int] = Counter()
        """How often each attempt was tried in vain."""
        self._warm: set[str] = set()
        """Agents of which it was told why an answer of theirs is not cold."""
        self._agreement: Agreement | None = None
        """What the agents came to, where they were to agree."""
        out.on_lost = self._stopping.asked.set

    async def run(self) -> int:
        """Ask, print, close; gives the exit code."""
        self._stopping.hear_signals()
        for warning in self._config.warnings:
            self._note(f"warning: {warning}")
        lookout = Lookout(self._config)
        # a line of JSON is an event of the server's
        merging = self._options.format != "jsonl"
        backend_for = self._backend_for or partial(make_backend, merging=merging)
        session = Session(self._config, backend_for=backend_for, health=lookout.health)
        with keep(session, warn=self._warn, save=self._options.save) as kept:
            try:
                async with sampled(session, self._chosen) if kept else nullcontext():
                    answers = await self._answers(session)
                if kept and self._backend_for is None and not self._stopping.asked.is_set():
                    told = session.state.sampled
                    looking = note_servers(
                        self._config, self._chosen, session.notes.samples, told[1] if told else None
                    )
                    await self._stopping.unless(looking)
            finally:
                await session.aclose()
                await lookout.aclose()
        return self._exit_code(answers)

    async def _answers(self, session: Session) -> Answers:
        printer = self._printer(session)
        session.listen(partial(self._relay, session, (partial(self._hear, session), printer.hear)))
        options, wait = self._options, self._options.wait
        if options.coordinate:
            return await self._agreed(session, printer)
        session.ask(options.prompt, self._chosen, defer=wait > 0, cold=options.cold)
        await self._stopping.unless(
            send_when_up(session, self._config, wait, self._note) if wait else session.wait()
        )
        self._unsent = {agent.id for agent, hold in session.deferred if hold.error is None}
        for agent, hold in session.deferred:
            if hold.error is not None:  # it was sent before: it is stopped as what runs
                session.rerun([agent.id])
        session.cancel()
        answers = [(agent, agent.current) for agent in map(session.agent, self._chosen)]
        printer.finish(options.prompt, answers)
        return answers

    async def _agreed(self, session: Session, printer: Printer) -> Answers:
        options = self._options
        await self._stopping.unless(
            agree(
                session,
                options.prompt,
                self._chosen,
                self._note,
                wait=options.wait,
                cold=options.cold,
            )
        )
        session.cancel()
        answers = [(agent, agent.current) for agent in map(session.agent, self._chosen)]
        printer.finish(options.prompt, answers)
        [*_, [*_, self._agreement]] = session.state.agreements.values()
        return answers

    def _printer(self, session: Session) -> Printer:
        options = self._options
        if options.coordinate:
            return AgreedPrinter(self._out, self._note, session, options.format)
        if options.format == "json":
            return JsonPrinter(self._out)
        if options.format == "jsonl":
            return JsonLinesPrinter(self._out, session.state, session.clock())
        text = TextPrinter(
            self._out,
            self._note,
            session.state,
            reasoning=options.reasoning,
            timings=options.timings,
        )
        text.expect(self._chosen)
        return text

    def _warn(self, words: str) -> None:
        self._note(f"warning: {words}")

    def _relay(self, session: Session, hears: Sequence[Listener], entry: Entry) -> None:
        """Hand on what happens, but for the end of what was never sent."""
        event = entry.event
        if isinstance(event, Ended) and session.state.attempt(event.attempt).agent in self._unsent:
            return
        for hear in hears:
            hear(entry)

    def _hear(self, session: Session, entry: Entry) -> None:
        if self._out.broken:
            return  # nobody reads any more: what is stopped for that is no news
        match entry.event:
            case Streamed(attempt=serial, event=event):
                self._hear_stream(session.state.attempt(serial), event)
            case Deferred(attempt=serial, error=BackendError(message=why)):
                self._tell_retry(session.state.attempt(serial), why, PACE)
            case Silent(attempt=serial, words=words):
                agent = session.state.attempt(serial).agent
                self._silent.add(agent)
                self._note(f"{agent}: {words}")
            case Ended(attempt=serial):
                self._tell_end(session.state.attempt(serial))

    def _hear_stream(self, attempt: Attempt, event: StreamEvent) -> None:
        if attempt.agent in self._silent and not isinstance(event, Arrived):
            self._silent.remove(attempt.agent)
            self._note(f"{attempt.agent}: it goes on")
        if isinstance(event, Retrying):
            self._tell_retry(attempt, event.reason, event.seconds)

    def _tell_retry(self, attempt: Attempt, why: str, seconds: float) -> None:
        self._tries[attempt.serial] += 1
        tries = self._tries[attempt.serial]
        if tries <= SAID_EACH or not tries % SAID_EACH:
            self._note(f"{attempt.agent}: {why}; trying again in {seconds:g} s")

    def _tell_end(self, attempt: Attempt) -> None:
        self._silent.discard(attempt.agent)
        for warning in attempt.warnings:
            self._note(f"{attempt.agent}: warning: {warning}")
        warm = why_warm(self._configs[attempt.agent], attempt)
        if warm and attempt.agent not in self._warm:
            self._warm.add(attempt.agent)
            self._note(f"{attempt.agent}: {warm}")
        if attempt.error is not None:
            self._note(str(attempt.error))
        elif not self._options.coordinate and (words := verdict(attempt).words):
            self._note(f"{attempt.agent}: {words}")

    def _exit_code(self, answers: Answers) -> int:
        if self._stopping.code is not None:
            return self._stopping.code
        if self._out.error is not None:
            self._note(f"standard output cannot be written: {self._out.error.strerror}")
            return UNWRITABLE
        if self._out.broken:
            return CLOSED_PIPE
        if self._agreement is not None:
            return exit_code(self._agreement)
        failed = sum(a is not None and a.status is Status.FAILED for _, a in answers)
        if failed:
            return 3 if failed == len(answers) else 2
        return 2 if self._options.strict and any(map(_lacking, answers)) else 0


def _lacking(answer: tuple[Agent, Attempt | None]) -> bool:
    """Something of an answer is missing: truncated, filtered, empty, or never asked for."""
    attempt = answer[1]
    return attempt is None or not verdict(attempt).whole
