"""A session for programs: JSON that is `run`'s, and a table that spreadsheets read."""

import csv
import io
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    ReasoningDelta,
    Source,
    SourcesReported,
    Started,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
    Warned,
)
from massgen_tui.export.csv_form import COLUMNS, unquoted
from massgen_tui.export.document import SessionInfo, document_of, settings_of
from massgen_tui.export.forms import export, written
from massgen_tui.headless.printers import JsonPrinter
from massgen_tui.headless.streams import Output
from massgen_tui.session.agent import Agent, KeptProfile, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from massgen_tui.text import clean
from tests.support.attempts import attempt_of, conversation, told
from tests.support.fakes import config_of

SCHEMA = Path("massgen_tui/cli/schemas/run.json")
MORE = {"attempt", "front", "aside", "continues", "serial", "asked", "settings"}
"""What an exported answer has beside `run`'s."""
TEXT = st.text(max_size=12)
STREAMS = st.lists(
    st.one_of(
        st.builds(ReasoningDelta, TEXT),
        st.builds(ContentDelta, TEXT),
        st.builds(Started, TEXT),
        st.builds(ToolCallDelta, st.integers(0, 2), TEXT, TEXT, TEXT),
        st.builds(UsageReported, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
        st.builds(Warned, TEXT),
        st.builds(Finished, st.sampled_from(("stop", "length", "content_filter", "odd"))),
        st.just(SourcesReported((Source(1, "=a title", "https://a.example/1"),))),
    ),
    max_size=6,
)
SETTINGS = st.dictionaries(TEXT, TEXT | st.floats() | st.lists(TEXT, max_size=2), max_size=3)


def ended(stream: list[StreamEvent], status: Status, settings: dict[str, object]) -> Attempt:
    attempt = attempt_of(*stream, status=Status.QUEUED)
    attempt.request = {"model": "m", "messages": [], **settings}
    error = BackendError(ErrorKind.INTERRUPTED, "-cut off", agent="a", hint="@try again")
    attempt.end(status, 10.0, error if status is Status.FAILED else None)
    return attempt


ATTEMPTS = st.builds(
    ended, STREAMS, st.sampled_from((Status.DONE, Status.FAILED, Status.CANCELLED)), SETTINGS
)


@st.composite
def states(draw: st.DrawFn) -> SessionState:
    """Sessions of two agents with any ids, prompts, answers and settings."""
    ids = draw(st.lists(TEXT, min_size=2, max_size=2, unique_by=clean))
    agents = [
        Agent(config, KeptProfile("vLLM", "http://h", "", "m")) for config in config_of(*ids).agents
    ]
    for serial, prompt in enumerate(draw(st.lists(TEXT, max_size=3)), 3):
        for agent in draw(st.sampled_from((agents, agents[:1], agents[1:]))):
            attempts = draw(st.lists(ATTEMPTS, min_size=1, max_size=2))
            front = draw(st.sampled_from((-1, 0)))
            agent.turns.append(Turn(serial, prompt, attempts, front))
    return SessionState(agents)


def as_it_is(text: str) -> str:
    return text


def printed_by_run(agent: Agent, attempt: Attempt) -> dict[str, object]:
    """What `run --format json` prints of an answer."""
    out = io.StringIO()
    JsonPrinter(Output(out)).finish("prompt", [(agent, attempt)])
    [answer] = json.loads(out.getvalue())["agents"]
    assert isinstance(answer, dict)
    return answer


@settings(deadline=None)
@given(states())
def test_json_is_that_of_run_field_by_field(state: SessionState) -> None:
    whole = json.loads(export(state, "json", session=told(), redact=as_it_is))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    agents = list(state.agents.values())
    serials = sorted({turn.serial for agent in agents for turn in agent.turns})
    assert [(turn["turn"], turn["serial"]) for turn in whole["turns"]] == list(
        enumerate(serials, 1)
    )
    for turn in whole["turns"]:
        asked = [(a, one) for a in agents for one in a.turns if one.serial == turn["serial"]]
        assert turn["prompt"] == asked[0][1].prompt
        expected = [
            (agent, one, number, attempt)
            for agent, one in asked
            for number, attempt in enumerate(one.attempts, 1)
        ]
        for answer, (agent, one, number, attempt) in zip(turn["agents"], expected, strict=True):
            theirs = {name: value for name, value in answer.items() if name not in MORE}
            assert theirs == printed_by_run(agent, attempt)
            assert (answer["attempt"], answer["front"]) == (number, attempt is one.attempt)
            assert answer["serial"] == attempt.serial
            assert answer["settings"].keys() == settings_of(attempt).keys()
        bare = [{k: v for k, v in a.items() if k not in MORE} for a in turn["agents"]]
        whole_run = {"prompt": turn["prompt"], "agents": bare, "coordination": None}
        Draft202012Validator(schema).validate(whole_run)


@settings(deadline=None)
@given(states())
def test_a_table_reads_back_as_what_was_said(state: SessionState) -> None:
    text = export(state, "csv", session=told(), redact=as_it_is)
    whole = json.loads(export(state, "json", session=told(), redact=as_it_is))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    answers = [(turn, answer) for turn in whole["turns"] for answer in turn["agents"]]
    for row, (turn, answer) in zip(rows, answers, strict=True):
        assert tuple(row) == COLUMNS
        for name in ("content", "reasoning", "agent", "model", "server"):
            assert unquoted(row[name]) == clean(answer[name])
        assert unquoted(row["prompt"]) == clean(turn["prompt"])
        timing = answer["timing"] | {}
        assert json.loads(row["stalls"] or "[]") == timing.pop("stalls")
        timed = {f"server_{name}": one for name, one in (timing.pop("server") or {}).items()}
        for name, number in (timing | timed | (answer["usage"] or {})).items():
            assert (float(row[name]) if row[name] else None) == number
        for name in ("turn", "serial"):
            assert int(row[{"turn": "turn", "serial": "turn_serial"}[name]]) == turn[name]
        assert int(row["attempt"]) == answer["attempt"]
        assert (row["front"] == "true") == answer["front"]
        assert json.loads(row["settings"] or "{}") == answer["settings"]


@settings(deadline=None)
@given(states())
def test_no_cell_is_a_formula_and_no_control_character_is_written(state: SessionState) -> None:
    text = export(state, "csv", session=told(), redact=as_it_is)
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    for form in ("csv", "json", "md"):
        text = export(state, form, session=told(), redact=as_it_is)
        assert clean(text) == text
        text.encode("utf-8")


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("- a list", "'- a list"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'=1"),
        ("\n=1", "'\n=1"),
        ("  -1", "'  -1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("1-1", "1-1"),
        ("“=1”", "“=1”"),
    ],
)
def test_what_a_spreadsheet_would_calculate_is_text(said: str, cell: str) -> None:
    agent = conversation(attempt_of(ContentDelta(said), Finished("stop")), prompt=said)
    text = written(document_of([agent], told()), "csv", as_it_is)
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["content"] == row["prompt"] == cell
    assert unquoted(cell) == clean(said)


def test_a_session_of_which_little_is_known_says_null() -> None:
    whole = json.loads(written(document_of([], SessionInfo()), "json", as_it_is))
    assert whole["session"]["id"] is None
    assert whole["session"]["at"] is None
    assert whole["turns"] == []
