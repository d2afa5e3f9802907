"""A session in which all that can happen happens once, as lines of its file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent
from massgen_tui.session import coordination_events, events
from massgen_tui.session.agent import Agent, KeptProfile
from massgen_tui.session.events import Entry, SessionEvent, Streamed
from massgen_tui.session.redact import Redactor
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import head_of
from massgen_tui.store.schema import to_json
from tests.support.fakes import config_of
from tests.support.schemas import schema

ASKED = "Name a prime, and say why it is one."
AGAIN = "Now look at what the tool says of it."
SAID = "Seven: only one and seven divide it."
PROFILE = KeptProfile(
    "vLLM", "http://localhost:8000", "http://localhost:8000/v1/chat/completions", "Qwen/Qwen3-4B"
)
FAILURE = BackendError(
    ErrorKind.UNREACHABLE,
    "connection refused",
    agent="b",
    server="http://localhost:8000",
    hint="is it running?",
)


def _request(*said: tuple[str, str]) -> streamed.RequestSent:
    messages = [{"role": role, "content": text} for role, text in said]
    return streamed.RequestSent(
        {"model": "Qwen/Qwen3-4B", "messages": messages, "temperature": 0.7, "stream": True}
    )


def _of(serial: int, at: float, *told: StreamEvent) -> Iterator[tuple[float, SessionEvent]]:
    for place, event in enumerate(told):
        yield at + place * 0.05, Streamed(serial, event)


def story() -> Iterator[tuple[float, SessionEvent]]:
    """What happens, and when."""
    yield 0.0, events.ServerNoted("a", served_by="vLLM 0.33.0", context_length=32768)
    yield 0.5, events.Prompted(1, ASKED, ("a", "b"))
    yield 0.5, events.Queued(1, "a", 1)
    yield 0.5, events.Queued(2, "b", 1)
    yield 0.501, events.Begun(1)
    yield 0.502, Streamed(1, _request(("user", ASKED)))
    yield 0.6, events.Deferred(2, FAILURE, 1)
    yield 0.9, events.DeferralNoted(2, "it loads its model")
    yield from _of(1, 1.0, streamed.Retrying("HTTP 503", 0.5, 2))
    yield from _of(1, 1.1, streamed.Opened(0.25), streamed.Started("Qwen/Qwen3-4B"))
    yield from _of(1, 1.2, streamed.SeveralChoices(2))
    yield 2.3, Streamed(1, streamed.Heartbeat())
    yield from _of(1, 2.5, *map(streamed.ReasoningDelta, ("Small ", "ones ", "first.")))
    yield from _of(
        1, 2.75, *map(streamed.ContentDelta, ("Seven: only one ", "and seven divide it."))
    )
    yield 3.0, events.Silent(1, "2 requests are running")
    yield 3.1, events.StoodStill(1, 1.5)
    yield from _of(1, 3.2, streamed.UsageReported(19, 43, 12, 16))
    yield from _of(1, 3.25, streamed.ServerTimed(0.01, 0.12, 1.5, 88.5, 0.75))
    yield from _of(1, 3.3, streamed.SourcesReported((streamed.Source(1, "Primes", "http://x/1"),)))
    yield from _of(
        1, 3.4, streamed.Warned("more than one answer"), streamed.Finished("stop", "eos")
    )
    server = ServerSample("http://localhost:8000", "up", None, 2, 0, 0.125, 61.5, "vLLM", "0.33.0")
    gpu = GpuSample(0, "", "GPU-5e1f", "NVIDIA H200", 97, 68719476736, 150754820096, 512.5, 61)
    yield 3.48, events.Sampled((server,), (gpu,))
    yield 3.5, events.Ended(1, Status.DONE)
    yield 4.0, events.Withdrawn(2)
    yield 4.0, events.TakenBack(1, "b")
    yield 5.0, events.Queued(3, "a", 1, cold="yes")
    yield 5.0, events.Begun(3)
    yield from _of(
        3, 5.1, streamed.Opened(), *map(streamed.ContentDelta, ("<think>One", " is none."))
    )
    yield from _of(3, 5.3, streamed.ReasoningMoved("<think>One is none."))
    yield from _of(3, 5.4, streamed.ContentMoved(" is none.", 9), streamed.Unshown("an image"))
    yield from _of(3, 5.6, streamed.Unsaid())
    yield 5.7, events.Ended(3, Status.FAILED, replace(FAILURE, agent="a"))
    yield 6.0, events.BroughtToFront(1, "a", 1)
    yield 7.0, events.Prompted(2, AGAIN, ("a",))
    yield 7.0, events.Queued(4, "a", 2)
    yield 7.0, events.Begun(4)
    yield 7.0, Streamed(4, _request(("user", ASKED), ("assistant", SAID), ("user", AGAIN)))
    call = streamed.ToolCallDelta(0, "call_7", "factor", '{"n":')
    yield from _of(
        4, 8.0, call, streamed.ToolCallDelta(0, arguments="7}"), streamed.Finished("tool")
    )
    yield 8.5, events.Ended(4, Status.CANCELLED)
    yield 8.6, coordination_events.CoordinationBegun(2, ("a",))
    yield 8.6, coordination_events.StepBegun(4, 2, "vote", "tools")
    yield 8.7, coordination_events.AnswerGiven(4, "agent1.1", "Seven.")
    yield 8.7, coordination_events.VoteGiven(4, "agent1.1", "it is right")
    yield 8.7, coordination_events.VoteGiven(4, None, "it was empty", counted=False)
    yield 8.8, coordination_events.AgentOut(2, "a", "it did not vote, twice")
    yield 8.9, coordination_events.Decided(2, "agent1.1", "limit", "max_seconds")
    yield 8.9, coordination_events.Concluded(2, 4)
    yield 8.91, events.Queued(5, "a", 1, continues=1)
    yield 8.91, events.Begun(5)
    yield from _of(5, 8.92, streamed.Opened(), *map(streamed.ContentDelta, (" And", " eleven.")))
    yield 8.94, events.Ended(5, Status.DONE)
    yield 8.95, events.Prompted(3, "Name an odd one, please.", ("a",), edits=2)
    yield 8.97, events.WentBack(2, "a")
    yield 9.0, events.Renamed("Primes")
    yield 9.0, events.Cleared(("a", "b"))
    (comes,) = config_of("c").agents
    yield 9.1, events.AgentAdded(comes, PROFILE)
    (changed,) = config_of("c", model="Qwen/Qwen3-8B").agents
    yield 9.2, events.SettingsChanged(changed, replace(PROFILE, model="Qwen/Qwen3-8B"))
    yield 9.25, events.AgentPaused("c")
    yield 9.3, events.AgentRemoved("c")
    yield 9.5, events.Closed("quit")


def every_line() -> list[str]:
    """The lines of the file; text is written each quarter of a second."""
    config = config_of("a", "b")
    profiles = dict.fromkeys("ab", PROFILE)
    state = SessionState(Agent(one, PROFILE) for one in config.agents)
    head = head_of(config, profiles, 0.01).model_copy(
        update={"id": "k3v9x2ma", "version": "0.2.0", "at": datetime(2026, 11, 29, 9, tzinfo=UTC)}
    )
    encoder, written = Encoder(0.0, Redactor(())), 0.0
    lines = [to_json(head.model_dump(mode="json", exclude_none=True), compact=True)]
    for seq, (at, event) in enumerate(story()):
        if at - written > 0.25:
            lines += encoder.flush()
            written = at
        state.apply(Entry(seq, at, event))
        lines += encoder.take(at, _measured(event, state))
    return lines


def _measured(event: SessionEvent, state: SessionState) -> SessionEvent:
    if not isinstance(event, events.Ended):
        return event
    attempt = state.attempt(event.attempt)
    measured = events.Measured(replace(attempt.times), attempt.stopped_s, attempt.dated)
    return replace(event, measured=measured)


_SCHEMA = schema("session")


def check_lines(path: Path) -> None:
    """Hold each line of a file against the schema.

    Raises:
        AssertionError: a line is not as the schema says.
    """
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        wrong = wrong_with(json.loads(line), head=number == 1)
        assert not wrong, f"line {number}: {wrong}\n{line}"


def wrong_with(line: dict[str, Any], *, head: bool = False) -> list[str]:
    """What the schema says against a line."""
    name = "Head" if head else _name_of(line)
    if name not in _SCHEMA["$defs"]:
        return [f"no line is called {line.get('e')!r}"]
    only = {**_SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]}
    return [
        one.message
        for error in Draft202012Validator(only).iter_errors(line)
        for one in (error.context or [error])
    ]


def _name_of(line: dict[str, Any]) -> str:
    if "e" not in line:
        return "Message" if "v" in line else "Text"
    for name, one in _SCHEMA["$defs"].items():
        if one.get("properties", {}).get("e", {}).get("const") == line["e"]:
            return str(name)
    return ""
