"""A form of an agent's settings: the checks and words of a file, and nothing lost on the way."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.call import Call
from massgen_tui.backends.request import build_request
from massgen_tui.config.build import build
from massgen_tui.config.form import (
    MORE,
    SYSTEM,
    WHOLE,
    Changed,
    FormProblems,
    changed,
    fields_of,
    texts_of,
    unchangeable,
)
from massgen_tui.config.merge import look_up
from massgen_tui.config.model import AgentConfig
from massgen_tui.config.yaml_text import typed, yaml_block, yaml_line
from tests.support.configs import problems_of

PLACE: dict[str, object] = {"type": "vllm", "model": "m", "base_url": "h:9"}
VARIABLES = {"WHO": "ann", "HF_TOKEN": "hf-planted-0123456789"}


def agent(system: str = "", **backend: object) -> AgentConfig:
    entry = {"id": "a", "system_message": system, "backend": PLACE | backend}
    (made,) = build({"agents": [entry]}, VARIABLES).agents
    return made


def with_texts(one: AgentConfig, **texts: str) -> Changed:
    return changed(one, texts_of(one) | texts, VARIABLES)


def wrong(one: AgentConfig, **texts: str) -> dict[str, str]:
    with pytest.raises(FormProblems) as raised:
        with_texts(one, **texts)
    return raised.value.problems


def body_of(one: AgentConfig) -> dict[str, object]:
    return dict(build_request(one, Call(())).body)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
ODD = ["1e-3", "on", "2024-01-01", "010", "12:30", "~", "a\n b\n\nc", "${WHO}", "$${WHO}"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
    | TEXTS
    | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
BACKENDS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "top_p": st.floats(0, 1),
        "top_k": st.integers(-1, 9),
        "seed": st.integers(),
        "max_completion_tokens": st.integers(1, 99),
        "enable_thinking": st.booleans(),
        "stop": st.lists(st.sampled_from(["a", "1e-3", "\n", "#", "- x"]), max_size=2),
        "extra_body": st.dictionaries(
            st.text(st.characters(codec="utf-8"), max_size=5), JSON, max_size=3
        ),
        "timeout": st.sampled_from([30, {"idle": 4}, {"connect": None}]),
        "retries": st.integers(0, 10),
        "api_key": st.sampled_from(["sk-planted-0123456789", "${HF_TOKEN}"]),
    },
)


@settings(deadline=None)
@given(BACKENDS, st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=12))
def test_what_nobody_changes_stays(backend: dict[str, object], system: str) -> None:
    one = agent(system, **backend)
    assert changed(one, texts_of(one), VARIABLES) == Changed(one)


@settings(deadline=None)
@given(JSON)
def test_a_value_written_as_yaml_is_read_as_it_was(value: object) -> None:
    for text in (yaml_line(value), yaml_block(value)):
        config = {"agents": [{"id": "a", "backend": PLACE | {"extra_body": {"k": typed(text)}}}]}
        plain = {"agents": [{"id": "a", "backend": PLACE | {"extra_body": {"k": value}}}]}
        assert build(config, VARIABLES).agents == build(plain, VARIABLES).agents
    assert "\n" not in yaml_line(value)


def test_a_field_changes_what_it_says_and_nothing_else() -> None:
    one = agent(temperature=0.3, stop=["a"])
    made = with_texts(one, temperature="0.9", top_k="40", system_message="Be ${WHO}.").agent
    assert made.settings.parameters == {"temperature": 0.9, "top_k": 40, "stop": ["a"]}
    assert made.settings.system_message == "Be ann."
    assert made.endpoint == one.endpoint
    assert with_texts(made, temperature="").agent.settings.parameters == {
        "top_k": 40,
        "stop": ["a"],
    }


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *[("temperature", text) for text in ("-1", "hot", ".inf", "[1]", "0.7 0.8")],
        *[("top_p", text) for text in ("1.1", "often", "{a: 1}")],
        *[("top_k", text) for text in ("-2", "1.5")],
        *[("max_tokens", text) for text in ("0", "many")],
        *[("seed", text) for text in ("1.5", "a")],
        *[("enable_thinking", text) for text in ("maybe", "3")],
        ("thinking_budget", "-1"),
    ],
)
def test_the_words_are_those_of_the_file(tmp_path: Path, field: str, text: str) -> None:
    backend = f"type: vllm, model: m, base_url: 'h:9', {field}: {text}"
    said = problems_of(tmp_path, f"agents: [{{id: a, backend: {{{backend}}}}}]")
    assert wrong(agent(), **{field: text}) == {field: said[0].message}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("temprature: 1", "`temprature` is not known (did you mean `temperature`?"),
        ("retries: 99", "retries: should be less than or equal to 10"),
        ("extra_body: 3", "extra_body: should be a valid dictionary"),
        ("stop: a\nstop: b", "stop: is written twice, first on line 1"),
        ("? [a]\n: 1", "a key is a word"),
        ("just words", "should be lines of `key: value`"),
        ("- a", "should be lines of `key: value`"),
        ("min_p: 0.1\n  top: {", "line 2: "),
        ("a: !!python/name:os.system x", "means nothing here"),
        ("temperature: 1", "`temperature` has a field of its own"),
        ("model: other", "`model` has a field of its own"),
        ("base_url: http://elsewhere", "`base_url` says where it is asked, which stays"),
        ("api_key: sk-1", "`api_key` says where it is asked, which stays"),
        ("extra_headers: {x: 1}", "`extra_headers` says where it is asked, which stays"),
        ("stop: '${NO_SUCH}'", "unset: NO_SUCH"),
    ],
)
def test_other_parameters_are_checked_like_a_file(text: str, said: str) -> None:
    assert said in wrong(agent(), more=text)[MORE]


def test_every_field_has_its_own_problem_at_once() -> None:
    found = wrong(agent(), model="", temperature="-1", top_k="a", more="min_p: 3\nretries: -1")
    assert found["model"] == "is missing (the name the server knows it by)"
    assert set(found) == {"model", "temperature", "top_k", MORE}
    assert "min_p" in found[MORE]
    assert "retries" in found[MORE]
    assert WHOLE not in found


def test_an_unset_variable_is_told_at_its_field() -> None:
    for name in ("model", "seed", SYSTEM):
        assert wrong(agent(), **{name: "${NO_SUCH}"})[name].startswith("unset: NO_SUCH (set it in")


def test_what_is_sent_otherwise_is_told_once() -> None:
    one = agent(bogus=1)
    assert with_texts(one, temperature="1").warnings == ()
    assert with_texts(one, more="bogus: 1\nx-own: 2").warnings == (
        "a: not known, sent to vLLM as written: bogus, x-own",
    )
    assert "octal" in with_texts(one, seed="010").warnings[0]


def test_a_key_is_neither_shown_nor_lost() -> None:
    one = agent(api_key="sk-planted-0123456789")
    assert "planted" not in repr(texts_of(one))
    made = with_texts(one, temperature="1").agent
    assert made.endpoint.api_key == one.endpoint.api_key
    hidden = with_texts(one, system_message="use ${HF_TOKEN}").agent
    assert "hf-planted" in hidden.settings.system_message
    assert texts_of(hidden)[SYSTEM] == "use ${HF_TOKEN}"
    assert dict(hidden.endpoint.secrets)["HF_TOKEN"].get_secret_value() == VARIABLES["HF_TOKEN"]


def test_a_form_has_the_fields_of_its_dialect() -> None:
    def names(kind: str, **backend: str | int) -> list[str]:
        return [one.name for one in fields_of(agent("", type=kind, **backend))]

    assert "top_k" in names("vllm")
    assert "thinking_budget" in names("vllm")
    assert "thinking_budget" not in names("sglang")
    openai = names("openai", base_url="https://api.openai.com/v1")
    assert "top_k" not in openai
    assert "reasoning_effort" in openai
    assert "enable_thinking" not in names("grok", base_url="https://api.x.ai/v1")
    assert "reasoning_effort" not in names("zai", base_url="https://api.z.ai/api/paas/v4")
    assert "max_completion_tokens" in names("vllm", max_completion_tokens=3)


def test_what_is_not_known_of_an_agent_is_not_made_up() -> None:
    assert unchangeable(agent()) == ""
    assert unchangeable(agent(api_key="${NO_SUCH}")).startswith("unset: NO_SUCH")
    assert "not spoken" in unchangeable(agent(type="claude"))


OVERRULED: list[tuple[dict[str, object], str, str, str, str]] = [
    # the backend, the field, what it shows, what is typed, where that has to stand in the body
    (
        {"chat_template_kwargs": {"enable_thinking": True}},
        *("enable_thinking", "true", "false", "chat_template_kwargs.enable_thinking"),
    ),
    (
        {
            "type": "sglang",
            "extra_body": {"chat_template_kwargs": {"enable_thinking": False, "x": 1}},
        },
        *("enable_thinking", "false", "true", "chat_template_kwargs.enable_thinking"),
    ),
    ({"extra_body": {"top_k": 50}}, "top_k", "50", "10", "top_k"),
    (
        {"extra_body": {"temperature": 0.5}, "temperature": 1},
        "temperature",
        "0.5",
        "0.7",
        "temperature",
    ),
    ({"extra_body": {"max_tokens": 9}}, "max_tokens", "9", "8", "max_tokens"),
    (
        {"extra_body": {"thinking_token_budget": 9}},
        "thinking_budget",
        "9",
        "8",
        "thinking_token_budget",
    ),
]


@pytest.mark.parametrize(("backend", "field", "shown", "typed_in", "path"), OVERRULED)
def test_a_field_that_another_parameter_overrules_shows_and_changes_what_counts(
    backend: dict[str, object], field: str, shown: str, typed_in: str, path: str
) -> None:
    one = agent("", **backend)
    assert texts_of(one)[field] == shown
    assert with_texts(one) == Changed(one)
    made = with_texts(one, **{field: typed_in}).agent
    assert yaml_line(look_up(body_of(made), path)) == typed_in
    assert texts_of(made)[field] == typed_in
    none = with_texts(made, **{field: ""}).agent
    assert look_up(body_of(none), path) is None
    # the other way round: as the other parameters say
    more = with_texts(one, more=texts_of(made)[MORE], **{field: texts_of(made)[field]}).agent
    assert body_of(more) == body_of(made)


def test_two_fields_that_say_two_things_are_told() -> None:
    one = agent(chat_template_kwargs={"enable_thinking": True})
    found = wrong(
        one, enable_thinking="true", more="chat_template_kwargs: {enable_thinking: false}"
    )
    assert found == {
        "enable_thinking": "chat_template_kwargs.enable_thinking of the other parameters counts"
        " instead: change it there"
    }
    typed_as = agent(
        type="zai", base_url="https://api.z.ai/api/paas/v4", thinking={"type": "disabled"}
    )
    assert "thinking.type" in wrong(typed_as, enable_thinking="true")["enable_thinking"]
    assert with_texts(typed_as, temperature="1").agent.settings.parameters["temperature"] == 1
