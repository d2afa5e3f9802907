"""The list of kept sessions: search while typing, read, go on, rename, remove; by keys alone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.widgets import DataTable, Input, Static

from massgen_tui import paths
from massgen_tui.console.screens.question import Question
from massgen_tui.console.screens.sessions import SessionsScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.screens.title import TitleScreen
from massgen_tui.console.session_desk import SessionDesk
from massgen_tui.console.widgets.session_list import WINDOW
from massgen_tui.store.find import begun_first, session_id
from massgen_tui.store.hits import Found
from massgen_tui.store.index import SessionIndex
from massgen_tui.store.reader import read_session
from massgen_tui.store.summary import Summary
from tests.support.console import Stage, staged
from tests.support.kept import keep_session, kept, open_session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return paths.sessions_dir()


@asynccontextmanager
async def listed(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Stage]:
    """A console in which the sessions are shown and read."""
    async with staged(size=size) as stage:
        await stage.press("f5")
        await until(stage, lambda: not screen(stage)._finder.reading and filled(stage))
        yield stage


def screen(stage: Stage) -> SessionsScreen:
    found = stage.app.screen
    assert isinstance(found, SessionsScreen)
    return found


def filled(stage: Stage) -> bool:
    """The list is in the table, as far as its window goes."""
    shown = screen(stage)
    return len(rows(stage)) == min(len(shown._rows), WINDOW)


def table(stage: Stage) -> "DataTable[object]":
    return stage.app.screen.query_one("#sessions-table", DataTable)


def rows(stage: Stage) -> list[str]:
    shown = table(stage)
    return [" ".join(str(one) for one in shown.get_row_at(n)) for n in range(shown.row_count)]


def title(stage: Stage) -> str:
    return screen(stage)._title.plain


def previewed(stage: Stage) -> str:
    return str(stage.app.screen.query_one("#sessions-preview", Static).content)


def question(stage: Stage) -> str:
    asked = stage.app.screen
    assert isinstance(asked, Question)
    return asked.question


async def until(stage: Stage, condition: Callable[[], object]) -> None:
    for _ in range(400):
        await stage.pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it did not come: {stage.screen_text}")


async def test_the_newest_comes_first_and_is_previewed(folder: Path) -> None:
    kept(folder, 1, "the first prompt")
    kept(folder, 2, "the second\nprompt")
    async with listed() as stage:
        assert [("the second prompt" in row, "done" in row) for row in rows(stage)] == [
            (True, True),
            (False, True),
        ]
        assert "2 sessions" in title(stage)
        assert "the second\nprompt" in previewed(stage)
        await stage.press("down")
        assert "the first prompt" in previewed(stage)
        await stage.press("down", "down")
        assert "the first prompt" in previewed(stage)
        await stage.press("up", "up", "up", "pagedown", "pageup")
        assert "the second" in previewed(stage)
        await stage.press("escape")
        assert stage.on_main


async def test_without_any_session_it_says_so(folder: Path) -> None:
    async with listed() as stage:
        await until(stage, lambda: "no session is kept yet" in previewed(stage))
        await stage.press("enter", "ctrl+r", "ctrl+t", "ctrl+d")
        assert isinstance(stage.app.screen, SessionsScreen)
        await stage.press("f5")
        assert stage.on_main


async def test_what_is_typed_is_searched_and_shown_in_its_line(folder: Path) -> None:
    kept(folder, 1, "one", "first line\nhere the nee\x1bdle stands\nlast")
    kept(folder, 2, "two")
    kept(folder, 3, "three: a needle")
    async with listed() as stage:
        await stage.press(*"NEEDLE")
        await until(stage, lambda: "1 found" in title(stage) and filled(stage))
        assert "three: a needle" in rows(stage)[0]
        assert "turn 1 prompt: three: a needle" in previewed(stage)
        await stage.press(*["backspace"] * 3)
        await until(stage, lambda: "2 found" in title(stage) and filled(stage))
        assert "here the needle stands" in rows(stage)[1]
        await stage.press("down")
        assert "turn 1 a answer: first line\nhere the needle stands" in previewed(stage)
        await stage.press("escape")
        await until(stage, lambda: "3 sessions" in title(stage) and filled(stage))
        await stage.press(*"nothing like it")
        await until(stage, lambda: "nothing is found" in title(stage))
        assert rows(stage) == []


async def test_a_search_waits_until_the_keys_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    kept(folder, 1, "abcdef")
    async with listed() as stage:
        finder = screen(stage)._finder
        fast = finder._fast

        def counted(query: str) -> Found:
            asked.append(query)
            return fast(query)

        monkeypatch.setattr(finder, "_fast", counted)
        stage.app.screen.query_one(Input).value = "abc"
        stage.app.screen.query_one(Input).value = "abcd"
        stage.app.screen.query_one(Input).value = "abcde"
        await until(stage, lambda: "1 found" in title(stage))
        assert asked == ["abcde"]


async def test_at_most_200_are_shown_and_how_many_more(folder: Path) -> None:
    for number in range(207):
        kept(folder, number, f"common {number}")
    async with listed() as stage:
        assert "207 sessions" in title(stage)
        await stage.press(*"common")
        await until(stage, lambda: "200 found, and 7 more" in title(stage) and filled(stage))
        for _ in range(30):
            await stage.press("pagedown")
        assert "at 200" in title(stage)
        assert "common 7 " in previewed(stage) + " "
        for _ in range(30):
            await stage.press("pageup")
        assert "common 206" in previewed(stage)


async def test_it_is_read_as_a_whole(folder: Path) -> None:
    path = await keep_session(folder, "a question", answers=["an answer"])
    async with listed() as stage:
        await stage.press("enter")
        await until(stage, lambda: isinstance(stage.app.screen, TextModal))
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        assert "a question" in sheet.body.plain
        assert "an answer" in sheet.body.plain
        await stage.press("escape")
        assert isinstance(stage.app.screen, SessionsScreen)
        path.unlink()
        await stage.press("enter")
        await until(stage, lambda: "it cannot be read" in stage.screen_text)


async def test_it_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep_session(folder, "a question", answers=["an answer"])
    async with listed() as stage:
        opened: list[Path] = []
        monkeypatch.setattr(stage.app, "open_session", opened.append)
        await stage.press("ctrl+r")
        await until(stage, lambda: opened)
        assert opened[0].parent == folder
        assert stage.on_main


async def test_it_gets_another_title(folder: Path) -> None:
    kept(folder, 1, "one")
    path = kept(folder, 2, "two")
    async with listed() as stage:
        await stage.press("ctrl+t")
        await until(stage, lambda: isinstance(stage.app.screen, TitleScreen))
        await stage.press("escape")
        assert isinstance(stage.app.screen, SessionsScreen)
        await stage.press("ctrl+t")
        await stage.press(*"new", "enter")
        await until(stage, lambda: "[new] two" in rows(stage)[0])
        assert read_session(path).state.title == "new"
        assert "new" in previewed(stage)


async def test_the_session_that_is_open_is_renamed_as_it_goes_on() -> None:
    async with staged() as stage:
        stage.session.rename("My own")
        await stage.settle()
        assert "massgen-tui  My own" in stage.screen_text.splitlines()[0]


@pytest.mark.parametrize(("key", "left"), [("y", 1), ("n", 2), ("escape", 2)])
async def test_it_asks_before_it_removes(key: str, left: int, folder: Path) -> None:
    kept(folder, 1, "one")
    kept(folder, 2, "two")
    async with listed() as stage:
        await stage.press("ctrl+d")
        await until(stage, lambda: isinstance(stage.app.screen, Question))
        assert "Remove session 00000002 for good?\ntwo" in question(stage)
        await stage.press(key)
        await until(stage, lambda: len(rows(stage)) == left and filled(stage))
        assert len(list(begun_first(folder))) == left
        assert previewed(stage).startswith("00000001" if left == 1 else "00000002")


async def test_the_one_behind_is_chosen_when_one_is_removed(folder: Path) -> None:
    for number in range(4):
        kept(folder, number, f"number {number}")
    async with listed() as stage:
        await stage.press("down", "ctrl+d")
        await stage.press("y")
        await until(stage, lambda: len(rows(stage)) == 3 and filled(stage))
        await until(stage, lambda: "number 1" in previewed(stage))


async def test_a_running_one_is_told_as_that_and_asked_about(folder: Path) -> None:
    path, close = await open_session(folder, "it runs")
    async with listed() as stage:
        assert "running" in rows(stage)[0]
        for key in ("ctrl+d", "ctrl+r"):
            await stage.press(key)
            await until(stage, lambda: isinstance(stage.app.screen, Question))
            assert "running" in question(stage)
            await stage.press("n")
            await until(stage, lambda: isinstance(stage.app.screen, SessionsScreen))
        assert path.is_file()
        close()


async def test_the_table_holds_no_more_than_a_window(folder: Path) -> None:
    """2,000 rows would hold up the keys: what is added to a table lays all of it out anew."""
    for number in range(WINDOW * 3):
        kept(folder, number, f"common {number}")
    async with listed(size=(200, 60)) as stage:
        assert len(rows(stage)) == WINDOW
        for place in (1, 40, 63, 64, 65, 130, 191):
            screen(stage)._list.move(place - screen(stage)._list.place)
            await stage.settle()
            assert f"at {place + 1}" in title(stage)
            assert previewed(stage).endswith(f"common {WINDOW * 3 - 1 - place}")
            assert len(rows(stage)) == WINDOW


async def test_a_click_and_the_wheel_move_too(folder: Path) -> None:
    for number in range(100):
        kept(folder, number, f"common {number}")
    async with listed() as stage:
        await stage.pilot.click("#sessions-table", offset=(10, 5))
        await until(stage, lambda: previewed(stage).endswith("common 95"))
        table(stage).post_message(wheel(stage))
        await until(stage, lambda: previewed(stage).endswith("common 92"))


def wheel(stage: Stage) -> events.MouseScrollDown:
    return events.MouseScrollDown(table(stage), 10, 5, 0, 1, 0, False, False, False)


def test_the_desk_is_all_that_acts() -> None:
    """What a screen may ask for."""
    assert {name for name in vars(SessionDesk) if not name.startswith("_")} == {
        *("read", "compare", "may_resume", "resume", "rename", "remove")
    }


async def test_ids_are_those_of_the_command_line(folder: Path) -> None:
    path = await keep_session(folder, "x")
    async with listed(size=(200, 60)) as stage:
        assert session_id(path) in rows(stage)[0]


async def test_what_is_read_by_now_is_listed_and_found_while_the_rest_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        kept(folder, number, f"common {number}")
    go_on = threading.Event()
    whole = SessionIndex.sessions

    def slowly(index: SessionIndex) -> Iterator[Summary]:
        for number, one in enumerate(whole(index)):
            yield one
            if number == 2:
                go_on.wait(20)

    monkeypatch.setattr(SessionIndex, "sessions", slowly)
    async with staged() as stage:
        await stage.press("f5")
        await until(stage, lambda: "3 sessions" in title(stage))
        assert "reading 6 new files…" in title(stage)
        assert len(rows(stage)) == 3
        await stage.press(*"common")
        await until(stage, lambda: "3 found" in title(stage))
        assert "reading 6 new files, 3 sessions by now…" in title(stage)
        go_on.set()
        await until(stage, lambda: "6 found" in title(stage))
        await until(stage, lambda: "reading" not in title(stage))


async def test_a_screen_that_is_closed_reads_no_further(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        kept(folder, number, f"common {number}")
    go_on, given = threading.Event(), list[str]()
    whole = SessionIndex.sessions

    def slowly(index: SessionIndex) -> Iterator[Summary]:
        for one in whole(index):
            given.append(one.id)
            yield one
            go_on.wait(20)

    monkeypatch.setattr(SessionIndex, "sessions", slowly)
    async with staged() as stage:
        await stage.press("f5")
        await until(stage, lambda: "1 session" in title(stage))
        finder = screen(stage)._finder
        await stage.press("escape")
        assert stage.on_main
        go_on.set()
        await until(stage, lambda: not finder.reading)
        assert len(given) <= 2
