"""How agents are to agree, read from where MassGen has it; other values open the file as well."""

from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from tests.support.configs import loaded

AGENTS = """
agents:
  - id: a
    backend: {type: vllm, model: m}
"""


def read(folder: Path, text: str) -> Config:
    return loaded(folder, AGENTS + text)


def test_nothing_said_is_off_with_our_limits(tmp_path: Path) -> None:
    coordination = read(tmp_path, "").coordination
    assert not coordination.coordinate
    assert (coordination.max_new_answers_per_agent, coordination.max_rounds) == (2, 4)
    assert (coordination.max_seconds, coordination.max_total_tokens) == (300, 20000)
    assert coordination.understood == ()


def test_massgens_keys_mean_what_they_mean_there(tmp_path: Path) -> None:
    text = """
orchestrator:
  snapshot_storage: snapshots
  voting_sensitivity: strict
  max_new_answers_per_agent: 3
  skip_final_presentation: true
  coordination:
    enable_planning_mode: true
    answer_novelty_requirement: balanced
timeout_settings:
  orchestrator_timeout_seconds: 1800
  initial_round_timeout_seconds: 60
"""
    config = read(tmp_path, text)
    coordination = config.coordination
    assert not coordination.coordinate
    assert coordination.voting_sensitivity == "strict"
    assert coordination.answer_novelty_requirement == "balanced"
    assert coordination.max_new_answers_per_agent == 3
    assert coordination.max_seconds == 1800
    assert coordination.initial_round_timeout_seconds == 60
    assert coordination.skip_final_presentation
    assert set(coordination.understood) == {
        "orchestrator.voting_sensitivity",
        "orchestrator.max_new_answers_per_agent",
        "orchestrator.skip_final_presentation",
        "orchestrator.coordination.answer_novelty_requirement",
        "timeout_settings.orchestrator_timeout_seconds",
        "timeout_settings.initial_round_timeout_seconds",
    }
    [ignored] = config.warnings
    assert "orchestrator.snapshot_storage" in ignored
    assert "orchestrator.coordination.enable_planning_mode" in ignored


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("orchestrator: {max_rounds: many}", "orchestrator.max_rounds should be a valid integer"),
        ("orchestrator: {max_rounds: 0}", "orchestrator.max_rounds should be greater than"),
        ("orchestrator: {voting_sensitivity: mild}", "is none of lenient, balanced, strict"),
        (
            "orchestrator: {coordination: {max_orchestration_restarts: 2}}",
            "orchestrator.coordination.max_orchestration_restarts: an answer is not judged",
        ),
        ("orchestrator: {prompts: {vote: x}}", "has no text called vote"),
        ("orchestrator: {max_seconds: '${NOT_SET_HERE}'}", "left out of orchestrator.max_seconds"),
        ("timeout_settings: {orchestrator_timeout_seconds: -1}", "should be greater than 0"),
    ],
)
def test_what_cannot_be_used_is_told_and_left_out(tmp_path: Path, text: str, warned: str) -> None:
    config = read(tmp_path, text)
    assert any(warned in warning for warning in config.warnings), config.warnings
    assert config.coordination.model_dump() == read(tmp_path, "").coordination.model_dump()


@pytest.mark.parametrize(
    "text",
    [
        "orchestrator:",
        "orchestrator: []",
        "orchestrator: text",
        "orchestrator: {coordination: 3, max_rounds: null}",
        "timeout_settings: 30",
    ],
)
def test_other_shapes_say_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).coordination == read(tmp_path, "").coordination


def test_an_agent_may_be_stricter_than_the_others(tmp_path: Path) -> None:
    text = """
agents:
  - id: a
    voting_sensitivity: strict
    backend: {type: vllm, model: m}
  - id: b
    backend: {type: vllm, model: m, voting_sensitivity: balanced}
  - id: c
    backend: {type: vllm, model: m}
"""
    config = loaded(tmp_path, text)
    assert [agent.voting_sensitivity for agent in config.agents] == ["strict", "balanced", ""]
    assert config.warnings == ()
