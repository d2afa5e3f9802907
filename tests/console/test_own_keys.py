"""The user's own keys: what can work acts and is told everywhere, what cannot is told and left."""

from collections.abc import Mapping

import pytest

from massgen_tui.config.model import Config, UiConfig
from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.own_keys import OwnKeys, named
from massgen_tui.console.watch import WatchApp
from tests.support.console import FixedWatching, staged
from tests.support.fakes import config_of


def checked(keymap: Mapping[str, str]) -> OwnKeys:
    """A keymap, checked; its entries stand where their names say."""
    return OwnKeys(keymap, lambda id: f"at {id}")


def with_keys(**keymap: str) -> Config:
    """Two agents and a keymap; `_` in a name stands for its dot."""
    keys = {name.replace("_", "."): value for name, value in keymap.items()}
    return config_of("a", "b").model_copy(update={"ui": UiConfig(keymap=keys)})


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.keys], ids=lambda one: one.id)
def test_every_key_of_the_table_is_a_key_that_may_be_given(action: object) -> None:
    assert isinstance(action, type(ACTIONS[0]))
    own = checked({action.id: action.keys})
    assert own.keymap == {action.id: action.keys}
    assert own.warnings == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl+e", "ctrl+e"),
        ("Ctrl+E", "ctrl+e"),
        ("F9", "f9"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("pgdn", "pagedown"),
        ("return", "enter"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("/", "slash"),
        ("L", "L"),
        ("shift+l", "L"),
        ("shift+tab", "shift+tab"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("ctrl+@", "ctrl+at"),
        ("é", "é"),
        ("space", "space"),
    ],
)
def test_keys_are_taken_as_they_are_written_and_shown(written: str, key: str) -> None:
    assert named(written) == key


@pytest.mark.parametrize(
    "written",
    ["", "ctrl", "C-e", "ctrl+", "f99", "strg+e", "ctrl-e", "page up", "ctrl+e+f", "<up>"],
)
def test_what_is_no_key_is_none(written: str) -> None:
    assert named(written) == ""


TOLD: dict[str, tuple[Mapping[str, str], str]] = {
    "no action": ({"rerum": "f6"}, "at rerum: `rerum` is no action: did you mean `rerun`? f1"),
    "no action, none near": ({"dance": "f6"}, "at dance: `dance` is no action: f1 has the names"),
    "an action without a key": ({"halt": "f6"}, "at halt: `halt` has no key: only the palette"),
    "no key": ({"rerun": "C-e"}, "at rerun: there is no key `C-e`"),
    "one of two is none": ({"rerun": "f6, f99"}, "at rerun: there is no key `f99`"),
    "an empty one": ({"rerun": ""}, "at rerun: names no key: it stays ctrl+r"),
    "a letter while typing": ({"rerun": "r"}, "at rerun: r is for typing"),
    "a character while typing": ({"help": "?"}, "at help: ? is for typing"),
    "a key of the prompt": ({"stop": "backspace"}, "at stop: backspace is for typing"),
    "what edits the prompt": ({"copy": "ctrl+k"}, "at copy: ctrl+k edits the prompt"),
    "taken twice": ({"rerun": "f6", "zoom": "f6"}, "at zoom: f6 is taken: it is given to `rerun`"),
    "taken twice, in two scopes of one place": (
        {"rerun": "f6", "pane.zoom": "f6"},
        "at pane.zoom: f6 is taken: it is given to `rerun` too",
    ),
    "taken twice under two names": (
        {"pane.zoom": "?", "pane.search": "question_mark"},
        "at pane.search: ? is taken",
    ),
    "the only key of another": (
        {"rerun": "f4"},
        "at rerun: takes f4 from `zoom` (one pane at full size, and back), which has no key now",
    ),
    "what sends": ({"rerun": "enter"}, "at rerun: takes enter from `send`"),
    "the same to most terminals": ({"rerun": "ctrl+i"}, "at rerun: most terminals send tab"),
    "what few terminals send": ({"rerun": "ctrl+1"}, "at rerun: ctrl+1 comes only from terminals"),
    "what few send either": ({"rerun": "ctrl+shift+r"}, "at rerun: ctrl+shift+r comes only"),
}


@pytest.mark.parametrize(("keymap", "told"), TOLD.values(), ids=TOLD)
async def test_what_cannot_work_is_told_and_never_a_crash(
    keymap: Mapping[str, str], told: str
) -> None:
    assert checked(keymap).warnings[0].startswith(told)
    config = config_of("a").model_copy(update={"ui": UiConfig(keymap=dict(keymap))})
    async with staged(config) as stage:
        assert any("ui.keymap." in one for one in stage.app.workspace.warnings(()))
        await stage.press(*"hi?", "f1", "escape", "ctrl+g", "1", "f6")
        assert stage.app.prompt.text == "hi?"


@pytest.mark.parametrize(
    "keymap",
    [
        {"rerun": "f6", "compare.next": "f6"},
        {"pane.up": "u", "sidebar.up": "u"},
        {"rerun": "ctrl+t", "reasoning": "ctrl+r"},
        {"zoom": "f9", "race": "f4"},
        {"pane.zoom": "d", "pane.compare": "z"},
        {"send": "ctrl+l", "newline": "enter"},
    ],
    ids=str,
)
def test_keys_may_be_swapped_and_be_others_elsewhere(keymap: Mapping[str, str]) -> None:
    own = checked(keymap)
    assert own.warnings == []
    assert own.keymap == dict(keymap)


async def test_a_key_of_two_names_no_action_twice() -> None:
    own = checked({"rerun": "f6,F6, f7"})
    assert own.keymap == {"rerun": "f6,f7"}


async def test_the_user_s_keys_act_and_are_told_in_foot_line_help_and_palette() -> None:
    config = with_keys(rerun="Ctrl+E", pane_zoom="?", stop="F7")
    async with staged(config, size=(140, 40)) as stage:
        assert "ctrl+e rerun" in stage.screen_text
        assert "f7 stop" in stage.screen_text
        offered = {one.title: one.help for one in stage.app.get_system_commands(stage.app.screen)}
        assert offered["Rerun"].endswith("(ctrl+e)")
        await stage.press("f1")
        lines = [line.split() for line in stage.screen_text.splitlines() if "rerun" in line]
        assert any("ctrl+e" in line for line in lines)
        await stage.press("f7")
        await stage.press("escape", "ctrl+g", "1", "?")
        assert stage.zoomed
        await stage.press("f7")
        assert not stage.zoomed


async def test_a_pane_s_key_that_is_given_away_is_told_nowhere() -> None:
    async with staged(with_keys(pane_zoom="d"), size=(140, 40)) as stage:
        await stage.press("ctrl+g", "1", "d")
        assert stage.zoomed
        assert [one for one in stage.app.workspace.warnings(()) if "pane.compare" in one]


async def test_watch_takes_what_can_work() -> None:
    config = with_keys(sidebar_down="u", watch_quit="C-x")
    app = WatchApp(config, FixedWatching())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u", "q")
        await pilot.pause()
        assert not app.is_running
