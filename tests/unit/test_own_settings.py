"""The user's own settings: what is read of the file, what is told of it, and who wins."""

import json
import os
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from massgen_tui.config.json_schema import settings_schema
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config, UiConfig
from massgen_tui.config.own_settings import Own, read_own, with_own
from massgen_tui.store.head import head_of
from tests.support.fakes import config_of

ALL = """\
keymap: {rerun: ctrl+e, pane.1: 7}
theme: nord
layout: columns
bell: true
terminal_title: false
notify: osc777
timeout: {connect: 2, total: null, idle: 60}
"""
CONFIG = """\
agents:
  - id: a
    backend: {type: vllm, model: m, timeout: {idle: 5}}
  - id: b
    backend: {type: vllm, model: m, timeout: 9}
ui: {theme: dracula, keymap: {zoom: f6}}
"""


def own(tmp_path: Path, text: str | bytes) -> Own:
    """Read settings of this text."""
    file = tmp_path / "settings.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_own(file, {"PATH": "x"})


def test_all_that_may_stand_there_is_read(tmp_path: Path) -> None:
    read = own(tmp_path, ALL)
    assert read.warnings == ()
    assert read.settings.keymap == {"rerun": "ctrl+e", "pane.1": "7"}
    assert (read.settings.theme, read.settings.layout) == ("nord", "columns")
    assert (read.settings.bell, read.settings.terminal_title) == (True, False)
    assert read.settings.timeout.model_fields_set == {"connect", "total", "idle"}
    assert read.places["keymap.pane.1"] == f"{tmp_path}/settings.yaml:1:25"
    assert read.places["timeout.idle"] == f"{tmp_path}/settings.yaml:7:36"


@pytest.mark.parametrize("text", ["", "# nothing\n", "theme:\n", "{}", "keymap: {}\n"])
def test_nothing_may_stand_there(tmp_path: Path, text: str) -> None:
    read = own(tmp_path, text)
    assert read.warnings == ()
    assert with_own(config_of("a"), read).ui == config_of("a").ui


def test_a_file_that_is_missing_says_nothing(tmp_path: Path) -> None:
    assert read_own(tmp_path / "no" / "settings.yaml") == Own()


BROKEN: list[tuple[str | bytes, str]] = [
    ("theme: [", ":1:9: while parsing"),
    ("theme: nord\n\tlayout: grid", ":2:1: "),
    (b"theme: \xff", ":1:8: is not UTF-8"),
    ("- theme", ":1:1: should be a mapping (settings by name, as `theme: nord`)"),
    ("nord", ":1:1: should be a mapping"),
    ("bell: true\nthem: nord", ":2:1: them: `them` is not known (did you mean `theme`?"),
    ("layout: rows", ":1:9: layout: should be 'grid' or 'columns'"),
    ("theme: nord\nbell: loud", ":2:7: bell: should be a valid boolean"),
    ("timeout: {conect: 1}", ":1:19: timeout.conect: is not known (did you mean `connect`?"),
    ("timeout: {idle: 0}", ":1:17: timeout.idle: should be greater than 0"),
    ("timeout: soon", ":1:10: timeout: should be"),
    ("keymap: [rerun]", ":1:9: keymap: should be a mapping"),
    ("keymap: {rerun: [a]}", ":1:17: keymap.rerun: should be a text"),
    ("theme: nord\ntheme: dracula", ":2:1: theme: is written twice"),
    ("theme: ${NO_SUCH}", "unset: NO_SUCH (settings.yaml:1:8)"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=[str(text) for text, _ in BROKEN])
def test_what_is_wrong_is_told_with_line_and_column(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    read = own(tmp_path, text)
    assert len(read.warnings) >= 1
    assert told in read.warnings[0]
    assert with_own(config_of("a"), read).warnings == read.warnings


def test_what_is_wrong_costs_no_other_setting(tmp_path: Path) -> None:
    read = own(
        tmp_path, "theme: nord\nbell: loud\nkeymap: {rerun: [a], zoom: f6}\ntimeout: {idle: 5}"
    )
    assert len(read.warnings) == 2
    assert read.settings.theme == "nord"
    assert read.settings.bell is None
    assert read.settings.keymap == {"zoom": "f6"}
    assert read.settings.timeout.idle == 5


@pytest.mark.parametrize("text", ["timeout: 30", "timeout: {total: 30}"])
def test_a_number_is_the_whole_time_as_in_a_config(tmp_path: Path, text: str) -> None:
    assert own(tmp_path, text).settings.timeout.total == 30


def test_a_directory_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").mkdir()
    assert "cannot be read" in read_own(tmp_path / "settings.yaml").warnings[0]


def test_a_pipe_in_its_place_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.yaml")
    assert "is no file: defaults are used" in read_own(tmp_path / "settings.yaml").warnings[0]


def test_a_config_wins_value_by_value(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(CONFIG)
    config = with_own(load_config(path, {}), own(tmp_path, ALL))
    first, second = (agent.settings.timeout for agent in config.agents)
    assert (first.connect, first.idle, first.total, first.first_token) == (2, 5, None, 600)
    assert (second.connect, second.idle, second.total) == (2, 60, 9)
    assert config.ui.theme == "dracula"
    assert config.ui.layout == "columns"
    assert config.ui.keymap == {"zoom": "f6", "rerun": "ctrl+e", "pane.1": "7"}
    assert list(config.own_places) == [
        *("ui.bell", "ui.layout", "ui.notify", "ui.terminal_title"),
        *("ui.keymap.rerun", "ui.keymap.pane.1"),
    ]


def test_a_session_keeps_what_its_config_says_and_no_looks_of_the_user(tmp_path: Path) -> None:
    plain = Config(agents=(), ui=UiConfig(logging_enabled=False))
    config = with_own(plain, own(tmp_path, ALL))
    assert config.ui.theme == "nord"
    assert head_of(config, {}, 0.25).ui == {"logging_enabled": False}


def test_its_schema_takes_it_and_refuses_what_is_wrong() -> None:
    schema = json.loads(json.dumps(settings_schema()))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(yaml.safe_load(ALL))
    validator.validate(yaml.safe_load("timeout: 30\ntheme:\nkeymap:\n"))
    for text in ("them: nord", "layout: rows", "timeout: {conect: 1}", "keymap: {rerun: [a]}"):
        assert list(validator.iter_errors(yaml.safe_load(text))), text
