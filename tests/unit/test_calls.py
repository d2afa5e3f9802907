"""What a call asks beside the conversation: tools and their results, forms of answers, settings."""

from pathlib import Path

import pytest

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call, Message, ResponseFormat, ToolCall, ToolResult
from massgen_tui.backends.events import BackendError, ContentDelta, ErrorKind, StreamEvent
from massgen_tui.backends.request import build_request
from massgen_tui.session.generate import generate
from tests.support.configs import MANY_KEYS, agent_with
from tests.support.fakes import FakeBackend, answer

ASKED = ToolCall("call_1", "weather", '{"town": "Oslo"}')
SAID = Message("assistant", tools=[ASKED])
TOLD = Message("tool", tools=[ToolResult("call_1", "rain")])
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
HOW = Message("user", "how is it in Oslo?")
SCHEMA = {"type": "object", "properties": {"vote": {"enum": ["a", "b"]}}}


def built(folder: Path, backend: str, call: Call) -> ChatRequest:
    return build_request(agent_with(folder, backend, MANY_KEYS), call)


@pytest.mark.parametrize(
    ("kind", "blank"),
    [("vllm", ""), ("sglang", ""), ("llamacpp", ""), ("openai", None), ("mistral", None)],
)
def test_tool_calls_and_results_stand_in_the_body_as_openai_writes_them(
    tmp_path: Path, kind: str, blank: str | None
) -> None:
    # a template of GLM says "None" for a null: vllm-project/vllm#54337
    request = built(tmp_path, f"type: {kind}, model: m", Call((HOW, SAID, TOLD)))
    assert request.body["messages"] == [
        {"role": "user", "content": "how is it in Oslo?"},
        {
            "role": "assistant",
            "content": blank,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"town": "Oslo"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    ]


def test_each_result_is_a_message_and_text_beside_calls_stays(tmp_path: Path) -> None:
    both = [ASKED, ToolCall("call_2", "clock", "{}")]
    said = Message("assistant", "I look.", tools=both)
    told = Message("tool", tools=[ToolResult("call_1", "rain"), ToolResult("call_2", "")])
    request = built(tmp_path, "type: openai, model: m", Call((HOW, said, told)))
    messages = request.body["messages"]
    assert isinstance(messages, list)
    assert messages[1]["content"] == "I look."
    assert [call["id"] for call in messages[1]["tool_calls"]] == ["call_1", "call_2"]
    assert messages[2:] == [
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "tool", "tool_call_id": "call_2", "content": ""},
    ]


@pytest.mark.parametrize(
    ("backend", "goes"),
    [
        ("type: deepseek, model: m", True),
        ("type: deepseek, model: m, echo_reasoning: false", False),
        ("type: zai, model: m", True),
        ("type: openai, model: m", False),
    ],
)
def test_reasoning_goes_back_with_tool_calls_where_it_must(
    tmp_path: Path, backend: str, goes: bool
) -> None:
    # DeepSeek answers 400 to a history of tool calls without it
    said = Message("assistant", reasoning="look it up", tools=[ASKED])
    messages = built(tmp_path, backend, Call((HOW, said, TOLD))).body["messages"]
    assert isinstance(messages, list)
    assert ("reasoning_content" in messages[1]) is goes
    plain = built(tmp_path, "type: deepseek, model: m", Call((HOW, Message("assistant", "4", "x"))))
    assert "reasoning_content" not in str(plain.body)


@pytest.mark.parametrize("kind", ["vllm", "sglang", "openai", "groq", "ollama"])
def test_a_schema_is_the_form_of_the_answer(tmp_path: Path, kind: str) -> None:
    form = ResponseFormat(SCHEMA, "ballot", strict=False)
    request = built(tmp_path, f"type: {kind}, model: m", Call((HOW,), response_format=form))
    assert request.body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "ballot", "schema": SCHEMA, "strict": False},
    }
    assert request.warnings == ()


@pytest.mark.parametrize(("kind", "who"), [("deepseek", "DeepSeek"), ("zai", "Z.ai")])
def test_where_no_schema_is_taken_any_object_is_asked_for_and_said(
    tmp_path: Path, kind: str, who: str
) -> None:
    call = Call((HOW,), response_format=ResponseFormat(SCHEMA))
    request = built(tmp_path, f"type: {kind}, model: m", call)
    assert request.body["response_format"] == {"type": "json_object"}
    assert request.warnings == (f"{who} takes no JSON Schema: asked for any JSON object",)


def test_any_object_needs_no_schema(tmp_path: Path) -> None:
    call = Call((HOW,), response_format=ResponseFormat())
    request = built(tmp_path, "type: vllm, model: m", call)
    assert request.body["response_format"] == {"type": "json_object"}


def test_tools_and_choice_of_a_call_stand_for_those_of_the_agent(tmp_path: Path) -> None:
    own = "type: vllm, model: m, tools: [{type: function, function: {name: f}}], tool_choice: auto"
    as_it_is = built(tmp_path, own, Call((HOW,))).body
    assert as_it_is["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert as_it_is["tool_choice"] == "auto"
    body = built(tmp_path, own, Call((HOW,), tools=(TOOL,), tool_choice="required")).body
    assert (body["tools"], body["tool_choice"]) == ([TOOL], "required")
    without = built(tmp_path, own, Call((HOW,), tools=())).body
    assert "tools" not in without
    assert "tool_choice" not in without


@pytest.mark.parametrize(
    ("kind", "choice", "said"),
    [
        ("zai", "required", "Z.ai takes no tool_choice required: left out"),
        ("zai", {"type": "function"}, "Z.ai takes no tool_choice function: left out"),
        ("moonshot", "required", "Moonshot takes no tool_choice required: left out"),
    ],
)
def test_a_choice_that_is_not_taken_is_left_out_and_said(
    tmp_path: Path, kind: str, choice: str | dict[str, object], said: str
) -> None:
    call = Call((HOW,), tools=(TOOL,), tool_choice=choice)
    request = built(tmp_path, f"type: {kind}, model: m", call)
    assert "tool_choice" not in request.body
    assert request.warnings == (said,)


def test_a_call_changes_settings_for_itself_alone(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path,
        "type: vllm, model: m, temperature: 0.2, top_k: 5, enable_thinking: true, "
        "extra_body: {nested: {a: 1, b: 2}}",
    )
    before = build_request(agent, Call((HOW,)))
    patch = {
        "model": "n",
        "system_message": "Be brief.",
        "temperature": 0.9,
        "top_k": None,
        "enable_thinking": False,
        "extra_body": {"nested": {"a": None, "c": 3}},
    }
    body = build_request(agent, Call((HOW,), settings=patch)).body
    assert body == {
        "model": "n",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "how is it in Oslo?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.9,
        "chat_template_kwargs": {"enable_thinking": False},
        "nested": {"b": 2, "c": 3},
    }
    assert build_request(agent, Call((HOW,))) == before


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({"api_key": "k"}, "api_key"),
        ({"base_url": "http://x"}, "base_url"),
        ({"timeout": {"idle": 1}, "retries": 0}, "retries, timeout"),
        ({"tools": "none"}, "tools"),
    ],
)
def test_what_is_no_setting_of_a_request_is_refused(
    tmp_path: Path, patch: dict[str, object], named: str
) -> None:
    with pytest.raises(BackendError, match=named) as raised:
        built(tmp_path, "type: vllm, model: m", Call((HOW,), settings=patch))
    assert raised.value.kind is ErrorKind.CONFIG


async def test_an_attempt_needs_no_conversation() -> None:
    backend, told = FakeBackend("a", scripts=[answer("rain")]), list[StreamEvent]()
    call = Call((HOW, SAID, TOLD))
    await generate(backend, call, told.append)
    assert backend.asked == [[HOW, SAID, TOLD]]
    assert ContentDelta("rain") in told


def test_a_message_is_its_parts() -> None:
    said = Message("assistant", "4", "two and two", tools=[ASKED])
    assert (said.content, said.reasoning, said.calls) == ("4", "two and two", (ASKED,))
    assert Message("assistant", "4") == Message("assistant", "4", None)
    assert TOLD.results == (ToolResult("call_1", "rain"),)
    assert Message("user").parts == ()
