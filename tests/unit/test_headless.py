"""`run` without a screen: formats, exactness, exit codes."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.backends.events import (
    ContentDelta,
    ContentMoved,
    ErrorKind,
    Finished,
    Opened,
    ReasoningDelta,
    ReasoningMoved,
    Retrying,
    Source,
    SourcesReported,
    Started,
    ToolCallDelta,
    UsageReported,
    Warned,
)
from massgen_tui.headless import Options, run
from tests.support.fakes import Backends, Step, answer, config_of, failure
from tests.support.schemas import schema

SCHEMA = schema("run")


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def ask(
    *ids: str,
    options: Options,
    out: io.StringIO | None = None,
    plays: Mapping[str, Sequence[Sequence[Step]]] | None = None,
    **scripts: Sequence[Sequence[Step]],
) -> tuple[int, str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    code = run(
        config_of(*ids), options, out=out, err=err, backend_for=Backends(**(plays or scripts))
    )
    return code, out.getvalue(), err.getvalue()


RICH: list[Step] = [
    Opened(),
    Started("served"),
    Retrying("429", 0.0, 1),
    ReasoningDelta("hm\x1b[2J"),
    ContentDelta("\n\nit is \ud800 你好\u2028"),
    ToolCallDelta(0, "id", "f", "{"),
    ToolCallDelta(0, arguments="not json"),
    Warned("one chunk was unreadable"),
    UsageReported(7, 9, None, 5),
    SourcesReported((Source(2, None, "https://a.example/"),)),
    Finished("tool_calls"),
]
SCRIPTS: Mapping[str, list[list[Step]]] = {
    "a": [RICH],
    "b": [[ContentDelta("half"), failure(kind=ErrorKind.UNAUTHORIZED, status=401)]],
}


def checked(value: dict[str, Any], definition: str = "") -> dict[str, Any]:
    one = {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    Draft202012Validator(one if definition else SCHEMA).validate(value)
    return value


def test_the_schema_is_one_and_refuses_what_is_not_the_output() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert not Draft202012Validator(SCHEMA).is_valid({"prompt": "x"})


def test_json_is_one_object_with_exactly_what_came() -> None:
    code, out, err = ask("a", "b", options=Options("hi", "json"), plays=SCRIPTS)
    told = checked(json.loads(out))
    a, b = told["agents"]
    assert (told["prompt"], a["agent"], b["agent"]) == ("hi", "a", "b")
    assert a["reasoning"] == "hm\x1b[2J"
    assert a["content"] == "\n\nit is \ud800 你好\u2028"
    assert a["tool_calls"] == [{"id": "id", "name": "f", "arguments": "{not json"}]
    assert a["sources"] == [{"n": 2, "title": None, "url": "https://a.example/"}]
    assert b["sources"] is None
    assert a["usage"] == {
        "prompt_tokens": 7,
        "completion_tokens": 9,
        "reasoning_tokens": None,
        "cached_tokens": 5,
    }
    assert (a["status"], a["finish_reason"], a["error"]) == ("done", "tool_calls", None)
    assert a["warnings"] == ["one chunk was unreadable"]
    assert (b["status"], b["content"], b["usage"]) == ("failed", "half", None)
    assert b["error"]["kind"] == "unauthorized"
    assert b["error"]["status"] == 401
    assert code == 2
    assert "the connection was cut" in err
    assert "\x1b" not in out + err
    assert "你好" in out
    out.encode("utf-8")


def test_json_of_an_answer_without_numbers_has_nulls_and_no_zeros() -> None:
    _, out, _ = ask("a", options=Options("hi", "json"), a=[[failure()]])
    (agent,) = checked(json.loads(out))["agents"]
    assert agent["usage"] is None
    assert agent["timing"]["ttft_s"] is None
    assert agent["timing"]["tokens_per_s"] is None


def test_jsonl_tells_every_event_and_then_the_agents() -> None:
    code, out, _ = ask("a", "b", options=Options("hi", "jsonl"), plays=SCRIPTS)
    lines = [checked(json.loads(line), "line") for line in out.splitlines()]
    events = [checked(line, "event") for line in lines[:-2]]
    assert [checked(line, "agent")["agent"] for line in lines[-2:]] == ["a", "b"]
    assert [e["event"] for e in events if e["agent"] == "a"] == [
        "started",
        "retrying",
        "reasoning",
        "content",
        "tool_call",
        "tool_call",
        "warning",
        "usage",
        "finished",
    ]
    assert [e["event"] for e in events if e["agent"] == "b"] == ["content", "error"]
    assert code == 2


@pytest.mark.parametrize(
    ("steps", "started"),
    [
        # Azure: an empty first chunk that names none; vLLM: each chunk the same
        ([Started(None), Started("gpt"), ContentDelta("a")], ["gpt"]),
        ([Started("m"), ContentDelta("a"), Started("other")], ["m"]),
        ([Started(None), ContentDelta("a"), Started("late")], [None]),
        ([Started(None), Started(None)], [None]),
        ([Started(None), failure()], [None]),
        ([failure()], []),
    ],
)
def test_jsonl_has_one_started_for_an_attempt(steps: list[Step], started: list[str | None]) -> None:
    _, out, _ = ask("a", options=Options("hi", "jsonl"), a=[steps])
    events = [checked(json.loads(line), "line") for line in out.splitlines()]
    assert [e["model"] for e in events if e.get("event") == "started"] == started
    if started:
        assert events[0]["event"] == "started"


def test_text_of_one_agent_is_its_bare_content() -> None:
    _, out, err = ask(
        "a", options=Options("hi"), a=[[ReasoningDelta("hm"), *answer("\x1b[1m4", "2")]]
    )
    assert out == "\x1b[1m42\n"
    assert err == ""


def test_text_on_a_terminal_is_cleaned() -> None:
    _, out, _ = ask("a", options=Options("hi"), out=Terminal(), a=[answer("\n\n\x1b[1m4", "2")])
    assert out == "[1m42\n"


def test_text_of_several_stands_in_order_under_headings() -> None:
    _, out, _ = ask("a", "b", options=Options("hi"), a=[answer("1")], b=[answer("2")])
    assert out == "## a · fake/model\n\n1\n\n## b · fake/model\n\n2\n\n"


def test_text_with_reasoning_tells_the_two_apart() -> None:
    script = [ReasoningDelta("hm"), *answer("42")]
    _, out, _ = ask("a", options=Options("hi", reasoning=True), a=[script])
    assert out == "### reasoning\n\nhm\n\n### answer\n\n42\n"
    _, out, _ = ask("a", "b", options=Options("hi", reasoning=True), a=[script])
    assert "### reasoning\n\nhm\n\n### answer\n\n42\n\n## b" in out


MOVED: list[Step] = [
    ContentDelta("let me think"),
    ReasoningMoved("let me think"),
    ContentDelta("42"),
    Finished("stop"),
]


def test_text_in_a_pipe_never_holds_what_proved_to_be_reasoning() -> None:
    _, out, _ = ask("a", options=Options("hi"), a=[MOVED])
    assert out == "42\n"
    _, out, _ = ask("a", options=Options("hi", reasoning=True), a=[MOVED])
    assert out == "### reasoning\n\nlet me think\n\n### answer\n\n42\n"


def test_text_on_a_terminal_says_when_what_was_shown_was_reasoning() -> None:
    _, out, err = ask("a", options=Options("hi"), out=Terminal(), a=[MOVED])
    assert out == "let me think\n42\n"
    assert "reasoning" in err


RETURNED: list[Step] = [
    ReasoningDelta("hm"),
    ContentDelta("Write\n\n"),
    ReasoningDelta(" first."),
    ContentMoved("<think> first.", 7),
    Finished("stop"),
]


def test_what_proved_to_be_content_is_printed_and_told() -> None:
    _, out, _ = ask("a", options=Options("hi"), a=[RETURNED])
    assert out == "Write\n\n<think> first.\n"
    _, out, _ = ask("a", options=Options("hi", "json"), a=[RETURNED])
    (one,) = checked(json.loads(out))["agents"]
    assert (one["reasoning"], one["content"]) == ("hm", "Write\n\n<think> first.")
    _, out, _ = ask("a", options=Options("hi", "jsonl"), a=[RETURNED])
    events = [checked(json.loads(line), "event") for line in out.splitlines()[:-1]]
    assert [e for e in events if e["event"] == "content_moved"] == [
        {"t": events[3]["t"], "agent": "a", "event": "content_moved"}
        | {"text": "<think> first.", "taken": 7}
    ]


def test_an_answer_that_came_as_reasoning_is_printed_as_the_answer() -> None:
    script: list[Step] = [ReasoningDelta("42"), Finished("stop")]
    _, out, err = ask("a", options=Options("hi"), a=[script])
    assert out == "42\n"
    assert "came as reasoning" in err


def test_what_an_answer_lacks_is_said_beside_it() -> None:
    code, out, err = ask("a", options=Options("hi"), a=[answer("4", finish="length")])
    assert (code, out) == (0, "4\n")
    assert "cut off" in err


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (answer("4", finish="length"), "cut off"),
        (answer("4", finish="content_filter"), "content filter"),
        (answer("4", finish="repetition"), "repeated itself"),
        ([Finished("stop")], "without saying anything"),
        ([ReasoningDelta("hm"), Finished("length")], "used up by thinking"),
    ],
)
@pytest.mark.parametrize("shape", ["json", "jsonl"])
def test_what_an_answer_lacks_is_a_warning_that_strict_counts(
    script: list[Step], words: str, shape: str
) -> None:
    code, out, _ = ask("a", options=Options("hi", shape), a=[script])
    last = json.loads(out)["agents"][0] if shape == "json" else json.loads(out.splitlines()[-1])
    assert code == 0
    assert words in " ".join(last["warnings"])
    assert ask("a", options=Options("hi", shape, strict=True), a=[script])[0] == 2


def test_strict_passes_what_is_whole_and_leaves_failures_their_codes() -> None:
    call: list[Step] = [ToolCallDelta(0, "id", "f", "{}"), Finished("tool_calls")]
    warned: list[Step] = [Warned("top_k is left out"), *answer("4")]
    strict = Options("hi", "json", strict=True)
    assert ask("a", "b", options=strict, a=[call], b=[warned])[0] == 0
    assert ask("a", options=strict, a=[[failure()]])[0] == 3
    assert ask("a", "b", options=strict, a=[[failure()]], b=[answer("4", finish="length")])[0] == 2


@pytest.mark.parametrize(
    ("failing", "code"), [((), 0), (("a",), 2), (("a", "b"), 2), (("a", "b", "c"), 3)]
)
def test_the_exit_code_counts_the_failed(failing: Sequence[str], code: int) -> None:
    scripts = {id: [[failure()]] for id in failing}
    assert ask("a", "b", "c", options=Options("hi", "json"), plays=scripts)[0] == code


def test_only_the_agents_named_are_asked() -> None:
    _, out, _ = ask("a", "b", "c", options=Options("hi", "json", agents=("c", "a")))
    assert [agent["agent"] for agent in json.loads(out)["agents"]] == ["a", "c"]
    with pytest.raises(ValueError, match="no agent is called x"):
        ask("a", options=Options("hi", agents=("x",)))


def test_timings_are_printed_when_wanted() -> None:
    script: list[Step] = [ContentDelta("4"), UsageReported(1, 12), Finished("stop")]
    _, out, _ = ask("a", options=Options("hi", timings=True), a=[script])
    assert out.startswith("4\n\n[TTFT 0.")
    assert "12 tokens" in out
