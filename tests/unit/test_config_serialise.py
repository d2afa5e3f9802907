"""An agent's settings as plain values: the same agent again, and no key in them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.config.build import build
from massgen_tui.config.model import AgentConfig
from massgen_tui.config.secrets import secrets_of
from massgen_tui.config.serialise import endpoint_values, settings_values
from massgen_tui.dialects import NAMES

KEY, TOKEN = "sk-planted-0123456789", "tok-planted-9876543210"
VARIABLES = {
    "MY_KEY": KEY,
    "TOKEN": TOKEN,
    "PLACE": "http://box:9",
    "WHO": "ann",
    **{f"{name}_API_KEY": KEY for name in ("OPENAI", "ZAI", "VLLM", "CEREBRAS", "GROQ")},
}
TEXTS = st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=12) | st.sampled_from(
    [
        "${WHO}",
        "$${WHO}",
        "$$${WHO}",
        "${NO_SUCH:-else}",
        "$${A:-${B}}",
        "a ${WHO} b",
        "***",
        "",
        "${TOKEN}",
        "x ${MY_KEY}$${TOKEN}${TOKEN}",
    ]
)
WORDS = TEXTS.filter(str.isprintable)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BACKENDS = st.fixed_dictionaries(
    {"type": st.sampled_from(NAMES), "model": WORDS.map(lambda text: f"m{text}")},
    optional={
        "base_url": st.sampled_from(
            ["b:9", "${PLACE}", "http://localhost:80", "https://api.z.ai", "http://[::1]", "h/v1/"]
        ),
        "api_key": st.sampled_from(["${MY_KEY}", "${TOKEN}"]),
        "temperature": st.floats(0, 2) | st.just("0.5"),
        "max_tokens": st.none() | st.integers(1, 99),
        "stop": st.lists(TEXTS, max_size=2),
        "reasoning_effort": st.sampled_from(["low", "none"]),
        "enable_thinking": st.booleans(),
        "extra_body": st.dictionaries(TEXTS, JSON, max_size=3),
        "tools": st.lists(st.dictionaries(TEXTS, JSON, max_size=2), max_size=2),
        "tool_choice": st.sampled_from(["auto", {"type": "function"}]),
        "timeout": st.sampled_from([30, {"connect": None, "idle": 4}]),
        "retries": st.integers(0, 10),
        "echo_reasoning": st.booleans(),
        "gpu_metrics_url": st.sampled_from(["http://box:9400/metrics", "${PLACE}/m"]),
        "metrics_url": st.sampled_from(
            ["http://b:1/m", "${PLACE}", ["http://a:${TOKEN}@h/m", "http://h/m?token=${TOKEN}"]]
        ),
        "extra_headers": st.sampled_from(
            [{"authorization": "Bearer ${TOKEN}"}, {"x-own": "a-${TOKEN}", "x-plain": "$${WHO}"}]
        ),
        "extra_query": st.sampled_from([{"api-version": "1", "debug": True}, {"key": "${TOKEN}"}]),
    },
)  # fmt: skip
AGENTS = st.fixed_dictionaries(
    {"id": WORDS.map(lambda text: f"a{text}"), "backend": BACKENDS},
    optional={"system_message": TEXTS},
)


def built(values: object, variables: dict[str, str] | None = None) -> AgentConfig:
    (agent,) = build({"agents": [values]}, VARIABLES if variables is None else variables).agents
    return agent


def kept(agent: AgentConfig) -> dict[str, Any]:
    """As it comes back from a file."""
    values: dict[str, Any] = json.loads(json.dumps(settings_values(agent)))
    return values


@given(AGENTS)
@settings(max_examples=150, deadline=None)
def test_the_values_of_an_agent_make_it_again(values: dict[str, Any]) -> None:
    unknown = {"max_tokens", "stop", "reasoning_effort", "enable_thinking", "temperature"}
    backend = {k: v for k, v in values["backend"].items() if k not in unknown or spoken(values, k)}
    agent = built(values | {"backend": backend})
    again = built(kept(agent))
    assert again == agent
    assert kept(again) == kept(agent)
    written = json.dumps(kept(agent))
    assert KEY not in written
    assert TOKEN not in written


def spoken(values: dict[str, Any], name: str) -> bool:
    """Whether this parameter is one that the backend's type takes."""
    try:
        built({"id": "a", "backend": {"type": values["backend"]["type"], "model": "m", name: None}})
    except ValueError:
        return False
    return True


def test_settings_stay_what_they_were_and_keys_are_looked_up_anew() -> None:
    agent = built(
        {"id": "a", "backend": {"type": "vllm", "model": "${WHO}", "api_key": "${MY_KEY}"}}
    )
    again = built(kept(agent), {"WHO": "somebody else", "MY_KEY": "another"})
    assert again.settings == agent.settings
    assert again.endpoint.api_key is not None
    assert again.endpoint.api_key.get_secret_value() == "another"


@pytest.mark.parametrize(
    ("backend", "lost"),
    [
        ({"api_key": KEY}, "api_key in the config"),
        ({"api_key": f"{KEY}${{WHO}}"}, "api_key in the config"),
        ({"extra_headers": {"x-api-key": KEY}}, "the value of x-api-key"),
        ({"extra_headers": {"authorization": f"Bearer {KEY}"}}, "the value of authorization"),
        ({"extra_query": {"token": KEY}}, "the value of token"),
    ],
)
def test_a_secret_that_stood_in_the_config_leaves_its_agent_unusable(
    backend: dict[str, object], lost: str
) -> None:
    agent = built({"id": "a", "backend": {"type": "vllm", "model": "m", **backend}})
    assert agent.problem is None
    values = kept(agent)
    assert KEY not in json.dumps(values)
    again = built(values)
    assert again.problem is not None
    assert again.problem.message.startswith(f"{lost} is not kept with a session")
    assert again.settings == agent.settings
    assert kept(again) == values


@pytest.mark.parametrize(
    ("url", "template"),
    [
        (f"http://ann:{KEY}@h/m", None),
        (f"http://{KEY}@h/m", None),
        (f"http://h/m?token={KEY}", None),
        ("http://h/m?x=1", ["http://h/m?x=1"]),
        ("http://ann:${TOKEN}@h/m", ["http://ann:${TOKEN}@h/m"]),
    ],
)
def test_a_page_with_a_password_of_its_own_is_left_out(
    url: str, template: list[str] | None
) -> None:
    agent = built({"id": "a", "backend": {"type": "vllm", "model": "m", "metrics_url": url}})
    assert kept(agent)["backend"].get("metrics_url") == template


@pytest.mark.parametrize(
    "backend",
    [
        {"type": "vllm", "model": "m", "base_url": "${NO_SUCH}"},
        {"type": "vllm", "model": "${NO_SUCH}"},
        {"type": "vllm", "model": "m", "temperature": "${NO_SUCH}"},
        {"type": "vllm", "model": "m", "extra_headers": {"x-own": "${NO_SUCH}"}},
        {"type": "vllm", "model": "m", "base_url": "${WHO}://x"},
        {"type": "${NO_SUCH}", "model": "m"},
        {"type": "gemini", "model": "m"},
        {"type": "chatcompletion", "model": "m"},
    ],
)
def test_an_agent_that_was_not_known_whole_is_not_guessed_at(backend: dict[str, object]) -> None:
    agent = built({"id": "a", "system_message": "Be brief.", "backend": backend})
    assert agent.problem is not None
    again = built(kept(agent), VARIABLES | {"NO_SUCH": "now"})
    assert again.problem is not None
    assert again.settings.system_message == agent.settings.system_message == "Be brief."


def test_a_secret_variable_is_looked_up_anew_wherever_it_is_used() -> None:
    backend = {
        "type": "vllm",
        "model": "${MODEL_NAME}",
        "extra_body": {"auth": ["Bearer ${HF_TOKEN}"], "n": "${MAX_TOKENS}", "cost": "$ ${WHO}"},
        "tools": [{"password": "${DB_PASSWORD_2}"}],
    }
    variables = {"MODEL_NAME": "org/model", "MAX_TOKENS": "123456", "WHO": "somebody"}
    secret = {"HF_TOKEN": TOKEN, "DB_PASSWORD_2": KEY}
    (agent,) = build({"agents": [{"id": "a", "backend": backend}]}, variables | secret).agents
    values = kept(agent)["backend"]
    assert values["extra_body"] == {
        "auth": ["Bearer ${HF_TOKEN}"], "n": "123456", "cost": "$ somebody"
    }  # fmt: skip
    assert values["tools"] == [{"password": "${DB_PASSWORD_2}"}]
    assert set(secrets_of(agent.endpoint)) == {TOKEN, KEY}
    assert built(kept(agent), secret) == agent


def test_servers_are_kept_by_their_endpoint() -> None:
    server = {
        "base_url": "b:80",
        "type": "sglang",
        "api_key": "${MY_KEY}",
        "metrics_url": "http://c/m",
    }
    agent = {"id": "a", "backend": {"type": "vllm", "model": "m"}}
    config = build({"agents": [agent], "servers": [server]}, VARIABLES)
    values = json.loads(json.dumps([endpoint_values(one) for one in config.servers]))
    assert KEY not in json.dumps(values)
    assert build({"agents": [agent], "servers": values}, VARIABLES).servers == config.servers
