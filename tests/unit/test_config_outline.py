"""The outline of a config: it agrees with the loader, or there is none."""

from pathlib import Path

import pytest

from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.outline import AgentOutline, Outline, outline_of

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def outline(tmp_path: Path, text: str) -> Outline | None:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    return outline_of(path)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_agrees_with_the_loader(path: Path) -> None:
    config, found = load_config(path, {}), outline_of(path)
    assert found is not None
    assert [agent.id for agent in found.agents] == [agent.id for agent in config.agents]
    assert (found.theme, found.monitor) == (config.ui.theme, config.monitor)
    for agent, whole in zip(found.agents, config.agents, strict=True):
        assert agent.model in ("", whole.settings.model)


def test_anchors_one_agent_theme_and_no_monitor_are_seen(tmp_path: Path) -> None:
    found = outline(
        tmp_path,
        "x-base: &base {type: vllm, model: big}\n"
        "agent:\n  id: 7\n  backend: {<<: *base, temperature: 0}\n"
        "ui: {theme: nord}\nmonitor: false\n",
    )
    assert found is not None
    assert found.agents == (AgentOutline("7", "big"),)
    assert (found.theme, found.monitor) == ("nord", False)


def test_what_only_the_loader_knows_is_left_out_and_nothing_acts_on_the_terminal(
    tmp_path: Path,
) -> None:
    found = outline(
        tmp_path,
        'agents:\n- {id: "a\\e[31mb", backend: {model: "${MODEL}"}}\n- {id: c, backend: {}}\n',
    )
    assert found is not None
    assert found.agents == (AgentOutline("a[31mb", ""), AgentOutline("c", ""))


@pytest.mark.parametrize(
    "text",
    [
        "agents: []",
        "agents: {id: a}",
        "agents: [a]",
        "agents: [{id: a}]",
        "agents: [{backend: {model: m}}]",
        "agents: [{id: a, backend: {}}]\nagent: {id: b, backend: {}}",
        "ui: {theme: nord}",
        "agents: [{id: a, backend: {<<: 3}}]",
    ],
)
def test_a_file_of_another_shape_has_none(tmp_path: Path, text: str) -> None:
    assert outline(tmp_path, text) is None


@pytest.mark.parametrize("text", ["", "agents: [", "- a"])
def test_what_is_no_config_at_all_is_told_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        outline(tmp_path, text)
