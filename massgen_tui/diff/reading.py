"""Reads a kept session for a comparison: one answer at a time, and nothing of a turn is held."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from massgen_tui.backends.events import (
    ContentDelta,
    ReasoningDelta,
    ReasoningMoved,
    StreamEvent,
    ToolCallDelta,
)
from massgen_tui.dialects import Cold
from massgen_tui.diff.answers import Answer, Texts, answer_of
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.joint import begin_with
from massgen_tui.session.samples import ServerSample
from massgen_tui.session.times import Times
from massgen_tui.store import lines as of_session
from massgen_tui.store import stream_lines as of_stream
from massgen_tui.store.decoder import TOLD, times_of
from massgen_tui.store.head import Head, KeptAgent
from massgen_tui.store.lines import Plain
from massgen_tui.store.reader import head_of_file
from massgen_tui.store.records import records_of
from massgen_tui.text import one_line

_PROMPT = 100
"""Characters of a prompt that are shown."""
_UNREAD = frozenset(
    {"request", "begun", "deferred", "deferral", "silent", "alive", "retrying", "warned"}
    | {"server", "sources", "cleared", "renamed", "closed", "stood_still", "agent_removed"}
    | {"agent_paused"}
)
"""Events that say nothing of an answer's text, end or numbers."""


class Asked(NamedTuple):
    """A prompt: what joins it with that of another run."""

    prompt: str
    """Its id, or `turn N` where it has none."""
    agent: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was asked."""

    id: str
    digest: bytes
    begin: str


@dataclass(eq=False)
class Run:
    """A kept session, as far as a comparison needs it."""

    path: Path
    head: Head
    agents: dict[str, KeptAgent]
    """Those that it had at its end."""
    answers: dict[Asked, list[Answer]] = field(default_factory=dict)
    """All that ended, the oldest first; the last one stands."""
    prompts: dict[str, Prompt] = field(default_factory=dict)
    """By what joins them."""
    servers: dict[str, ServerSample] = field(default_factory=dict)
    """Each server as it was when it was last sampled."""
    damage: int = 0
    """Lines that could not be read."""


def read_run(path: Path, texts: Texts) -> Run:
    """Read a session's file.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        head, migration = head_of_file(lines.readline(), path)
        reader = _Reader(Run(path, head, {agent.id: agent for agent in head.agents}), texts)
        for told in records_of(lines, migration):
            reader.take(told.record)
    return reader.done()


class _Reader:
    def __init__(self, run: Run, texts: Texts) -> None:
        self._run = run
        self._texts = texts
        self._attempts: dict[int, Attempt] = {}
        """Those that have not ended."""
        self._turns: dict[int, Prompt] = {}
        self._asked: dict[int, tuple[int, str]] = {}
        """The turn and the agent of each attempt."""
        self._repeats: dict[int, int] = {}
        """Which of several answers an attempt is, where it is not the first."""
        self._ended: dict[int, Answer] = {}
        self._front: dict[tuple[int, str], int] = {}
        """The attempt that was brought to the front, where that is not the last."""

    def take(self, record: Plain | None) -> None:
        """Take in a line; one that does not fit is left out and counted."""
        try:
            if record is None:
                raise ValueError("it cannot be read")
            if "e" in record:
                self._event(record)
            elif "a" in record:
                self._text(record)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self._run.damage += 1

    def done(self) -> Run:
        """The run: its answers by prompt and agent, turns without an id by their number."""
        numbers = {serial: at for at, serial in enumerate(sorted(self._turns), 1)}
        keys = {}
        for serial, prompt in self._turns.items():
            keys[serial] = prompt.id or f"turn {numbers[serial]}"
            self._run.prompts[keys[serial]] = prompt
        for attempt, answer in self._ended.items():
            turn, agent = self._asked[attempt]
            asked = Asked(keys[turn], agent)
            answers = self._run.answers.setdefault(asked, [])
            answers.append(answer)
        for (turn, agent), attempt in self._front.items():
            if attempt in self._ended:
                answers = self._run.answers[Asked(keys[turn], agent)]
                answers.sort(key=self._ended[attempt].__eq__)  # to the end: it stands
        return self._run

    def _event(self, record: Plain) -> None:
        name = str(record["e"])
        if name == "request":
            self._request(record)
        if name in _UNREAD:
            return
        told = TOLD.validate_python(record)
        match told:
            case of_session.Prompt():
                self._turns[told.turn] = _prompt(told, record)
            case of_session.Queue():
                self._queue(told, record)
            case of_session.End():
                self._end(told)
            case of_session.Withdraw():
                self._attempts.pop(told.a, None)
            case of_session.TakeBack():
                self._take_back(told.turn, told.agent)
            case of_session.Front():
                self._front[told.turn, told.agent] = told.a
            case of_session.Sample():
                self._run.servers |= {server.id: server for server in told.servers}
            case of_session.AgentLine():
                self._run.agents[told.agent.id] = told.agent
            case of_stream.StreamLine():
                self._stream(told)

    def _queue(self, told: of_session.Queue, record: Plain) -> None:
        resolution = self._run.head.resolution_s
        attempt = Attempt(told.agent, told.a, Times(told.t / 1000), resolution)
        self._attempts[told.a] = attempt
        attempt.cold = told.cold
        if (before := self._ended.get(told.continues or 0)) is not None:
            begin_with(attempt, self._texts.get(before.text))
        self._asked[told.a] = told.turn, told.agent
        if isinstance(repeat := record.get("repeat"), int):
            self._repeats[told.a] = repeat

    def _request(self, record: Plain) -> None:
        """Of a request nothing is read but whether it was asked cold, where it was to be."""
        serial, body = record.get("a"), record.get("p")
        attempt = self._attempts.get(serial) if isinstance(serial, int) else None
        if attempt is None or attempt.cold != "yes" or not isinstance(body, dict):
            return
        attempt.cold = "yes" if Cold.is_asked(body) else "no"

    def _stream(self, told: of_stream.StreamLine) -> None:
        attempt = self._attempts[told.a]
        event: StreamEvent
        if isinstance(told, of_stream.Moved) and told.text is None:
            event = ReasoningMoved(str(attempt.content))
        else:
            event = told.streamed()
        attempt.apply(event, told.t / 1000)

    def _text(self, record: Plain) -> None:
        told = of_stream.Text.model_validate(record)
        attempt, at = self._attempts[told.a], told.t / 1000
        pieces = sum(piece[2] if len(piece) > 2 else 1 for piece in told.d)
        if told.c is not None:
            attempt.apply(ContentDelta(told.c), at)
            attempt.content.pieces += pieces - 1
        elif told.r is not None:
            attempt.apply(ReasoningDelta(told.r), at)
            attempt.reasoning.pieces += pieces - 1
        elif told.f is not None:
            attempt.apply(ToolCallDelta(told.i, told.id, told.name, told.f), at)

    def _end(self, told: of_session.End) -> None:
        attempt = self._attempts.pop(told.a)
        attempt.end(told.status, told.t / 1000, told.error.error() if told.error else None)
        if told.times is not None:
            attempt.times = times_of(attempt.times.created, told.times)
            attempt.dated, attempt.stopped_s = told.dated, told.stopped_s
        self._ended[told.a] = answer_of(attempt, self._texts, self._repeats.pop(told.a, 1))

    def _take_back(self, turn: int, agent: str) -> None:
        gone = [serial for serial, asked in self._asked.items() if asked == (turn, agent)]
        for serial in gone:
            self._attempts.pop(serial, None)
            self._ended.pop(serial, None)


def _prompt(told: of_session.Prompt, record: Plain) -> Prompt:
    # of a whole conversation the text is the last word only
    asked = str(record.get("digest") or told.text)
    digest = sha256(asked.encode("utf-8", "surrogatepass")).digest()
    return Prompt(str(record.get("id") or ""), digest, one_line(told.text, _PROMPT))
