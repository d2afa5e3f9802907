"""Keys that come in one reading of the terminal act in the order in which they were typed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from massgen_tui import paths
from massgen_tui.console.screens.choice import ChoiceScreen
from massgen_tui.console.screens.count import CountScreen
from massgen_tui.console.screens.file_name import FileNameScreen
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.console.screens.sessions import SessionsScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.screens.title import TitleScreen
from massgen_tui.console.start import StartApp
from massgen_tui.console.watch import WatchApp
from massgen_tui.console.widgets.find_all import FindAll
from massgen_tui.console.widgets.form import OneLine
from massgen_tui.console.widgets.search import SearchBar
from massgen_tui.console.workspace import Workspace
from massgen_tui.discover.found import Found
from massgen_tui.monitor.status import ServedModel
from tests.support.console import FixedWatching, staged
from tests.support.fakes import Backends, config_of
from tests.support.kept import keep_session, kept

TYPED = {"space": " ", "enter": "\r", "tab": "\t", "slash": "/", "full_stop": "."}


def burst(app: App[Any], *keys: str) -> None:
    """Type these keys at once."""
    for key in keys:
        app.post_message(events.Key(key, TYPED.get(key, key if len(key) == 1 else None)))


async def until(seen: Callable[[], bool]) -> None:
    """Return when something is so."""
    for _ in range(2000):
        if seen():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it is not so")


def typed(app: App[Any]) -> str:
    """What stands in the line of the screen in front."""
    return app.screen.query_one(Input).value


ASKS: dict[str, tuple[Callable[[], Screen[Any]], list[str], object]] = {
    "title": (lambda: TitleScreen("old"), ["a", "b", "backspace", "c"], "ac"),
    "title, end to start": (lambda: TitleScreen("old"), ["b", "c", "home", "a"], "abc"),
    "title, all taken back": (lambda: TitleScreen("old"), ["x", "y", "ctrl+u", "a"], "a"),
    "title, a word": (
        lambda: TitleScreen("old"),
        ["a", "space", "b", "b", "ctrl+w", "c", "left", "d"],
        "a dc",
    ),
    "count": (lambda: CountScreen("times", 3, 50), ["1", "2", "backspace", "4"], 14),
    "file": (
        lambda: FileNameScreen("file", "x"),
        ["backspace", "a", "b", "left", "delete", "c"],
        "ac",
    ),
    "choice": (lambda: ChoiceScreen("one", ["a", "b", "c", "d"]), ["down", "down", "up"], 1),
}


@pytest.mark.parametrize("asked", ASKS)
async def test_what_is_behind_enter_goes_to_the_prompt(asked: str) -> None:
    screen, keys, given = ASKS[asked]
    results: list[object] = []
    async with staged() as stage:
        stage.app.push_screen(screen(), results.append)
        await stage.settle()
        burst(stage.app, *keys, "enter", "n", "o", "backspace", "x", "home", "y")
        await until(lambda: stage.app.prompt.text[:1] == "y")
        assert stage.app.prompt.text == "ynx"
        assert results == [given]
        assert stage.on_main


OPENED: dict[str, tuple[list[str], Callable[[Screen[Any]], str], str]] = {
    "search in all": (["ctrl+f"], lambda main: main.query_one(FindAll).input.value, ""),
    "search": (["ctrl+g", "1", "slash"], lambda main: main.query_one(SearchBar).value, ""),
    "sessions": (["f5"], lambda screen: screen.query_one(Input).value, ""),
    "count": (["ctrl+g", "1", "x"], lambda screen: screen.query_one(Input).value, ""),
    "palette": (["ctrl+p"], lambda screen: screen.query_one(Input).value, ""),
    "parameters": (
        ["ctrl+g", "1", "p"],
        lambda screen: screen.query_one(OneLine).value,
        "fake/model",
    ),
}


@pytest.mark.parametrize("opened", OPENED)
async def test_what_is_behind_the_key_that_opens_a_line_is_typed_in_it(
    opened: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    keys, line, before = OPENED[opened]
    async with staged() as stage:
        await stage.ask("why?")
        burst(stage.app, *keys, "1", "2", "backspace", "3", "home", "4")
        await until(lambda: bool(stage.app.screen.query(Input)) and "4" in line(stage.app.screen))
        assert line(stage.app.screen) == f"4{before}13"
        assert stage.app.prompt.text == ""


@pytest.mark.parametrize("opened", [[], ["ctrl+p"]], ids=["open", "opened by the same"])
async def test_enter_runs_the_command_that_was_typed_before_it(opened: list[str]) -> None:
    async with staged() as stage:
        if not opened:
            await stage.press("ctrl+p")
        assert not stage.app.workspace.race_shown
        burst(stage.app, *opened, *"race", "enter", "n", "o")
        await until(lambda: stage.app.prompt.text == "no")
        assert stage.on_main
        assert stage.app.workspace.race_shown


async def test_enter_runs_no_command_where_none_is_found_for_what_was_typed() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        palette = stage.app.screen
        burst(stage.app, *"themes", "enter", "x")
        await until(lambda: stage.app.screen is not palette or typed(stage.app) == "themesx")
        assert stage.app.screen is palette


async def test_a_line_over_another_gives_it_what_is_behind_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept(paths.sessions_dir(), 1, "what is machine learning?")
    async with staged() as stage:
        await stage.press("f5")
        screen = stage.app.screen
        assert isinstance(screen, SessionsScreen)
        await until(lambda: screen.row is not None)
        burst(stage.app, "f7", "a", "b", "backspace", "c", "enter", "d", "e", "home", "f")
        await until(lambda: screen.query_one(Input).value[:1] == "f")
        assert screen.query_one(Input).value == "fde"
        await until(lambda: [row.session.title for row in screen._finder.rows] == ["ac"])


@pytest.mark.parametrize("key", ["enter", "f7"])
async def test_a_key_acts_on_the_session_that_is_found_for_what_was_typed_before_it(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept(paths.sessions_dir(), 1, "the old one")
    kept(paths.sessions_dir(), 2, "the new")
    async with staged() as stage:
        await stage.press("f5")
        screen = stage.app.screen
        assert isinstance(screen, SessionsScreen)
        await until(lambda: screen.row is not None and not screen.reading)
        burst(stage.app, *"old", key)
        await until(lambda: stage.app.screen is not screen)
        if key == "enter":
            assert isinstance(stage.app.screen, TextModal)
            await until(lambda: "╭─ 00000001 " in stage.screen_text)
        else:
            burst(stage.app, "n", "enter")
            await until(lambda: {row.session.title for row in screen._finder.rows} == {"", "n"})
            [named] = [row.session for row in screen._finder.rows if row.session.title]
            assert named.id == "00000001"


TAILS: list[tuple[list[str], str, list[str]]] = [
    (["h", "i"], "hi", []),
    (["h", "i", "backspace", "o", "home", "x"], "xho", []),
    (["h", "i", "enter", "m"], "m", ["hi"]),
    (["f1", "escape", "h"], "h", []),
]


@pytest.mark.parametrize(("tail", "left", "asked"), TAILS)
async def test_what_is_behind_the_key_that_goes_on_with_a_session_is_for_that_session(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tail: list[str],
    left: str,
    asked: list[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    await keep_session(paths.sessions_dir(), "what?", answers=["that"])
    closed, close = asyncio.Event(), Workspace.close

    async def closing(workspace: Workspace) -> None:
        await closed.wait()
        await close(workspace)

    monkeypatch.setattr(Workspace, "close", closing)
    async with staged(backends=Backends(qwen1=[[asyncio.Event()]])) as stage:
        await stage.ask("why?")
        before = stage.session
        await stage.press("f5")
        screen = stage.app.screen
        assert isinstance(screen, SessionsScreen)
        await until(lambda: screen.row is not None)
        burst(stage.app, "ctrl+r", "y", *tail)
        await until(lambda: stage.app.holds_keys and not stage.app.waits)
        closed.set()
        await until(lambda: stage.app.session is not before and not stage.app.holds_keys)
        await until(lambda: stage.app.prompt.text == left)
        assert [turn.prompt for turn in stage.session.agents[0].turns] == ["what?", *asked]
        assert [len(agent.turns) for agent in before.agents] == [1, 1]


async def test_a_paste_and_a_click_come_behind_the_keys_before_them() -> None:
    async with staged() as stage:
        burst(stage.app, "a", "b", "home")
        stage.app.post_message(events.Paste("c"))
        burst(stage.app, "end", "d")
        await until(lambda: "d" in stage.app.prompt.text)
        assert stage.app.prompt.text == "cabd"


async def test_the_line_of_the_start_is_edited_in_order(tmp_path: Path) -> None:
    app = StartApp(tmp_path)
    async with app.run_test():
        burst(app, "a", "slash", "backspace", "b", "home", "x", "ctrl+k", "y", "tab")
        line = app.query_one(Input)
        await until(lambda: app.focused is not line and bool(line.value))
        assert line.value == "xy"


async def test_the_name_of_a_config_is_edited_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    app = StartApp(tmp_path)
    async with app.run_test():
        found = Found("http://127.0.0.1:1/v1", "vllm", models=(ServedModel("m"),))
        screen = ServersFound([found], told.append)
        await app.push_screen(screen)
        burst(app, "s", "ctrl+u", "a", "b", "backspace", "full_stop", "y", "enter", "space")
        await until(lambda: bool(told))
        assert (tmp_path / "a.y").exists()
        await until(lambda: not screen._wanted)  # which the blank has chosen no more


async def test_a_watch_takes_a_command_as_it_is_typed() -> None:
    app = WatchApp(config_of("a"), FixedWatching())
    async with app.run_test() as pilot:
        await pilot.pause()
        burst(app, "ctrl+p", "t", "e", "backspace", "h", "home", "x")
        await until(lambda: bool(app.screen.query(Input)) and typed(app)[:1] == "x")
        assert typed(app) == "xth"
