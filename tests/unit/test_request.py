"""From an agent's config and a conversation to the body that is sent."""

import copy
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.resources.chat.completions import AsyncCompletions

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.request import build_request
from massgen_tui.config.loader import load_config
from massgen_tui.config.merge import at_path, copied, deep_merge, look_up
from tests.support.configs import MANY_KEYS, agent_with

CONFIGS = Path(__file__).parents[2] / "configs"
HELLO = Call((Message("user", "hello"),))
TALK = Call(
    (
        Message("system", "Be brief."),
        Message("user", "2+2?"),
        Message("assistant", "4", reasoning="two and two"),
        Message("system", "Be kind."),
        Message("user", "and 3+3?"),
    )
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def request_of(folder: Path, backend: str, call: Call = HELLO) -> ChatRequest:
    return build_request(agent_with(folder, backend, MANY_KEYS), call)


def extras_of(folder: Path, backend: str) -> dict[str, object]:
    """What the body holds beside what every body holds."""
    body = dict(request_of(folder, backend).body)
    for name in ("model", "messages", "stream", "stream_options"):
        body.pop(name, None)
    return body


def test_the_guides_two_agents_send_what_their_users_wrote() -> None:
    first, second = load_config(CONFIGS / "two_qwen_vllm_sglang.yaml", {}).agents
    common = {
        "model": "Qwen/Qwen3-4B",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "chat_template_kwargs": {"enable_thinking": True},
    }
    assert build_request(first, HELLO) == ChatRequest({**common, "top_k": 50})
    assert build_request(second, HELLO) == ChatRequest(common)


@pytest.mark.parametrize("kind", ["vllm", "sglang"])
@pytest.mark.parametrize(
    "written",
    [
        "enable_thinking: true",
        "chat_template_kwargs: {enable_thinking: true}",
        "extra_body: {chat_template_kwargs: {enable_thinking: true}}",
    ],
)
def test_thinking_is_switched_the_same_however_it_is_written(
    tmp_path: Path, kind: str, written: str
) -> None:
    assert extras_of(tmp_path, f"type: {kind}, model: m, {written}") == {
        "chat_template_kwargs": {"enable_thinking": True}
    }


def test_the_switch_goes_beside_what_the_template_takes_already(tmp_path: Path) -> None:
    backend = (
        "type: vllm, model: m, enable_thinking: false, chat_template_kwargs: {a: 1}, "
        "extra_body: {chat_template_kwargs: {b: 2}}"
    )
    assert extras_of(tmp_path, backend) == {
        "chat_template_kwargs": {"a": 1, "b": 2, "enable_thinking": False}
    }


def test_a_template_with_a_word_of_its_own_is_told_in_it_too(tmp_path: Path) -> None:
    assert extras_of(tmp_path, "type: sglang, model: DeepSeek-V3.1, enable_thinking: true") == {
        "chat_template_kwargs": {"enable_thinking": True, "thinking": True}
    }


@pytest.mark.parametrize("kind", ["vllm", "sglang"])
def test_sampling_extras_arrive(tmp_path: Path, kind: str) -> None:
    backend = f"type: {kind}, model: m, repetition_penalty: 1.2, top_k: 5, min_p: 0.1, seed: 1"
    assert extras_of(tmp_path, backend) == {
        "repetition_penalty": 1.2,
        "top_k": 5,
        "min_p": 0.1,
        "seed": 1,
    }


def test_separate_reasoning_goes_to_sglang_and_is_a_warning_on_vllm(tmp_path: Path) -> None:
    sglang = request_of(tmp_path, "type: sglang, model: m, separate_reasoning: true")
    vllm = request_of(tmp_path, "type: vllm, model: m, separate_reasoning: true")
    assert (sglang.body["separate_reasoning"], sglang.warnings) == (True, ())
    assert "separate_reasoning" not in vllm.body
    assert any("separate_reasoning" in warning for warning in vllm.warnings)


@pytest.mark.parametrize(
    ("backend", "extras"),
    [
        ("type: qwen, api_key: k", {"enable_thinking": False, "thinking_budget": 9}),
        ("type: deepseek, api_key: k", {"thinking": {"type": "disabled"}}),
        ("type: zai", {"thinking": {"type": "disabled"}}),
        ("type: moonshot, api_key: k", {"thinking": {"type": "disabled"}}),
        ("type: openrouter, api_key: k", {"reasoning": {"enabled": False, "max_tokens": 9}}),
        ("type: cerebras", {"reasoning_effort": "none"}),
        ("type: openai", {"reasoning_effort": "none"}),
        ("type: ollama", {"reasoning_effort": "none"}),
        ("type: llamacpp", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("type: grok, api_key: k", {}),
        (
            "type: vllm",
            {"chat_template_kwargs": {"enable_thinking": False}, "thinking_token_budget": 9},
        ),
    ],
)
def test_thinking_is_switched_off_where_each_server_wants_it(
    tmp_path: Path, backend: str, extras: dict[str, object]
) -> None:
    written = f"{backend}, model: m, enable_thinking: false, thinking_budget: 9"
    assert extras_of(tmp_path, written) == extras


@pytest.mark.parametrize(
    ("backend", "switch"),
    [
        ("type: grok, api_key: k, model: m, enable_thinking: true", "enable_thinking"),
        ("type: sglang, model: m, thinking_budget: 5", "thinking_budget"),
        ("type: zai, model: m, reasoning_effort: high", "reasoning_effort"),
    ],
)
def test_a_switch_that_a_server_has_not_is_a_warning(
    tmp_path: Path, backend: str, switch: str
) -> None:
    (warning,) = request_of(tmp_path, backend).warnings
    assert switch in warning
    assert extras_of(tmp_path, backend) == {}


@pytest.mark.parametrize(
    ("backend", "extras"),
    [
        ("type: vllm", {"reasoning_effort": "low"}),
        ("type: openrouter, api_key: k", {"reasoning": {"effort": "low"}}),
        ("type: llamacpp", {"chat_template_kwargs": {"reasoning_effort": "low"}}),
    ],
)
def test_an_effort_goes_where_each_server_wants_it(
    tmp_path: Path, backend: str, extras: dict[str, object]
) -> None:
    assert extras_of(tmp_path, f"{backend}, model: m, reasoning_effort: low") == extras


@pytest.mark.parametrize(
    ("backend", "sent"),
    [
        ("type: openai, max_tokens: 5", {"max_completion_tokens": 5}),
        ("type: zai, max_completion_tokens: 5", {"max_tokens": 5}),
        ("type: zai, max_completion_tokens: 5, max_tokens: 6", {"max_tokens": 6}),
        ("type: vllm, max_tokens: 5", {"max_tokens": 5}),
        ("type: vllm, max_completion_tokens: 5", {"max_completion_tokens": 5}),
    ],
)
def test_the_token_limit_has_the_name_that_the_server_takes(
    tmp_path: Path, backend: str, sent: dict[str, object]
) -> None:
    assert extras_of(tmp_path, f"{backend}, model: m") == sent


def test_responses_style_reasoning_of_massgen_becomes_an_effort(tmp_path: Path) -> None:
    backend = (
        "type: openai, model: m, reasoning: {effort: medium, summary: auto}, text: {verbosity: low}"
    )
    assert extras_of(tmp_path, backend) == {"reasoning_effort": "medium", "verbosity": "low"}


def test_usage_is_asked_for_beside_what_the_user_asks_for(tmp_path: Path) -> None:
    plain = request_of(tmp_path, "type: vllm, model: m")
    more = request_of(tmp_path, "type: vllm, model: m, stream_options: {other: 1}")
    none = request_of(tmp_path, "type: vllm, model: m, stream_options: {include_usage: false}")
    assert plain.body["stream_options"] == {"include_usage": True}
    assert more.body["stream_options"] == {"include_usage": True, "other": 1}
    assert none.body["stream_options"] == {"include_usage": False}


@pytest.mark.parametrize(
    ("parameter", "instead"),
    [
        ("guided_json: {type: object}", "structured_outputs"),
        ("guided_regex: '[a-z]+'", "structured_outputs"),
        ("best_of: 2", "use n"),
        ("logits_processors: [x]", "logit_bias"),
    ],
)
def test_what_vllm_takes_and_ignores_is_sent_and_said(
    tmp_path: Path, parameter: str, instead: str
) -> None:
    name = parameter.partition(":")[0]
    request = request_of(tmp_path, f"type: vllm, model: m, {parameter}")
    assert name in request.body, "older releases heed it"
    (warning,) = request.warnings
    assert f"takes {name} and ignores it" in warning
    assert instead in warning


@pytest.mark.parametrize(
    "parameter",
    ["ec_transfer_params: {a: 1}", "truncation_side: left", "mm_payload: {}", "watermarking: {}"],
)
def test_what_vllm_really_has_is_sent_without_a_word(tmp_path: Path, parameter: str) -> None:
    request = request_of(tmp_path, f"type: vllm, model: m, {parameter}")
    assert parameter.partition(":")[0] in request.body
    assert request.warnings == ()


def test_usage_is_not_asked_for_where_the_parameter_is_refused(tmp_path: Path) -> None:
    assert "stream_options" not in request_of(tmp_path, "type: mistral, api_key: k, model: m").body


def test_answers_are_always_streamed(tmp_path: Path) -> None:
    for written in ("stream: false", "extra_body: {stream: false}"):
        request = request_of(tmp_path, f"type: vllm, model: m, {written}")
        assert request.body["stream"] is True
        assert any("stream" in warning for warning in request.warnings)


def test_tools_are_sent_only_when_the_config_has_them(tmp_path: Path) -> None:
    tool = "{type: function, function: {name: f, parameters: {type: object}}}"
    without = request_of(tmp_path, "type: vllm, model: m")
    with_tools = request_of(tmp_path, f"type: vllm, model: m, tools: [{tool}], tool_choice: auto")
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(without.body)
    assert with_tools.body["tools"] == [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    ]
    assert with_tools.body["tool_choice"] == "auto"


def test_extra_body_wins_deeply_over_everything(tmp_path: Path) -> None:
    backend = (
        "type: vllm, model: m, temperature: 0.1, chat_template_kwargs: {a: 1, b: {c: 1}}, "
        "extra_body: {model: other, temperature: 0.9, stream_options: {x: 1}, "
        "chat_template_kwargs: {b: {d: 2}}}"
    )
    body = request_of(tmp_path, backend).body
    assert (body["model"], body["temperature"]) == ("other", 0.9)
    assert body["stream_options"] == {"include_usage": True, "x": 1}
    assert body["chat_template_kwargs"] == {"a": 1, "b": {"c": 1, "d": 2}}


def test_null_in_extra_body_is_sent(tmp_path: Path) -> None:
    assert extras_of(tmp_path, "type: vllm, model: m, extra_body: {stop: null}") == {"stop": None}


def test_system_messages_become_one_at_the_front(tmp_path: Path) -> None:
    messages = request_of(tmp_path, "type: vllm, model: m", TALK).body["messages"]
    assert messages == [
        {"role": "system", "content": "Be brief.\n\nBe kind."},
        {"role": "user", "content": "2+2?"},
        {"role": "assistant", "content": "4"},
        {"role": "user", "content": "and 3+3?"},
    ]


@pytest.mark.parametrize(
    ("backend", "echoed"),
    [
        ("type: zai", "reasoning_content"),
        ("type: zai, echo_reasoning: false", None),
        ("type: vllm", None),
        ("type: vllm, echo_reasoning: true", "reasoning"),
        ("type: sglang, echo_reasoning: true", "reasoning_content"),
        ("type: openai, echo_reasoning: true", None),
    ],
)
def test_reasoning_goes_back_only_where_it_is_wanted(
    tmp_path: Path, backend: str, echoed: str | None
) -> None:
    messages = request_of(tmp_path, f"{backend}, model: m", TALK).body["messages"]
    assert isinstance(messages, list)
    extra = {echoed: "two and two"} if echoed else {}
    assert messages[2] == {"role": "assistant", "content": "4", **extra}


def test_unknown_keys_are_sent_with_one_warning(tmp_path: Path) -> None:
    request = request_of(tmp_path, "type: sglang, model: m, brand_new: {x: 1}, wholly_other: 2")
    assert request.body["brand_new"] == {"x": 1}
    assert request.body["wholly_other"] == 2
    (warning,) = request.warnings
    assert "brand_new" in warning
    assert "wholly_other" in warning


def test_what_the_loader_warns_of_is_what_the_request_warns_of(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "agents: [{id: a, backend: {type: vllm, model: m, zzz: 1, separate_reasoning: true}}]"
    )
    config = load_config(path, {})
    request = build_request(config.agents[0], HELLO)
    assert config.warnings == tuple(f"a: {warning}" for warning in request.warnings)
    assert len(request.warnings) == 2


def test_building_changes_nothing_and_shares_nothing(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path,
        "type: vllm, model: m, chat_template_kwargs: {a: [1]}, tools: [{x: {y: 1}}], "
        "extra_body: {chat_template_kwargs: {b: 1}, list: [{c: 1}]}",
    )
    before = copy.deepcopy(agent.model_dump())
    body: Any = build_request(agent, HELLO).body
    body["chat_template_kwargs"]["a"].append(2)
    body["tools"][0]["x"]["y"] = 2
    body["list"][0]["c"] = 2
    assert agent.model_dump() == before
    assert build_request(agent, HELLO).body["list"] == [{"c": 1}]


def test_a_body_holds_no_key_and_is_json(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, "type: vllm, model: m, api_key: very-secret, top_k: 1")
    assert "very-secret" not in json.dumps(build_request(agent, TALK).body)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)
mappings = st.dictionaries(st.text(max_size=2), plain, max_size=4)


@given(mappings, mappings)
def test_merging_keeps_both_and_the_second_wins(
    under: dict[str, object], over: dict[str, object]
) -> None:
    before = copy.deepcopy((under, over))
    merged = deep_merge(under, over)
    assert (under, over) == before
    assert set(merged) == set(under) | set(over)
    for key, value in over.items():
        if not (isinstance(value, dict) and isinstance(under.get(key), dict)):
            assert merged[key] == value
    for key in set(under) - set(over):
        assert merged[key] == under[key]


@given(mappings, mappings, mappings)
def test_merging_is_associative(
    a: dict[str, object], b: dict[str, object], c: dict[str, object]
) -> None:
    left = deep_merge(deep_merge(a, b), c)
    if all(type(x.get(k)) is type(y.get(k)) for x, y in ((a, b), (b, c)) for k in x.keys() & y):
        assert {k: left[k] for k in c} == {k: deep_merge(a, deep_merge(b, c))[k] for k in c}


@given(mappings)
def test_merging_with_nothing_is_a_copy(data: dict[str, object]) -> None:
    assert deep_merge(data, {}) == deep_merge({}, data) == copied(data) == data


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=4), plain)
def test_what_stands_at_a_path_is_found_there(steps: list[str], value: object) -> None:
    path = ".".join(steps)
    assert look_up(at_path(path, value), path) == value


_PLACED = frozenset(
    {
        "messages",
        "model",
        "stream",
        "tools",
        "timeout",
        "extra_body",
        "extra_headers",
        "extra_query",
    }
)
"""Arguments of `create` that have a place of their own here."""
_NUMBERS = (
    *("frequency_penalty", "max_completion_tokens", "max_tokens", "n", "presence_penalty"),
    *("seed", "temperature", "top_logprobs", "top_p"),
)
_MOVED = {
    ("deepseek", "max_completion_tokens"): "max_tokens",
    ("mistral", "max_completion_tokens"): "max_tokens",
    ("openai", "max_tokens"): "max_completion_tokens",
    ("mistral", "seed"): "random_seed",
}


@pytest.mark.parametrize("kind", ["vllm", "sglang", "openai", "deepseek", "mistral"])
def test_every_argument_of_the_client_is_sent_or_said(tmp_path: Path, kind: str) -> None:
    arguments = inspect.signature(AsyncCompletions.create).parameters.keys() - {"self"}
    values: dict[str, object] = {"logprobs": True, "parallel_tool_calls": True}
    values |= {"stream_options": {"include_usage": True}} | dict.fromkeys(_NUMBERS, 1)
    for name in sorted(arguments - _PLACED):
        value = json.dumps(values.get(name, "v"))
        written = f"type: {kind}, model: m, api_key: k, {name}: {value}"
        request = build_request(agent_with(tmp_path, written), Call((Message("user", "x"),)))
        sent = _MOVED.get((kind, name), name) in request.body
        assert sent or any(name in said for said in request.warnings), name
