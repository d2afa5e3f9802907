"""A session is the sequence of its events: folding them anew gives what is there, at every step."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from massgen_tui.backends.events import (
    Arrived,
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Opened,
    ReasoningDelta,
    ReasoningMoved,
    RequestSent,
    Retrying,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
    Warned,
)
from massgen_tui.session import coordination_events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.connections import profile_of
from massgen_tui.session.continuing import continue_answer
from massgen_tui.session.coordination_events import CoordinationEvent
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.editing import ask_instead
from massgen_tui.session.events import Entry, Sampled
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.session import Session
from massgen_tui.session.state import SessionState
from massgen_tui.session.times import Times
from massgen_tui.session.versions import end_of
from massgen_tui.store.glance import summarise
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from massgen_tui.store.schema import agent_record
from massgen_tui.store.summary import Passage
from tests.support.every_line import check_lines
from tests.support.fakes import FakeClock, config_of
from tests.support.manual import ManualBackend, ManualBackends

T = TypeVar("T")
IDS = ("a", "b")
OTHERS = ("a", "b", "c")
TEXT = st.text(min_size=1, max_size=8)
DELTAS = st.one_of(
    st.builds(RequestSent, st.just({"messages": []})),
    st.builds(Opened, st.none() | st.just(0.25)),
    st.builds(Arrived, st.none() | st.sampled_from((0.0, 0.0625, 0.5)), st.integers(0, 3)),
    st.builds(ReasoningDelta, TEXT),
    st.builds(ContentDelta, TEXT),
    st.builds(ReasoningMoved, TEXT),
    st.builds(ToolCallDelta, st.integers(0, 2), TEXT, TEXT, TEXT),
    st.builds(UsageReported, st.integers(0, 9), st.integers(0, 9)),
    st.builds(Warned, TEXT),
    st.builds(Retrying, TEXT, st.just(1.0), st.integers(1, 3)),
    st.builds(Finished, st.sampled_from(("stop", "length"))),
)
FAILURES = st.sampled_from((ErrorKind.UNREACHABLE, ErrorKind.LOADING, ErrorKind.INTERRUPTED))
WHO = st.sampled_from((None, ("a",), ("b",)))


def told(attempt: Attempt) -> dict[str, object]:
    """Everything that an attempt is."""
    return {
        slot: str(getattr(attempt, slot)) if slot in ("reasoning", "content") else value
        for slot in Attempt.__slots__
        if (value := getattr(attempt, slot)) is not None and slot != "_calls"
    }


def picture(state: SessionState) -> list[object]:
    """Everything that can be seen of a session."""
    return [
        (state.sampled[1] if state.sampled else None),
        [[asdict(one) for one in each] for each in state.agreements.values()],
        {id: ended.heads for id, ended in state.ended.items()},
        *(_picture(state, agent) for agent in state.agents.values()),
    ]


def _picture(state: SessionState, agent: Agent) -> object:
    return [
        (
            agent.id,
            (agent.profile.server, agent.profile.model, agent.config.settings.system_message),
            (agent.away, agent.served_by, agent.context_length, {"revision": agent.revision}),
            [(turn.serial, turn.prompt, turn.front, turn.final) for turn in agent.turns],
            [(turn.serial, turn.prompt, turn.after, turn.aside) for turn in of(agent)],
            [[told(attempt) for attempt in turn.attempts] for turn in agent.aside],
            [[told(attempt) for attempt in turn.attempts] for turn in agent.turns],
            [agent.messages(turn) for turn in agent.turns],
            agent_record(agent, agent.current),
            [state.number_of(turn.serial) for turn in agent.turns],
        )
    ]


UNKEPT = ("revision", "_came", "_gaps")
"""What counts drawing and reading, and says nothing of the session."""


def as_kept(value: object) -> object:
    """What a file keeps of a picture: errors as they read."""
    if isinstance(value, BackendError):
        return value.kind, value.message, value.agent, value.server, value.hint, value.status
    if isinstance(value, Times):
        return {one.name: as_kept(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Deferral):
        return as_kept((value.since, value.words, value.error, value.tries))
    if isinstance(value, dict):
        return {key: as_kept(one) for key, one in value.items() if key not in UNKEPT}
    if isinstance(value, list | tuple):
        return [as_kept(one) for one in value]
    return value


def unequal(one: object, other: object) -> list[str]:
    """Where a kept picture is another one."""
    return list(_unequal(as_kept(one), as_kept(other), ""))


def _unequal(one: object, other: object, place: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _unequal(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from _unequal(*pair, f"{place}[{number}]")
    elif isinstance(one, float) and isinstance(other, float):
        if abs(one - other) > 0.00001:
            yield f"{place}: {one!r} is not {other!r}"
    elif one != other:
        yield f"{place}: {one!r} is not {other!r}"


def at_a_glance(path: Path) -> list[object]:
    """What a list of sessions shows of one, and what is found in it."""
    one, passages = summarise(path)
    numbers = (one.turns, one.attempts, one.tokens, one.counted, one.prompt, one.end)
    return [numbers, sorted(passages)]


def as_folded(path: Path) -> list[object]:
    """The same, of the state."""
    kept = read_session(path, keep_past=True)
    turns = {turn.serial: turn.prompt for agent in kept.state.everyone for turn in of(agent)}
    numbers = {serial: number for number, serial in enumerate(sorted(turns), 1)}
    passages = [Passage("prompt", numbers[one], "", text) for one, text in turns.items()]
    attempts = 0
    tokens: list[tuple[int, bool]] = []
    for agent in kept.state.everyone:
        for turn in of(agent):
            for attempt in turn.attempts:
                attempts += 1
                tokens += [attempt.tokens] if attempt.tokens is not None else []
                place = numbers[turn.serial], agent.id
                for kind, text in (("answer", attempt.content), ("reasoning", attempt.reasoning)):
                    passages += [Passage(kind, *place, str(text))] if text else []
    counts = sum(one for one, _ in tokens) if tokens else None
    first = turns[min(turns)] if turns else ""
    counted = all(by_server for _, by_server in tokens)
    return [(len(turns), attempts, counts, counted, first, kept.end), sorted(passages)]


def held(state: SessionState) -> dict[str, object]:
    """The conversations that ended, by what reads their texts."""
    there: dict[str, list[Turn]] = {id: ended.turns for id, ended in state.ended.items()}
    if not state.holds_ended:
        there = {id: [] for id in state.ended}
        # one that has gone, and come again by the same name, went first
        for agent in (*state.removed, *state.agents.values()):
            there[agent.id] = there.get(agent.id, []) + agent.past
    return {
        id: [
            (
                (turn.serial, turn.prompt, turn.front, turn.after, turn.final, turn.aside),
                [told(attempt) | {"request": None} for attempt in turn.attempts],
            )
            for turn in turns
        ]
        for id, turns in there.items()
        if turns
    }


def said(turns: Iterable[Turn]) -> dict[int, tuple[str, str]]:
    """What was thought and said, by attempts."""
    return {
        one.serial: (str(one.reasoning), str(one.content))
        for turn in turns
        for one in turn.attempts
    }


def of(agent: Agent) -> list[Turn]:
    """All its turns."""
    return agent.past + agent.aside + agent.turns


class Sessions(RuleBasedStateMachine):
    """Random commands, streams, failures and clocks; the fold of the log is the live state."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.backends, self.clock = ManualBackends(), FakeClock()
        self.log: list[Entry] = []
        self.session = self.do(self._open())
        self.session.listen(self.log.append)
        self.session.state.holds_ended = True
        self.said: dict[int, tuple[str, str]] = {}
        self.first = self.session.config
        self.folder = TemporaryDirectory()
        self.file = record(self.session, warn=pytest.fail, directory=lambda: Path(self.folder.name))

    async def _open(self) -> Session:
        return Session(config_of(*IDS), backend_for=self.backends, clock=self.clock, health=None)

    def do(self, work: Coroutine[None, None, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _settle(self) -> None:
        for _ in range(4):
            await asyncio.sleep(0)

    def folded(self, log: Sequence[Entry]) -> SessionState:
        profile = profile_of(ManualBackend("", []))
        agents = [Agent(agent, profile) for agent in self.first.agents]
        state = SessionState(agents)
        state.holds_ended = True
        for entry in log:
            state.apply(entry)
        return state

    def check(self) -> None:
        """Let the loop run, then compare."""
        self.do(self._settle())
        assert [entry.seq for entry in self.log] == list(range(len(self.log)))
        folded, state = self.folded(self.log), self.session.state
        assert picture(folded) == picture(state)
        assert held(folded) == held(state)
        self.said |= said(turn for agent in state.agents.values() for turn in of(agent))
        texts = said(turn for ended in state.ended.values() for turn in ended.turns)
        assert texts.items() <= self.said.items()
        serials = [turn.serial for agent in self.session.agents for turn in agent.turns]
        assert all(serial < self.session.state.next_turn for serial in serials)

    async def _call(self, work: Callable[[], object]) -> None:
        work()

    def command(self, work: Callable[[], object], *ids: str) -> None:
        if not self.session.state.agents.keys() >= set(ids):
            return
        self.do(self._call(work))
        self.check()

    @rule(text=TEXT, to=WHO, defer=st.booleans())
    def ask(self, text: str, to: tuple[str, ...] | None, defer: bool) -> None:
        self.command(lambda: self.session.ask(text, to, defer=defer), *(to or ()))

    @rule(to=WHO)
    def rerun(self, to: tuple[str, ...] | None) -> None:
        self.command(lambda: self.session.rerun(to), *(to or ()))

    @rule(to=WHO)
    def hold(self, to: tuple[str, ...] | None) -> None:
        self.command(lambda: self.session.defer(to), *(to or ()))

    @rule(id=st.sampled_from(IDS), words=TEXT)
    def note_wait(self, id: str, words: str) -> None:
        self.command(lambda: self.session.notes.wait(id, words), id)

    @rule(id=st.sampled_from(IDS))
    def release(self, id: str) -> None:
        self.command(lambda: self.session.release(id), id)

    @rule()
    def wait_no_more(self) -> None:
        self.command(self.session.wait_no_more)

    @rule(to=WHO)
    def cancel(self, to: tuple[str, ...] | None) -> None:
        self.command(lambda: self.session.cancel(to), *(to or ()))

    @rule(to=WHO)
    def take_back(self, to: tuple[str, ...] | None) -> None:
        self.command(lambda: self.session.take_back(to), *(to or ()))

    @rule(to=WHO)
    def start_over(self, to: tuple[str, ...] | None) -> None:
        self.command(lambda: self.session.start_over(to), *(to or ()))

    @rule(id=st.sampled_from(IDS), place=st.integers(0, 3))
    def go_on(self, id: str, place: int) -> None:
        agent = self.session.state.agents.get(id)
        turns = [turn for turn in agent.turns if turn.attempts] if agent else []
        if agent is not None and turns:
            turn = turns[place % len(turns)]
            self.command(lambda: continue_answer(self.session, agent, turn), id)

    @rule(text=TEXT, to=WHO, place=st.integers(0, 3))
    def edit(self, text: str, to: tuple[str, ...] | None, place: int) -> None:
        turns = sorted({turn.serial for one in self.session.agents for turn in one.turns})
        if turns:
            turn = turns[place % len(turns)]
            self.command(lambda: ask_instead(self.session, turn, text, to), *(to or ()))

    @rule(id=st.sampled_from(IDS), place=st.integers(0, 3))
    def go_back(self, id: str, place: int) -> None:
        agent = self.session.state.agents.get(id)
        if agent is not None and agent.aside:
            turn = end_of(agent, agent.aside[place % len(agent.aside)])
            self.command(lambda: self.session.go_back(id, turn.serial), id)
            assert agent.turns[-1] is turn
            assert not any(one.aside for one in agent.turns)

    @rule(id=st.sampled_from(IDS), place=st.integers(0, 3))
    def bring_to_front(self, id: str, place: int) -> None:
        agent = self.session.state.agents.get(id)
        turns = [turn for turn in agent.turns if turn.attempts] if agent else []
        if turns:
            turn = turns[-1]
            self.command(lambda: self.session.bring_to_front(id, turn, place % len(turn.attempts)))

    @rule(id=st.sampled_from(IDS), away=st.booleans(), context=st.none() | st.integers(1, 9))
    def note_server(self, id: str, away: bool, context: int | None) -> None:
        self.command(
            lambda: self.session.notes.server(
                id, away=away, served_by="vLLM 1", context_length=context
            ),
            id,
        )

    @rule(id=st.sampled_from(OTHERS))
    def add(self, id: str) -> None:
        (config,) = config_of(id).agents
        if id not in self.session.state.agents:
            self.command(lambda: self.session.add(config))

    @rule(id=st.sampled_from(OTHERS))
    def remove(self, id: str) -> None:
        if len(self.session.agents) > 1:
            self.command(lambda: self.session.remove(id), id)

    @rule(id=st.sampled_from(OTHERS), model=TEXT, system=st.sampled_from(("", "Be brief.")))
    def change(self, id: str, model: str, system: str) -> None:
        (config,) = config_of(id, model=model, system_message=system).agents
        self.command(lambda: self.session.change(config), id)

    @rule(running=st.none() | st.integers(0, 9), state=st.sampled_from(("up", "down")))
    def note_samples(self, running: int | None, state: str) -> None:
        server = ServerSample("http://localhost:8000", state, running=running)
        sampled = Sampled((server,), (GpuSample(0, utilisation=running),))
        self.command(lambda: self.session.notes.samples(sampled))

    @rule(
        id=st.sampled_from(IDS),
        name=st.sampled_from(("agent1.1", "agent2.1")),
        text=st.none() | TEXT,
        counted=st.booleans(),
        final=st.booleans(),
    )
    def coordinate(self, id: str, name: str, text: str | None, counted: bool, final: bool) -> None:
        agent = self.session.state.agents.get(id)
        turns = agent.turns if agent is not None else []
        if not turns or not turns[-1].attempts or not turns[-1].attempts[-1].status.ended:
            return
        turn, attempt = turns[-1].serial, turns[-1].attempts[-1].serial
        told: list[CoordinationEvent] = [
            coordination_events.CoordinationBegun(turn, (id,)),
            coordination_events.StepBegun(attempt, 1, "answer"),
            coordination_events.AnswerGiven(attempt, name, text),
            coordination_events.VoteGiven(attempt, name, text or "", counted),
            coordination_events.AgentOut(turn, id, "cut"),
            coordination_events.Decided(turn, name, "tie"),
            coordination_events.Concluded(turn, attempt if final else None),
        ]
        for event in told:
            self.command(partial(self.session.notes.coordination, event), id)

    @rule(seconds=st.sampled_from((0.0078125, 0.25, 7.0)))
    def tick(self, seconds: float) -> None:
        self.clock.tick(seconds)

    @precondition(lambda self: self.backends.open)
    @rule(event=DELTAS, which=st.integers(0, 1))
    def stream(self, event: StreamEvent, which: int) -> None:
        self.backends.send(which, event)
        self.check()

    @precondition(lambda self: self.backends.open)
    @rule(which=st.integers(0, 1))
    def end(self, which: int) -> None:
        self.backends.send(which, None)
        self.check()

    @precondition(lambda self: self.backends.open)
    @rule(which=st.integers(0, 1), kind=FAILURES)
    def fail(self, which: int, kind: ErrorKind) -> None:
        self.backends.send(which, BackendError(kind, "no"))
        self.check()

    def teardown(self) -> None:
        try:
            self.do(self.session.aclose())
        finally:
            self.loop.close()
            self.file.close()
        assert picture(self.folded(self.log)) == picture(self.session.state)
        if self.file.path is not None:
            kept = read_session(self.file.path, zero=100.0)
            assert kept.damage == []
            check_lines(self.file.path)
            assert kept.end == "quit"
            assert unequal(picture(kept.state), picture(self.session.state)) == []
            past = read_session(self.file.path, zero=100.0, keep_past=True).state
            assert unequal(held(past), held(self.session.state)) == []
            assert at_a_glance(self.file.path) == as_folded(self.file.path)
        self.folder.cleanup()


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
