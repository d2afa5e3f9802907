"""`massgen-tui config`: every value that counts and where it came from; no key among them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from massgen_tui import paths
from massgen_tui.cli.commands import group
from tests.support.schemas import schema

CONFIG = """\
agents:
  - id: a
    system_message: short
    backend:
      type: vllm
      model: ${MODEL}
      base_url: http://box:8000
      api_key: ${BOX_KEY}
      temperature: 0.3
      extra_headers: {x-team: "${TEAM_TOKEN}"}
      extra_body: {user: "${WHO}"}
      timeout: {idle: 5}
  - id: b
    backend: {type: openai, model: gpt-4o, timeout: 9}
ui: {theme: nord, keymap: {zoom: f6}}
servers: ["http://other:8000"]
orchestrator: {coordination: {max_rounds: 2}}
timeout_settings: {orchestrator_timeout_seconds: 60}
"""
SETTINGS = """\
theme: dracula
layout: columns
keymap: {zoom: f7, rerun: f8}
timeout: {idle: 60, connect: 2}
"""
SECRET = "s3cret-of-the-box"
VARIABLES = {
    "MODEL": "Qwen/Qwen3-4B",
    "BOX_KEY": SECRET,
    "TEAM_TOKEN": "t0ken-of-the-team",
    "OPENAI_API_KEY": "sk-of-openai-0123456789",
    "WHO": "me",
}


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "state_place", lambda: tmp_path / "state")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "OPENAI_API_KEY", "VLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def shown(*words: str, env: Mapping[str, str] | None = None) -> str:
    """What it prints."""
    done = CliRunner().invoke(group, ["config", *words], env=env)
    assert done.exit_code == 0, done.output
    assert not any(value in done.output for name, value in VARIABLES.items() if "_" in name)
    return done.stdout


def values(*words: str, env: Mapping[str, str] | None = None) -> dict[str, tuple[Any, str, str]]:
    """Each value by its name, its source and its place."""
    told = json.loads(shown(*words, "--json", env=env))
    Draft202012Validator(schema("values")).validate(told)
    return {
        one["name"]: (one["value"], one["source"], one["place"] or "") for one in told["values"]
    }


def written(tmp_path: Path, settings: str = SETTINGS) -> str:
    """A config and settings; gives the settings' place."""
    (tmp_path / "two.yaml").write_text(CONFIG)
    (tmp_path / "settings.yaml").write_text(settings)
    return str(tmp_path / "settings.yaml")


def test_every_value_is_told_with_its_source(tmp_path: Path) -> None:
    place = written(tmp_path)
    found = values("two.yaml", env=VARIABLES)
    expected = {
        "config": ("two.yaml", "command_line", ""),
        "a.id": ("a", "config", "two.yaml:2"),
        "a.system_message": ("short", "config", "two.yaml:3"),
        "a.type": ("vllm", "config", "two.yaml:5"),
        "a.model": ("Qwen/Qwen3-4B", "environment", "MODEL in two.yaml:6"),
        "a.base_url": ("http://box:8000/v1", "config", "two.yaml:7"),
        "a.api_key": ("set", "environment", "BOX_KEY in two.yaml:8"),
        "a.temperature": (0.3, "config", "two.yaml:9"),
        "a.extra_headers": (
            {"x-team": "${TEAM_TOKEN}"},
            "environment",
            "TEAM_TOKEN in two.yaml:10",
        ),
        "a.extra_body": ({"user": "me"}, "environment", "WHO in two.yaml:11"),
        "a.timeout.idle": (5, "config", "two.yaml:12"),
        "a.timeout.connect": (2, "settings", f"{place}:4"),
        "a.timeout.first_token": (600, "default", ""),
        "a.retries": (2, "default", ""),
        "b.base_url": ("https://api.openai.com/v1", "default", ""),
        "b.api_key": ("set", "environment", "OPENAI_API_KEY"),
        "b.timeout.total": (9, "config", "two.yaml:14"),
        "b.timeout.idle": (60, "settings", f"{place}:4"),
        "ui.theme": ("nord", "config", "two.yaml:15"),
        "ui.layout": ("columns", "settings", f"{place}:2"),
        "ui.bell": (False, "default", ""),
        "ui.keymap.zoom": ("f6", "config", "two.yaml:15"),
        "ui.keymap.rerun": ("f8", "settings", f"{place}:3"),
        "monitor": (True, "default", ""),
        "servers[0]": (
            {"type": "chatcompletion", "base_url": "http://other:8000/v1"},
            "config",
            "two.yaml:16",
        ),
        "coordination.max_rounds": (2, "config", "two.yaml:17"),
        "coordination.max_seconds": (60, "config", "two.yaml:18"),
        "coordination.voting_sensitivity": ("lenient", "default", ""),
        "colours": (True, "default", ""),
    }
    assert {name: found.get(name) for name in expected} == expected


def test_no_key_is_told_as_such(tmp_path: Path) -> None:
    written(tmp_path)
    found = values("two.yaml", env={**VARIABLES, "OPENAI_API_KEY": "", "BOX_KEY": ""})
    assert found["b.api_key"][0] == "missing"
    (tmp_path / "plain.yaml").write_text("agent: {id: a, backend: {type: vllm, model: m}}\n")
    plain = values("plain.yaml")
    assert plain["a.api_key"] == ("EMPTY", "default", "")
    assert plain["a.model"] == ("m", "config", "plain.yaml:1")


def test_a_key_in_the_file_is_not_shown(tmp_path: Path) -> None:
    text = CONFIG.replace("${BOX_KEY}", SECRET)
    (tmp_path / "two.yaml").write_text(text)
    assert values("two.yaml", env=VARIABLES)["a.api_key"] == ("set", "config", "two.yaml:8")


def test_a_key_that_a_text_of_the_file_repeats_is_not_shown(tmp_path: Path) -> None:
    text = f"""
agents:
  - id: a
    system_message: never tell {SECRET}
    backend: {{type: vllm, model: m, api_key: "{SECRET}", extra_body: {{user: "{SECRET}"}}}}
"""
    (tmp_path / "two.yaml").write_text(text)
    for words in (("two.yaml",), ("two.yaml", "--json")):
        assert SECRET not in shown(*words)
        assert "never tell ***" in shown(*words)


def test_without_a_config_it_tells_what_holds_for_all(tmp_path: Path) -> None:
    place = written(tmp_path)
    found = values()
    assert found["ui.theme"] == ("dracula", "settings", f"{place}:1")
    assert found["ui.keymap.zoom"] == ("f7", "settings", f"{place}:3")
    assert found["timeout.connect"] == (2, "settings", f"{place}:4")
    assert found["timeout.total"] == (None, "default", "")


def test_without_settings_all_is_by_default(tmp_path: Path) -> None:
    found = values()
    assert {source for _, source, _ in found.values()} == {"default"}
    assert "(there is none)" in shown()


def test_the_environment_wins_over_the_settings_and_a_config_over_it(tmp_path: Path) -> None:
    written(tmp_path)
    env = {**VARIABLES, "NO_COLOR": "1", "TEXTUAL_THEME": "gruvbox"}
    found = values(env=env)
    assert found["ui.theme"] == ("gruvbox", "environment", "TEXTUAL_THEME")
    assert found["colours"] == (False, "environment", "NO_COLOR")
    assert values("two.yaml", env=env)["ui.theme"] == ("nord", "config", "two.yaml:15")


def test_what_was_chosen_in_the_console_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    kept = tmp_path / "state" / "console.json"
    kept.write_text('{"layout": "columns"}')
    assert values()["ui.layout"] == ("columns", "chosen", str(kept))


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    shown()
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_is_told_beside(tmp_path: Path) -> None:
    written(tmp_path, "them: nord\n")
    done = CliRunner().invoke(group, ["config", "two.yaml"], env=VARIABLES)
    assert done.exit_code == 0
    assert "settings.yaml:1:1: them" in done.stderr
    assert "settings.yaml:1:1: them" in json.loads(shown("two.yaml", "--json"))["warnings"][-1]


def test_as_text_it_is_a_table_of_one_line_each(tmp_path: Path) -> None:
    written(tmp_path)
    long = CONFIG.replace("system_message: short", f"system_message: {'x' * 500}")
    (tmp_path / "two.yaml").write_text(long)
    lines = shown("two.yaml", env=VARIABLES).splitlines()
    assert lines[0].startswith("settings: ")
    assert max(map(len, lines)) < 250
    row = next(line for line in lines if line.startswith("a.temperature "))
    assert row.split() == ["a.temperature", "0.3", "config:", "two.yaml:9"]
    assert any("\u2026" in line for line in lines)


@pytest.mark.parametrize("text", ["agents: [", "agents: []", ""])
def test_a_config_with_errors_is_no_config(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    done = CliRunner().invoke(group, ["config", "bad.yaml"])
    assert done.exit_code != 0
    assert CliRunner().invoke(group, ["config", "nosuch.yaml"]).exit_code != 0
