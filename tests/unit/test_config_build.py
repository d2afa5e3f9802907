"""Plain values become a config by the checks of a file, and problems are told by their path."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.config.build import InvalidValues, build
from massgen_tui.config.variables import literal, substitute
from tests.support.configs import problems_of


def agent(**backend: object) -> dict[str, Any]:
    return {"id": "a", "backend": {"type": "vllm", "model": "m", **backend}}


def problems(values: object) -> list[str]:
    with pytest.raises(InvalidValues) as caught:
        build(values, {})
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


def test_values_without_a_file_are_a_config() -> None:
    values = {
        "agents": [agent(temperature=0.5, base_url="box:9", api_key="${KEY}", timeout=30)],
        "servers": ["http://other:8000"],
        "ui": {"logging_enabled": False},
    }
    config = build(values, {"KEY": "sk-1"}, name="demo")
    (one,) = config.agents
    assert (config.name, config.path, config.warnings) == ("demo", None, ())
    assert one.endpoint.base_url == "http://box:9/v1"
    assert one.endpoint.api_key is not None
    assert one.endpoint.api_key.get_secret_value() == "sk-1"
    assert one.settings.parameters == {"temperature": 0.5}
    assert one.settings.timeout.total == 30
    assert config.servers[0].base_url == "http://other:8000/v1"
    assert config.ui.logging_enabled is False


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], "should be a mapping"),
        ({}, "agents: is missing (a list of agents with `id` and `backend`)"),
        (
            {"agents": [agent(temperature="hot")]},
            "agents[0].backend.temperature: should be a valid number, unable to parse string as a"
            " number",
        ),
        (
            {"agents": [{**agent(), "id": True}]},
            "agents[0].id: should be a text: put true in quotes",
        ),
        (
            {"agents": [agent(extra_body={"n": float("nan")})]},
            "agents[0].backend.extra_body: should be a finite number",
        ),
        (
            {"agents": [agent(extra_body={"n": {1, 2}})]},
            "agents[0].backend.extra_body: set means nothing here",
        ),
        ({"agents": [agent(stop={1: 2})]}, "agents[0].backend.stop: a key is a word"),
        ({"agents": [agent()], "gpus": 3}, "gpus: should be a list"),
        ({"agents": [agent()], "gpus": [3]}, "gpus[0]: should be a valid dictionary"),
        ({"agents": [agent()], "servers": [3]}, "servers[0]: should be a valid dictionary"),
        (
            {"agents": [agent(extra_headers={"host": "x"})]},
            "agents[0].backend.extra_headers.host: is not to be set: the request has its own",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_path(values: object, told: str) -> None:
    assert problems(values)[0] == told


def test_values_that_hold_themselves_are_stopped() -> None:
    endless: list[object] = []
    endless.append(endless)
    (told,) = problems({"agents": [agent(tools=endless)]})
    assert "expands to more than a config holds" in told


def test_messages_that_name_a_place_name_the_path_where_there_is_no_file() -> None:
    one, other = agent(api_key="${KEY}"), {"id": "b", "backend": {"type": "gemini"}}
    config = build({"agents": [one, other]}, {})
    told = [agent.problem for agent in config.agents]
    assert told[0] is not None
    assert told[0].message == "unset: KEY (agents[0].backend.api_key)"
    assert told[0].hint.startswith("set it in the environment or in .env, or ")
    assert told[1] is not None
    assert "backend type `gemini` (agents[1].backend.type) is not spoken here" in told[1].message


def test_what_is_merged_into_a_server_and_is_none_is_a_problem(tmp_path: Path) -> None:
    for section in ("servers: [{<<: 3}]", "gpus: [{<<: [1]}]", "ui: {<<: x}"):
        text = f"agents: [{{id: a, backend: {{type: vllm, model: m}}}}]\n{section}"
        assert "`<<` merges mappings" in [
            problem.message for problem in problems_of(tmp_path, text)
        ]


def test_a_file_that_is_nested_deeper_than_the_stack_is_read(tmp_path: Path) -> None:
    deep = "[" * 150 + "]" * 150
    ignored = f"x-deep: {deep}\nagents: [{{id: a, backend: {{type: vllm, modle: m}}}}]"
    assert [problem.key for problem in problems_of(tmp_path, ignored)] == [
        "agents[0].backend.modle"
    ]


def test_no_yaml_is_needed_to_build() -> None:
    script = "import sys; import massgen_tui.config.build; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


@given(st.text(alphabet="${}A_:-a1") | st.text())
def test_a_literal_text_is_given_back_whatever_it_holds(text: str) -> None:
    assert substitute(literal(text), {"A": "filled"}) == (text, [])
