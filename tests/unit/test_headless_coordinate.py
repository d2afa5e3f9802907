"""`run --coordinate`: the final answer on standard output, the way there beside it or in JSON."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.backends.events import ErrorKind, Finished, ToolCallDelta
from massgen_tui.headless import Options, run
from tests.support.fakes import Backends, Step, answer, config_of, failure
from tests.support.schemas import schema

VOTE: list[Step] = [
    ToolCallDelta(0, "x", "vote", '{"answer_id": "agent1.1", "reason": "right\x1b[2J"}'),
    Finished("tool_calls"),
]
Scripts = dict[str, list[Sequence[Step]]]
AGREE: Scripts = {"a": [answer("4"), VOTE, answer("It is 4.")], "b": [answer("four"), VOTE]}
CUT: list[Step] = [failure(kind=ErrorKind.UNREACHABLE, message="refused")]


def agree(scripts: Scripts, shape: str = "text") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    options = Options("What is 2 + 2?", shape, coordinate=True)
    code = run(config_of(*scripts), options, out=out, err=err, backend_for=Backends(**scripts))
    return code, out.getvalue(), err.getvalue()


def test_the_final_answer_is_all_that_is_printed() -> None:
    code, out, err = agree({**AGREE})
    assert (code, out) == (0, "It is 4.\n")
    assert "a: gave agent1.1" in err
    assert "b: votes for agent1.1: right" in err
    assert "\x1b" not in err
    assert "agent1.1 of a won with 2 votes" in err
    assert "Tools are not run here" not in err


def test_json_holds_how_they_came_to_it() -> None:
    code, out, _ = agree({**AGREE}, "json")
    whole: dict[str, Any] = json.loads(out)
    Draft202012Validator(schema("run")).validate(whole)
    coordination = whole["coordination"]
    assert code == 0
    assert coordination["requests"] == 5
    assert coordination["rounds"] == 2
    assert coordination["way"] == {"a": "tools", "b": "tools"}
    assert [one["name"] for one in coordination["answers"]] == ["agent1.1", "agent2.1"]
    assert [(one["agent"], one["for"], one["counted"]) for one in coordination["votes"]] == [
        ("a", "agent1.1", True),
        ("b", "agent1.1", True),
    ]
    assert (coordination["winner"], coordination["by"]) == ("agent1.1", "votes")
    assert coordination["final"] == "It is 4."


def test_jsonl_tells_every_step_as_it_comes() -> None:
    _, out, _ = agree({**AGREE}, "jsonl")
    told = [json.loads(line) for line in out.splitlines()]
    lines = Draft202012Validator({"$ref": "#/$defs/line", "$defs": schema("run")["$defs"]})
    for line in told:
        lines.validate(line)
    steps = [one["event"] for one in told if one.get("event", "").count("_") and "agent" in one]
    assert steps.count("step_begun") == 5
    assert steps.count("vote_given") == 2
    assert told[-1]["coordination"]["final"] == "It is 4."


@pytest.mark.parametrize(
    ("scripts", "code", "out"),
    [
        ({"a": [answer("4"), answer("It is 4.")], "b": [CUT]}, 2, "It is 4.\n"),
        ({"a": [CUT], "b": [CUT]}, 3, ""),
        ({"a": [answer("4")]}, 0, "4\n"),
    ],
    ids=["one is out", "none answers", "one agent alone"],
)
def test_the_exit_code_says_who_was_left(scripts: Scripts, code: int, out: str) -> None:
    assert agree(scripts)[:2] == (code, out)


def test_a_plain_run_says_that_there_was_none() -> None:
    out = io.StringIO()
    run(
        config_of("a"),
        Options("hi", "json"),
        out=out,
        err=io.StringIO(),
        backend_for=Backends(a=[answer("4")]),
    )
    assert json.loads(out.getvalue())["coordination"] is None
