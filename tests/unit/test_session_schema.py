"""A session's file is what its schema and its document say, line by line."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.session.session import Session
from massgen_tui.store.json_schema import session_schema
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from massgen_tui.store.rename import rename
from massgen_tui.store.resume import resume
from tests.support.every_line import check_lines, every_line, wrong_with
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of
from tests.support.schemas import schema

DOCS = Path("docs/session-format.md").read_text("utf-8")
SCHEMA = schema("session")
LONG = "Tell me, at some length, how a tokenizer cuts words."
MOVED: list[Step] = [
    streamed.Opened(0.25),
    streamed.ContentDelta("<think>no"),
    streamed.ReasoningMoved("<think>no"),
    streamed.ContentDelta("yes"),
    streamed.ContentMoved("no", 2),
    streamed.UsageReported(1, None, 3, 0, 7),
    streamed.Finished("stop", "eos"),
]
TOOLS: list[Step] = [
    streamed.ReasoningDelta("I call two."),
    streamed.ToolCallDelta(0, "x", "look", "{}"),
    streamed.ToolCallDelta(1, None, "go", '{"at":'),
    streamed.ToolCallDelta(1, None, None, "7}"),
    streamed.Retrying("HTTP 503", 0.25, 2),
    streamed.Unshown("an image"),
    streamed.Warned("\u202e[b]no[/b]"),
    streamed.SourcesReported((streamed.Source(1, None, "http://x/"),)),
    streamed.Unsaid(),
]
NO_SERVER: list[Step] = [BackendError(ErrorKind.UNREACHABLE, "refused", hint="is it running?")]
CUT: list[Step] = [
    streamed.ContentDelta("ha"),
    BackendError(ErrorKind.SERVER_ERROR, "no", status=503),
]


def test_the_schema_is_what_the_models_make() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert session_schema() == SCHEMA


def test_all_that_can_happen_is_as_the_schema_says(tmp_path: Path) -> None:
    path = tmp_path / "20261129-090000-k3v9x2ma.jsonl"
    path.write_text("\n".join(every_line()) + "\n", "utf-8")
    check_lines(path)
    assert read_session(path).damage == []
    any_line = Draft202012Validator(SCHEMA)
    told = [json.loads(line) for line in every_line()]
    assert [line for line in told if not any_line.is_valid(line)] == []
    kinds = {one["properties"]["e"]["const"] for one in _lines() if "e" in one["properties"]}
    assert {line["e"] for line in told if "e" in line} == kinds
    assert [one for key in "crf" for line in told if (one := line.get(key))] != []


def _lines() -> list[dict[str, Any]]:
    return [SCHEMA["$defs"][one["$ref"].rsplit("/", 1)[1]] for one in SCHEMA["anyOf"]]


@pytest.mark.parametrize(
    "line",
    [
        {"t": 1, "e": "begun"},
        {"t": 1, "e": "begun", "a": "1"},
        {"t": 1, "e": "begun", "a": 1, "more": 1},
        {"t": 1, "e": "of_a_later_version"},
        {"t": 1, "a": 1, "c": "x"},
        {"t": 1, "a": 1, "d": [[0, 1]]},
        {"t": 1, "a": 1, "c": "x", "r": "x", "d": [[0, 1]]},
        {"t": 1, "a": 1, "c": "x", "d": [[0]]},
        {"m": "79117230031380ed", "v": {"content": {"$": ["x", 1]}}},
        {"m": "79117230031380ed", "v": {"content": {"$": ["p", 1, 2]}}},
        {"t": 1, "e": "ended", "a": 1, "status": "done", "times": {"created": 1.0}},
        {"t": 1, "e": "ended", "a": 1, "status": "done", "error": None},
        {"t": 1, "e": "ended", "a": 1, "status": "failed", "error": {"kind": "odd"}},
        {"format": 2},
    ],
    ids=str,
)
def test_what_is_no_line_is_refused(line: dict[str, Any]) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(line)
    assert wrong_with(line)


async def test_files_of_real_sessions_are_as_the_schema_says(tmp_path: Path) -> None:
    clock = FakeClock()
    backends = Backends(a=[MOVED, TOOLS, CUT], b=[answer(LONG, "\ud800"), NO_SERVER])
    session = Session(config_of("a", "b"), backend_for=backends, clock=clock, health=None)
    log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
    for act in _acts(session):
        act()
        clock.tick(7.0)
        await asyncio.sleep(0)
        await _quiet(session)
    await session.aclose()
    log.close()
    assert log.path is not None
    rename(log.path, "Words")
    check_lines(log.path)
    again = Session(config_of("a", "b"), backend_for=Backends(), clock=FakeClock(), health=None)
    went_on = resume(again, log.path, warn=pytest.fail, directory=lambda: tmp_path)
    again.ask("And then?")
    await again.wait()
    await again.aclose()
    assert went_on.log is not None
    went_on.log.close()
    assert went_on.log.path is not None
    check_lines(went_on.log.path)
    kinds = {
        json.loads(line).get("e") for line in went_on.log.path.read_text("utf-8").split("\n")[:-1]
    }
    assert kinds >= {"deferred", "cleared", "renamed", "front", "withdrawn", "reasoning_moved"}


def _acts(session: Session) -> list[Callable[[], object]]:
    return [
        lambda: session.ask(LONG),
        lambda: session.rerun(["a"]),
        lambda: session.ask(LONG),
        lambda: session.bring_to_front("a", session.agent("a").turns[0], 0),
        lambda: session.defer(["b"]),
        lambda: session.notes.wait("b", "it loads"),
        lambda: session.cancel(["b"]),
        lambda: session.start_over(["a"]),
    ]


async def _quiet(session: Session) -> None:
    """All has ended that is not held."""
    if not session.deferred:
        await session.wait()


def test_every_example_of_the_document_is_written() -> None:
    blocks = re.findall(r"```jsonl?\n(.*?)```", DOCS, flags=re.DOTALL)
    shown = [json.loads(line) for block in blocks for line in block.splitlines()]
    assert len(shown) >= 25
    head, *told = [json.loads(line) for line in every_line()]
    head = {**head, "agents": [{**one, "settings": {}} for one in head["agents"][:1]]}
    assert [line for line in shown if line not in [head, *told]] == []


def test_the_document_names_every_line_and_every_field() -> None:
    for one in _lines():
        names = set(one["properties"])
        words = re.findall(r"`([^`\n]+)`", DOCS)
        assert names - set(words) == set()
        if "e" in names:
            row = re.search(
                rf"^\| `{one['properties']['e']['const']}` \| (.*) \|", DOCS, re.MULTILINE
            )
            assert row is not None, one
            assert names - {"t", "e", "a"} - set(re.findall(r"`(\w+)`", row[1])) == set()
