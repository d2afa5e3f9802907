"""The agents of a session written to a new config: by real keys."""

from pathlib import Path

import pytest
from textual.widgets import Input

from massgen_tui.config.loader import load_config
from massgen_tui.console.config_file import save_as
from massgen_tui.console.screens.file_name import FileNameScreen
from massgen_tui.console.screens.question import Question
from tests.console.test_parameters import fill
from tests.support.console import Stage, staged

KEY = "sk-planted-0123456789"
TEXT = f"""# my own words
agents:
  - id: a
    backend: {{type: vllm, model: m, base_url: "h:9", temperature: 0.3, api_key: "${{MY_KEY}}"}}
  - id: b
    backend: {{type: vllm, model: m, base_url: "h:9", api_key: {KEY}}}
ui: {{logging_enabled: false}}
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config that is opened, in a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", KEY)
    file = tmp_path / "two.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


async def save_changed(stage: Stage, *name: str) -> None:
    """Change a temperature, and have it written under a name."""
    await stage.press("ctrl+g", "1", "p")
    await fill(stage, "temperature", "0.9")
    await stage.press("f8")
    assert isinstance(stage.app.screen, FileNameScreen)
    if name:
        await stage.press("end", "ctrl+u", *name)


async def test_f8_writes_the_agents_as_they_are_to_a_new_config(path: Path) -> None:
    async with staged(load_config(path)) as stage:
        await save_changed(stage)
        asked = stage.app.screen.query_one(Input).value
        assert asked == str(path.with_name("two-2.yaml"))
        await stage.press("enter")
        assert "saved: " in stage.screen_text
        assert "B_API_KEY" in stage.screen_text
        assert stage.session.agent("a").config.settings.parameters == {"temperature": 0.9}
    made = path.with_name("two-2.yaml")
    assert KEY not in text_of(made)
    assert text_of(path) == TEXT
    again = load_config(made, {"MY_KEY": KEY, "B_API_KEY": KEY})
    assert [agent.settings.parameters for agent in again.agents] == [{"temperature": 0.9}, {}]
    assert all(agent.problem is None for agent in again.agents)
    keys = [agent.endpoint.api_key for agent in again.agents]
    assert [key.get_secret_value() for key in keys if key] == [KEY, KEY]


async def test_a_name_gets_its_ending_and_its_home(path: Path) -> None:
    async with staged(load_config(path)) as stage:
        await save_changed(stage, *"mine")
        await stage.press("enter")
    assert load_config(path.with_name("mine.yaml"), {}).agents[0].id == "a"


async def test_the_users_own_file_is_asked_about(path: Path) -> None:
    async with staged(load_config(path), size=(80, 24)) as stage:
        await save_changed(stage, *"two.yaml")
        await stage.press("enter")
        assert isinstance(stage.app.screen, Question)
        assert "It is the config that this session was opened with" in stage.screen_text
        await stage.press("n")
        assert stage.on_main
        assert text_of(path) == TEXT
        await stage.press("ctrl+p", *"save config")
        await stage.pilot.pause(0.5)
        await stage.press("enter")
        await stage.press("end", "ctrl+u", *"two.yaml", "enter", "y")
        assert "saved: two.yaml" in stage.screen_text
    assert load_config(path, {"MY_KEY": KEY}).agents[0].settings.parameters == {"temperature": 0.9}
    assert [one.name for one in path.parent.iterdir()] == ["two.yaml"]


async def test_another_file_is_asked_about_too(path: Path) -> None:
    other = path.with_name("other.yaml")
    other.write_text("mine\n")
    async with staged(load_config(path)) as stage:
        await save_changed(stage, *"other.yaml")
        await stage.press("enter")
        assert "What it holds would be gone." in stage.screen_text
        await stage.press("escape")
    assert other.read_text() == "mine\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [("no/such/folder.yaml", "No such file or directory"), ("folder.yaml", "is no file")],
)
async def test_what_cannot_be_written_is_told(path: Path, name: str, said: str) -> None:
    path.with_name("folder.yaml").mkdir()
    async with staged(load_config(path)) as stage:
        await save_changed(stage, *name)
        await stage.press("enter")
        assert f"not saved: {'folder.yaml ' if said.startswith('is') else ''}{said}" in (
            stage.screen_text
        )


@pytest.mark.parametrize("name", [".", "..", "~", "folder.yaml/", "~/", "/", "../.."])
def test_a_folder_is_no_name_of_a_file(path: Path, name: str) -> None:
    told = save_as(load_config(path), name).told
    assert told == f"not saved: {name} is a folder, and a file is to have a name"


async def test_esc_writes_nothing(path: Path) -> None:
    async with staged(load_config(path)) as stage:
        await save_changed(stage)
        await stage.press("escape")
        assert stage.on_main
    assert [one.name for one in path.parent.iterdir()] == ["two.yaml"]
