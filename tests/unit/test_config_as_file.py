"""A config written as a new file: it opens as the same agents, and no key is in it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.config.as_file import AsFile, NothingToWrite, as_file
from massgen_tui.config.build import build
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.config.serialise import kept_values
from massgen_tui.config.yaml_text import typed
from tests.support.configs import written
from tests.unit.test_config_form import BACKENDS, PLACE, VARIABLES

KEY = "sk-planted-0123456789"
WHOLE = """
agents:
  - id: one
    system_message: |
      Be ${WHO}.
       Indented: "so", and # no comment.

      $${NOT_A_VARIABLE}
    voting_sensitivity: strict
    backend: {type: vllm, model: org/m, temperature: 0.3, stop: ["1e-3", "on"], seed: 7,
              api_key: "${MY_KEY}", timeout: {idle: 4}, extra_body: {a: {b: [1, {c: null}]}},
              extra_headers: {x-plain: yes it is, x-own: "a-${HF_TOKEN}"}}
  - id: two
    backend: {type: openai, model: gpt, reasoning_effort: low}
  - {id: "3 &*", backend: {type: chatcompletion, model: m, base_url: "https://far.example/v1/"}}
servers:
  - {base_url: "http://box:9", api_key: "${MY_KEY}"}
gpus:
  - {dcgm: "http://box:9400/metrics", label: box}
ui: {theme: nord, keymap: {rerun: ctrl+e}}
monitor: off
orchestrator:
  coordination: {max_rounds: 3}
  coordinate: true
  prompts: {vote_only: "Vote ${WHO}."}
timeout_settings: {orchestrator_timeout_seconds: 60}
"""
ALL = VARIABLES | {"MY_KEY": KEY, "OPENAI_API_KEY": KEY}


def again(folder: Path, told: AsFile, variables: dict[str, str]) -> Config:
    return load_config(written(folder, told.text, "again.yaml"), variables)


def same(one: Config, other: Config) -> None:
    """They say the same, but for the file and how keys of `orchestrator` were spelt."""
    update = {"path": None, "name": "", "warnings": ()}
    pair = []
    for config in (one, other):
        coordination = config.coordination.model_copy(update={"understood": ()})
        pair.append(config.model_copy(update=update | {"coordination": coordination}))
    assert pair[0] == pair[1]


def test_a_whole_config_comes_back(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, WHOLE), ALL)
    told = as_file(config)
    same(config, again(tmp_path, told, ALL))
    assert (told.variables, told.left_out) == ((), ())
    assert KEY not in told.text
    assert "hf-planted" not in told.text
    assert 'api_key: "${MY_KEY}"' in told.text
    # what is as by default is not written
    assert "retries" not in told.text
    assert "connect" not in told.text


@settings(deadline=None)
@given(BACKENDS.filter(lambda backend: "sk-" not in str(backend.get("api_key"))), st.text())
def test_any_agent_comes_back(backend: dict[str, object], system: str) -> None:
    system = "".join(one for one in system if one.isprintable() or one == "\n")
    entry = {"id": "a", "system_message": system, "backend": PLACE | backend}
    config = build({"agents": [entry]}, VARIABLES)
    assert build(typed(as_file(config).text), VARIABLES).agents == config.agents


def test_a_secret_that_stood_in_the_config_is_a_variable(tmp_path: Path) -> None:
    text = f"""
    agents:
      - id: my agent
        backend: {{type: vllm, model: m, base_url: "h:9", api_key: {KEY},
                  extra_headers: {{authorization: "Bearer {KEY}", x-api-key: "{KEY}"}},
                  extra_query: {{token: "{KEY}", api-version: "1"}}}}
    servers: [{{base_url: "h:8", api_key: {KEY}}}]
    """
    config = load_config(written(tmp_path, text), {})
    told = as_file(config)
    assert KEY not in told.text
    assert told.variables == (
        "MY_AGENT_API_KEY",
        "MY_AGENT_AUTHORIZATION",
        "MY_AGENT_X_API_KEY",
        "MY_AGENT_TOKEN",
        "SERVER_1_API_KEY",
    )
    unset = again(tmp_path, told, {}).agents[0].problem
    assert unset is not None
    assert "MY_AGENT_API_KEY (again.yaml:" in unset.message
    # the variable holds all that stood there
    values = dict.fromkeys(told.variables, KEY) | {"MY_AGENT_AUTHORIZATION": f"Bearer {KEY}"}
    opened = again(tmp_path, told, values).agents[0]
    assert opened.problem is None
    pairs = {one.pair for one in opened.endpoint.extra_headers}
    assert pairs == {("authorization", f"Bearer {KEY}"), ("x-api-key", KEY)}


def test_the_variable_of_a_secret_is_none_that_holds_another(tmp_path: Path) -> None:
    # its key would go to another server: OpenAI's to this one
    agents = "\n".join(
        f"  - {{id: {id}, backend: {{type: vllm, model: m, base_url: 'h:9', api_key: {key}}}}}"
        for id, key in [
            ("openai", KEY),
            ("vllm", KEY),
            ("my", KEY),
            ("two", "'${MY_API_KEY}'"),
            ("box", KEY),
            ("mine", KEY),
        ]
    )
    config = load_config(written(tmp_path, f"agents:\n{agents}"), {"MY_API_KEY": "k-123456"})
    told = as_file(config, known=["BOX_API_KEY", "BOX_API_KEY_2"])
    assert told.variables == (
        "OPENAI_API_KEY_2",
        "VLLM_API_KEY_2",
        "MY_API_KEY_2",
        "BOX_API_KEY_3",
        "MINE_API_KEY",
    )


def test_a_key_that_a_text_of_the_config_repeats_is_not_written(tmp_path: Path) -> None:
    text = f"""
    agents:
      - id: a
        system_message: "never tell {KEY}"
        backend: {{type: vllm, model: m, base_url: "h:9", api_key: {KEY}, stop: ["{KEY}"],
                  timeout: {{idle: 4}}, extra_body: {{user: {{api_key: "{KEY}", n: 1}}}}}}
      - id: b
        system_message: be ollama
        backend: {{type: ollama, model: ollama, api_key: ollama}}
    """
    config = load_config(written(tmp_path, text), {})
    told = as_file(config).text
    assert KEY not in told
    assert KEY not in repr([kept_values(agent) for agent in config.agents])
    assert "be ollama" in told, "no key, but a word"
    settings = again(tmp_path, as_file(config), {"A_API_KEY": KEY}).agents[0].settings
    assert settings.extra_body == {"user": {"api_key": "***", "n": 1}}
    assert settings.timeout.idle == 4


def test_what_is_not_known_whole_is_left_out_and_told(tmp_path: Path) -> None:
    text = """
    agents:
      - {id: a, backend: {type: vllm, model: "${NO_SUCH}", base_url: "h:9"}}
      - {id: b, backend: {type: vllm, model: m, base_url: "h:9"}}
      - {id: c, backend: {type: gemini, model: m}}
    """
    told = as_file(load_config(written(tmp_path, text), {}))
    assert told.left_out == ("a", "c")
    assert "# a is left out: it is not known whole" in told.text
    assert [agent.id for agent in again(tmp_path, told, {}).agents] == ["b"]
    alone = "agents: [{id: a, backend: {type: gemini, model: m}}]"
    with pytest.raises(NothingToWrite):
        as_file(load_config(written(tmp_path, alone), {}))


def test_the_users_own_settings_are_not_written(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, WHOLE), ALL)
    own = config.ui.model_copy(update={"bell": True})
    told = as_file(config.model_copy(update={"ui": own, "file_ui": config.ui}))
    assert "bell" not in told.text
    assert "theme: nord" in told.text
