"""One table of actions: what is bound, offered, told and documented is made of it."""

import re
from pathlib import Path

import pytest
from textual.binding import Binding

from massgen_tui.config.model import UiConfig
from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_table import ACTIONS, acting_in
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.keys import shown
from massgen_tui.console.replay import ReplayApp
from massgen_tui.console.screens.add_agent import AddAgentScreen
from massgen_tui.console.screens.agreement import AgreementScreen
from massgen_tui.console.screens.compare import CompareScreen
from massgen_tui.console.screens.help import help_screen
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.screens.parameters import ParametersScreen
from massgen_tui.console.screens.quit import QuitScreen
from massgen_tui.console.screens.request import RequestScreen
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.console.screens.sessions import SessionsScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.screens.title import TitleScreen
from massgen_tui.console.start import StartApp
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.watch import WatchApp
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.console.widgets.sidebar import Sidebar
from tests.support.console import staged
from tests.support.fakes import config_of

README = Path(__file__).parents[2] / "README.md"
OWNERS: dict[Scope, tuple[type, ...]] = {
    Scope.APP: (ConsoleApp,),
    Scope.MAIN: (MainScreen,),
    Scope.PROMPT: (Prompt,),
    Scope.PANE: (MainScreen,),
    Scope.DIGIT: (MainScreen,),
    Scope.IN_PANE: (AgentPane,),
    Scope.SIDEBAR: (Sidebar,),
    Scope.SHEET: (TextModal,),
    Scope.REQUEST: (RequestScreen,),
    Scope.REPLAY: (ReplayApp,),
    Scope.QUESTION: (QuitScreen,),
    Scope.SESSIONS: (SessionsScreen,),
    Scope.ENTRY: (TitleScreen,),
    Scope.AGREEMENT: (AgreementScreen,),
    Scope.COMPARE: (CompareScreen,),
    Scope.PANEL: (ParametersScreen,),
    Scope.ADD: (AddAgentScreen,),
    Scope.START: (StartApp,),
    Scope.FOUND: (ServersFound,),
    Scope.WATCH: (WatchApp,),
    Scope.PALETTE: (MainScreen,),
}
"""Who runs the actions of a scope, where they name nobody else."""
OFFERED = tuple(action for action in ACTIONS if action.palette)
KEYED = tuple(action for action in ACTIONS if action.keys)


def test_each_action_has_a_name_of_its_own() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    names = [action.palette for action in OFFERED]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scope", list(Scope))
def test_no_key_does_two_things_in_one_place(scope: Scope) -> None:
    there = (Scope.PANE, Scope.DIGIT, Scope.IN_PANE, Scope.MAIN, Scope.APP)
    scopes = there if scope in there else (scope,)
    keys = [key for one in acting_in(*scopes) if one.keys for key in one.keys.split(",")]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_somebody_runs_each_action(action: Action) -> None:
    where, _, name = re.sub(r"\(.*", "", action.run).rpartition(".")
    owners = {"app": (ConsoleApp,), "screen": (MainScreen,)}.get(where, OWNERS[action.scope])
    prefixes = ("action_", "_action_", "")
    if action.scope is Scope.PROMPT:
        return  # its keys are handled in the order typed: test_shell_prompt
    assert any(hasattr(owner, f"{prefix}{name}") for owner in owners for prefix in prefixes)


@pytest.mark.parametrize(
    "owner",
    [
        *(ConsoleApp, MainScreen, AgentPane, Sidebar, TextModal, QuitScreen, WatchApp, ReplayApp),
        RequestScreen,
        *(SessionsScreen, TitleScreen, AgreementScreen, CompareScreen, StartApp, ServersFound),
        *(ParametersScreen, AddAgentScreen),
    ],
)
def test_nobody_binds_keys_of_its_own(owner: type[ConsoleApp]) -> None:
    known = {action.id: action for action in KEYED}
    for binding in owner.BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id is not None
        assert binding.key == known[binding.id].keys


def test_keys_pass_tmux_and_the_text_area() -> None:
    """ctrl+z is a pane's alone; alt+enter is a second way to a new line."""
    reserved = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+x", "ctrl+y"}
    for action in KEYED:
        keys = set(action.keys.split(",")) - {"alt+enter"}
        assert not keys & reserved, action.id
        assert not any(key.startswith("alt+") for key in keys), action.id


def test_the_help_tells_every_key_of_the_main_screen() -> None:
    text = help_screen({"rerun": "ctrl+e"}).body.plain
    lines = [line.split() for line in text.splitlines()]
    assert ["ctrl+e", "ask", "again:", "all,", "or", "the", "focused", "pane", "rerun"] in lines
    silent = {Scope.DIGIT, Scope.SHEET, Scope.QUESTION, Scope.ENTRY, Scope.WATCH, Scope.PALETTE}
    silent |= {Scope.START, Scope.FOUND}
    ids = {line[-1] for line in lines if line}
    assert {one.id for one in ACTIONS if one.scope not in silent} <= ids


async def test_the_palette_offers_what_the_table_says() -> None:
    async with staged() as stage:
        screen = stage.app.screen
        offered = {one.title: one for one in stage.app.get_system_commands(screen)}
        assert set(offered) == {one.palette for one in OFFERED if not one.only_in_pane}
        await stage.press("ctrl+g", "1")
        offered = {one.title: one for one in stage.app.get_system_commands(screen)}
        assert set(offered) == {one.palette for one in OFFERED}
        assert offered["Rerun"].help == "Ask again: all, or the focused pane (ctrl+r)"
        assert offered["Compare"].help == "Compare the answer with another (d in a pane)"
        assert offered["Theme"].help == "Choose the colours"
        assert [one.discover for one in offered.values()].count(False) == sum(
            one.searched for one in OFFERED
        )


async def test_a_remapped_key_acts_and_is_told_everywhere() -> None:
    config = config_of("qwen1", "qwen2").model_copy(
        update={"ui": UiConfig(keymap={"zoom": "f9", "pane.copy-code": "x", "rerun": "ctrl+e"})}
    )
    async with staged(config, size=(140, 30)) as stage:
        assert "ctrl+e rerun" in stage.screen_text
        await stage.press("f9")
        assert stage.zoomed
        told = stage.app.workspace.keys.warnings
        assert [one.partition(":")[0] for one in told] == [
            "ui.keymap.zoom",
            "ui.keymap.pane.copy-code",
        ]


def documented() -> list[tuple[str, str]]:
    """README's table of keys, row by row."""
    section = README.read_text("utf-8").partition("## Keys\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [(row.split(" | ")[0][2:], row.split(" | ")[1].removesuffix(" |")) for row in rows]


def as_documented(action: Action) -> tuple[frozenset[str], str]:
    """An action's row; in GNU screen the keys are in another order."""
    keys = frozenset(f"`{shown(key)}`" for key in action.keys.split(","))
    place = "in a pane: " if action.scope in (Scope.PANE, Scope.IN_PANE) else ""
    return keys, place + action.text


def test_the_readme_has_the_table_of_keys() -> None:
    whole = (Scope.MAIN, Scope.APP)
    expected = [
        as_documented(action)
        for action in acting_in(Scope.PROMPT, Scope.MAIN, Scope.APP, Scope.PANE, Scope.IN_PANE)
        if action.in_readme or action.scope in whole
    ]
    found = [(frozenset(keys.split(", ")), text) for keys, text in documented()]
    assert found == expected
