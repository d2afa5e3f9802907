"""Configs as people write them, read into agents."""

import os
from pathlib import Path

import pytest

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.request import build_request
from massgen_tui.config.loader import load_config
from tests.support.configs import agent_with, loaded, warnings_with, written

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def test_the_guides_two_agents_are_read_as_their_users_know_them() -> None:
    config = load_config(CONFIGS / "two_qwen_vllm_sglang.yaml", {})
    first, second = config.agents
    assert (config.name, config.warnings) == ("two_qwen_vllm_sglang", ())
    assert [agent.id for agent in config.agents] == ["qwen1", "qwen2"]
    assert first.endpoint.type == "vllm"
    assert first.endpoint.base_url == "http://localhost:8000/v1"
    assert first.settings.parameters == {
        "chat_template_kwargs": {"enable_thinking": True},
        "top_k": 50,
    }
    assert second.endpoint.type == "sglang"
    assert second.endpoint.base_url == "http://localhost:30000/v1"
    assert second.settings.extra_body == {"chat_template_kwargs": {"enable_thinking": True}}
    assert {agent.settings.model for agent in config.agents} == {"Qwen/Qwen3-4B"}
    assert all(agent.problem is None for agent in config.agents)
    assert config.ui.display_type == "rich_terminal"


def test_the_guides_three_agents_work_without_the_keys_of_two_of_them() -> None:
    config = load_config(CONFIGS / "three_agents_vllm.yaml", {})
    oss, qwen, glm = config.agents
    assert oss.problem is not None
    assert "CEREBRAS_API_KEY" in oss.problem.hint
    assert qwen.problem is None
    assert glm.problem is not None
    assert "ZAI_API_KEY" in glm.problem.hint
    assert glm.endpoint.base_url == "https://api.z.ai/api/paas/v4"


def test_the_guides_three_agents_take_their_keys_from_the_environment() -> None:
    environ = {"CEREBRAS_API_KEY": "c", "ZAI_API_KEY": "z", "OPENAI_API_KEY": "o"}
    oss, qwen, glm = load_config(CONFIGS / "three_agents_vllm.yaml", environ).agents
    keys = [agent.endpoint.api_key for agent in (oss, qwen, glm)]
    assert [key.get_secret_value() if key else None for key in keys] == ["c", None, "z"]
    assert oss.endpoint.key_source == "CEREBRAS_API_KEY"


def test_the_config_of_every_option_is_read_without_a_warning() -> None:
    config = load_config(CONFIGS / "all_options.yaml", {})
    assert config.warnings == ()
    assert config.agents[0].settings.timeout.total is None
    assert config.agents[1].settings.timeout.total == 120
    assert config.servers[1].type == "sglang"
    assert config.gpus[0].label == "rack 3"


@pytest.mark.parametrize(("kind", "port"), [("vllm", 8000), ("sglang", 30000)])
def test_an_address_may_be_left_out(tmp_path: Path, kind: str, port: int) -> None:
    agent = agent_with(tmp_path, f"type: {kind}, model: m")
    assert agent.endpoint.base_url == f"http://localhost:{port}/v1"


def test_one_agent_may_stand_alone(tmp_path: Path) -> None:
    config = loaded(tmp_path, "agent: {id: solo, backend: {type: vllm, model: m}}")
    assert [agent.id for agent in config.agents] == ["solo"]


def test_system_messages_are_joined(tmp_path: Path) -> None:
    text = """
        agents:
          - id: a
            system_message: |
              Be brief.
            append_system_prompt: Be kind.
            backend: {type: vllm, model: m}
    """
    assert loaded(tmp_path, text).agents[0].settings.system_message == "Be brief.\n\nBe kind."


def test_names_that_look_like_numbers_and_dates_are_taken_as_written(tmp_path: Path) -> None:
    text = "agents: [{id: 007, backend: {type: vllm, model: 4.50}}, " + (
        "{id: 2026-01-02, backend: {type: vLLM, model: m}}]"
    )
    first, second = loaded(tmp_path, text).agents
    assert (first.id, first.settings.model) == ("007", "4.50")
    assert (second.id, second.endpoint.type) == ("2026-01-02", "vllm")


def test_numbers_are_numbers_also_as_text_and_with_an_exponent(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, 'type: vllm, model: m, top_k: "50", temperature: 1e-1, min_p: "${P:-0.1}"'
    )
    assert agent.settings.parameters == {"top_k": 50, "temperature": 0.1, "min_p": 0.1}


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    text = """
        x-server: &server {type: vllm, model: small, top_k: 5}
        agents:
          - id: a
            backend: *server
          - id: b
            backend: {<<: *server, model: large}
    """
    first, second = loaded(tmp_path, text).agents
    assert (first.settings.model, second.settings.model) == ("small", "large")
    assert second.settings.parameters == {"top_k": 5}


def test_a_number_is_the_total_time(tmp_path: Path) -> None:
    timeout = agent_with(tmp_path, "type: vllm, model: m, timeout: 30").settings.timeout
    assert (timeout.total, timeout.connect, timeout.idle) == (30, 5, 300)


def test_null_is_no_limit_for_a_time_and_unset_elsewhere(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, "type: vllm, model: m, timeout: {idle: null}, retries: null, top_k: null"
    )
    assert agent.settings.timeout.idle is None
    assert agent.settings.retries == 2


def test_massgens_keys_are_one_warning(tmp_path: Path) -> None:
    text = """
        agents:
          - id: a
            voting_sensitivity: strict
            backend: {type: vllm, model: m, cwd: w, mcp_servers: [{name: x}]}
          - id: b
            backend: {type: sglang, model: m, cwd: w}
        orchestrator: {snapshot_storage: s, coordination: {enable_planning_mode: true}}
        timeout_settings: {round_timeout_grace_seconds: 1}
        ui: {display_type: simple, use_orchestrator_for_single_agent: true}
    """
    (warning,) = loaded(tmp_path, text).warnings
    for key in (
        "backend.cwd",
        "backend.mcp_servers",
        "orchestrator.snapshot_storage",
        "orchestrator.coordination.enable_planning_mode",
        "timeout_settings.round_timeout_grace_seconds",
    ):
        assert key in warning
    assert warning.count("cwd") == 1


def test_nothing_is_substituted_or_complained_of_in_what_is_ignored(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: m, cwd: '${NOPE}', "
        "mcp_servers: !!python/object:os.system {a: 1, a: 2}}}]",
    )
    assert config.agents[0].problem is None


@pytest.mark.parametrize(
    "kind", ["gemini", "claude", "claude_code", "ag2", "codex", "azure_openai", "copilot"]
)
def test_a_type_that_is_not_spoken_is_the_problem_of_its_agent(tmp_path: Path, kind: str) -> None:
    config = loaded(
        tmp_path,
        f"agents: [{{id: a, backend: {{type: {kind}, model: m, whatever: 1}}}}, "
        "{id: b, backend: {type: vllm, model: m}}]",
    )
    first, second = config.agents
    assert first.problem is not None
    assert kind in first.problem.message
    assert second.problem is None


def test_a_misspelt_type_names_the_nearest(tmp_path: Path) -> None:
    problem = agent_with(tmp_path, "type: sglnag, model: m").problem
    assert problem is not None
    assert "`sglang`" in problem.hint
    assert "agents.yaml:1" in problem.message


def test_an_unset_variable_costs_its_agent_only(tmp_path: Path) -> None:
    text = """
        agents:
          - id: a
            system_message: "${GREETING} to you"
            backend: {type: vllm, model: m, base_url: "http://${HOST_OF_A}:1/v1"}
          - id: b
            backend: {type: vllm, model: "${MODEL:-fallback}", base_url: "http://${HERE}/v1"}
    """
    first, second = loaded(tmp_path, text, {"HERE": "box:9", "GREETING": ""}).agents
    assert first.problem is not None
    assert "GREETING (agents.yaml:4:21)" in first.problem.message
    assert "HOST_OF_A (agents.yaml:5:47)" in first.problem.message
    assert second.problem is None
    assert second.settings.model == "fallback"
    assert second.endpoint.base_url == "http://box:9/v1"


def test_a_variable_may_be_escaped(tmp_path: Path) -> None:
    text = "agents: [{id: a, system_message: 'echo $${HOME}', backend: {type: vllm, model: m}}]"
    assert loaded(tmp_path, text).agents[0].settings.system_message == "echo ${HOME}"


def test_an_address_from_a_variable_that_is_none_costs_its_agent_only(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, "type: vllm, model: m, base_url: '${URL}'", {"URL": "ftp://u:hidden@h"}
    )
    assert agent.problem is not None
    assert "hidden" not in f"{agent!r}"


def test_dotenv_is_read_beside_the_config_and_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=beside\nB=beside\nEMPTY_ONE=\n", encoding="utf-8")
    (tmp_path / "cwd" / ".env").write_text("B=cwd\nC='c wd'\nEMPTY_ONE=cwd\n", encoding="utf-8")
    text = "agents: [{id: a, system_message: '${A} ${B} ${C} ${D} ${EMPTY_ONE}', " + (
        "backend: {type: vllm, model: m}}]"
    )
    config = loaded(tmp_path, text, {"A": "real", "B": "", "D": "real"})
    assert config.agents[0].settings.system_message == "real beside c wd real cwd"


def test_a_line_of_dotenv_that_is_none_is_a_warning_without_its_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GOOD=1\nthis is secret = = \n", encoding="utf-8")
    config = loaded(tmp_path, "agents: [{id: a, backend: {type: vllm, model: '${GOOD}'}}]")
    assert config.agents[0].settings.model == "1"
    (warning,) = config.warnings
    assert ".env:2" in warning
    assert "secret" not in warning


def test_dotenv_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"KEY=\xff\xfe\n")
    config = loaded(tmp_path, "agents: [{id: a, backend: {type: vllm, model: m}}]")
    assert any(".env" in warning for warning in config.warnings)


def test_without_an_environment_the_process_s_own_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASSGEN_TUI_TEST_MODEL", "mine")
    path = written(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: '${MASSGEN_TUI_TEST_MODEL}'}}]",
    )
    before = dict(os.environ)
    assert load_config(path).agents[0].settings.model == "mine"
    assert dict(os.environ) == before


def test_monitor_and_ui_are_read(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: m}}]\nmonitor: off\n"
        "ui: {type: textual_terminal, theme: nord, bell: on, keymap: {rerun: ctrl+e},"
        " logging_enabled: false}",
    )
    assert config.monitor is False
    assert (config.ui.display_type, config.ui.theme) == ("textual_terminal", "nord")
    assert (config.ui.bell, config.ui.logging_enabled) == (True, False)
    assert config.ui.keymap == {"rerun": "ctrl+e"}


def test_a_display_type_that_nobody_knows_is_a_warning(tmp_path: Path) -> None:
    text = "agents: [{id: a, backend: {type: vllm, model: m}}]\nui: {display_type: hologram}"
    (warning,) = loaded(tmp_path, text).warnings
    assert "hologram" in warning


def test_servers_that_no_agent_uses(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: m}}]\n"
        "servers: ['gpu-box:8001', {base_url: 'http://h:30001', type: sglang, api_key: k},"
        " {base_url: 'http://${UNSET_HOST}'}]",
    )
    first, second = config.servers
    assert first.base_url == "http://gpu-box:8001/v1"
    assert second.api_key is not None
    assert second.api_key.get_secret_value() == "k"
    assert any("UNSET_HOST" in warning for warning in config.warnings)


@pytest.mark.parametrize("backend", ["type: vllm, model: m, new_sampler: 3"])
def test_an_unknown_key_is_sent_to_open_servers_with_one_warning(
    tmp_path: Path, backend: str
) -> None:
    assert agent_with(tmp_path, backend).settings.parameters == {"new_sampler": 3}
    (warning,) = warnings_with(tmp_path, backend)
    assert "a: " in warning
    assert "new_sampler" in warning


@pytest.mark.parametrize(
    ("stop", "kept"),
    [("''", None), ("['']", None), ("['', 'END']", ["END"]), ("['END', 'x']", ["END", "x"])],
)
@pytest.mark.parametrize("kind", ["vllm", "sglang", "llamacpp"])
def test_an_empty_stop_text_is_left_out(
    tmp_path: Path, kind: str, stop: str, kept: list[str] | None
) -> None:
    backend = f"type: {kind}, model: m, stop: {stop}"
    agent, warned = agent_with(tmp_path, backend), warnings_with(tmp_path, backend)
    body = build_request(agent, Call((Message("user", "hi"),))).body
    assert body.get("stop") == kept
    assert bool(warned) == ("''" in stop)


@pytest.mark.parametrize(
    ("kind", "seed", "told"),
    [
        ("llamacpp", 7, ""),
        ("llamacpp", 4294967303, "takes 4294967303 for 7"),
        ("llamacpp", 4294967295, "is no seed"),
        ("llamacpp", -1, ""),
        ("llamacpp", -2, "takes -2 for 4294967294"),
        ("vllm", 4294967303, ""),
        ("sglang", 4294967295, ""),
    ],
)
def test_a_seed_that_is_not_the_one_that_counts_is_told(
    tmp_path: Path, kind: str, seed: int, told: str
) -> None:
    warned = " ".join(warnings_with(tmp_path, f"type: {kind}, model: m, seed: {seed}"))
    assert told in warned
    assert bool(told) == bool(warned)


@pytest.mark.parametrize(
    ("kind", "thinking", "effort", "told"),
    [
        ("groq", "false", "low", True),
        ("ollama", "false", "high", True),
        ("openai", "false", "none", False),
        ("groq", "true", "low", False),
        ("zai", "false", "low", False),
    ],
)
def test_an_effort_that_a_switch_overrules_is_told(
    tmp_path: Path, kind: str, thinking: str, effort: str, told: bool
) -> None:
    backend = f"type: {kind}, model: m, enable_thinking: {thinking}, reasoning_effort: {effort}"
    warned = " ".join(warnings_with(tmp_path, backend))
    assert ("enable_thinking overrules it, none is sent" in warned) == told


def test_an_unset_variable_costs_its_agent_also_where_a_number_stands(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, "type: vllm, model: m, retries: '${R}', temperature: '${T}', timeout: '${S}'"
    )
    assert agent.problem is not None
    assert all(f"{name} (agents.yaml:1:" in agent.problem.message for name in "RTS")


def test_an_unset_variable_outside_agents_costs_its_section(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: m}}]\n"
        "ui: {bell: '${BELL}', theme: nord}\nmonitor: '${MONITOR:-off}'\ngpus: [{dcgm: '${U}'}]",
    )
    assert (config.ui.bell, config.ui.theme, config.monitor) == (False, "nord", False)
    assert config.gpus == ()
    assert len(config.warnings) == 2


def test_a_rate_limit_file_of_massgen_is_read_and_holds_no_agents(tmp_path: Path) -> None:
    config = loaded(tmp_path, "gemini: {gemini-2.5-pro: {rpm: 2}}")
    assert config.agents == ()
    assert len(config.warnings) >= 1


def test_loading_changes_nothing_it_was_given(tmp_path: Path) -> None:
    environ = {"VLLM_API_KEY": "k"}
    agent_with(tmp_path, "type: vllm, model: m", environ)
    assert environ == {"VLLM_API_KEY": "k"}


@pytest.mark.parametrize(
    ("written_as", "value", "said"),
    [
        ("010", 8, "octal"),
        ("-0_17", -15, "octal"),
        ("12:30", 750, "sixties"),
        ("1:02:03", 3723, "sixties"),
        ("1:30.5", 90.5, "sixties"),
    ],
)
def test_a_number_that_few_mean_as_yaml_1_1_reads_it_is_told(
    tmp_path: Path, written_as: str, value: float, said: str
) -> None:
    text = (
        f"agents:\n- id: a\n  backend: {{type: vllm, model: m, extra_body: {{n: {written_as}}}}}\n"
    )
    path = tmp_path / "old.yaml"
    path.write_text(text)
    config = load_config(path, {})
    assert config.agents[0].settings.extra_body["n"] == value
    (warning,) = config.warnings
    assert "old.yaml:3:" in warning
    assert f"`{written_as}` " in warning
    assert said in warning
    assert f"read as {value}" in warning


@pytest.mark.parametrize("plain", ["0", "10", "0.5", "-3", "1e-3", "0x1F", "1_000", '"010"', "00"])
def test_a_number_that_is_what_it_looks_like_needs_no_word(tmp_path: Path, plain: str) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text(
        f"agents:\n- id: a\n  backend: {{type: vllm, model: m, extra_body: {{n: {plain}}}}}\n"
    )
    assert load_config(path, {}).warnings == ()
