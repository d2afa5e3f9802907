"""Where Textual 8.2 fails or takes too much: the palette, and what the mouse selects."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from rich.style import Style
from textual import events
from textual.command import CommandList
from textual.selection import SELECT_ALL
from textual.widget import Widget

from massgen_tui.console.screens.palette import Palette
from massgen_tui.console.watch import WatchApp
from tests.support import scenes
from tests.support.console import FixedWatching, Stage, staged
from tests.support.fakes import Backends, answer, config_of

PAGE_KEYS = ("pagedown", "pageup", "ctrl+home", "ctrl+end", "up", "down", "enter")


async def listed(stage: Stage) -> None:
    """The palette shows what there is to choose, or that there is nothing."""
    commands = stage.app.screen.query_one(CommandList)
    while not commands.option_count:
        await stage.pilot.pause()


@pytest.mark.parametrize("key", PAGE_KEYS)
@pytest.mark.parametrize("typed", ["", "zzz"], ids=["all", "no match"])
async def test_every_key_of_the_palette_does_something_or_nothing(key: str, typed: str) -> None:
    async with staged() as stage:
        await stage.press("ctrl+p", *typed)
        await listed(stage)
        await stage.press(key, "escape", "escape")
        assert stage.on_main


async def test_keys_of_a_palette_that_is_not_put_together_yet() -> None:
    async with staged() as stage:
        for key in ("ctrl+p", *PAGE_KEYS[:4], "escape"):
            stage.app.post_message(events.Key(key, None))
        await stage.settle()
        assert stage.on_main


async def test_a_palette_closes_once() -> None:
    async with staged() as stage:
        await stage.press("f1", "escape", "ctrl+p")
        palette = stage.app.screen
        assert isinstance(palette, Palette)
        palette.dismiss()
        palette.dismiss()
        await stage.settle()
        assert stage.on_main


async def test_a_palette_under_another_closes_neither() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        below = stage.app.screen
        assert isinstance(below, Palette)
        stage.app.search_themes()
        await stage.settle()
        below.dismiss()
        await stage.press("escape", "escape")
        assert stage.on_main


async def test_a_palette_and_a_search_opened_while_the_one_before_still_closes() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1")
        for key in ("ctrl+p", "escape", "ctrl+p", "escape", "slash", "escape", "slash", "escape"):
            stage.app.post_message(events.Key(key, None))
        await stage.settle()
        assert stage.on_main


async def test_a_click_on_an_option_that_is_gone() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        await listed(stage)
        options = stage.app.screen.query_one(CommandList)
        click = events.Click(options, 1, 1, 0, 0, 1, False, False, False)
        click.style = Style.from_meta({"option": options.option_count})
        options.post_message(click)
        await stage.press("escape")
        assert stage.on_main


async def test_a_click_on_a_palette_that_a_resize_made_smaller() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        stage.app.screen.post_message(mouse(events.Click, 500, 500))
        await stage.press("escape")
        assert stage.on_main


async def test_undoing_a_paste_that_brought_a_scrollbar() -> None:
    async with staged() as stage:
        stage.app.prompt.put("line 0\nline 1\n")
        stage.app.prompt.history.checkpoint()
        stage.app.prompt.put("\n".join(f"line {number}" for number in range(2, 50)))
        await stage.press("ctrl+z", "!")
        assert stage.app.prompt.text == "line 0\nline 1\n!"


async def test_what_is_chosen_in_the_palette_is_done_once() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p", *"sidebar")
        await listed(stage)
        await stage.press("down")
        for key in ("enter", "enter", "enter"):
            stage.app.post_message(events.Key(key, "\r"))
        await stage.settle()
        assert stage.on_main
        assert not stage.app.main.sidebar_shown


def mouse(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, delta_x=0, delta_y=1, button=1, shift=False, meta=False, ctrl=False)


async def press(stage: Stage, x: int, y: int) -> None:
    stage.app.post_message(mouse(events.MouseDown, x, y))
    await stage.pilot.pause()


async def move(stage: Stage, x: int, y: int) -> None:
    stage.app.post_message(mouse(events.MouseMove, x, y))
    await stage.pilot.pause()


async def release(stage: Stage, x: int, y: int) -> None:
    stage.app.post_message(mouse(events.MouseUp, x, y))
    await stage.pilot.pause()


OVER: dict[str, tuple[str, ...]] = {
    "the main screen": (),
    "with the sidebar": ("ctrl+o",),
    "a sheet": ("f1",),
    "the palette": ("ctrl+p",),
    "pane numbers": ("ctrl+g",),
    "the search": ("ctrl+g", "1", "slash"),
    "zoomed": ("f4",),
}


@pytest.mark.parametrize("keys", OVER.values(), ids=OVER)
@pytest.mark.parametrize("size", [(120, 36), (60, 16)], ids=str)
async def test_double_and_triple_clicks_and_drags_anywhere(
    keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    watching = FixedWatching(scenes.one_down(), scenes.two_gpus())
    async with staged(size=size, watching=watching, backends=Backends()) as stage:
        await stage.ask("why?")
        await stage.press(*keys)
        width, height = size
        points = [(x, y) for x in (2, width // 2, width - 2) for y in (0, height // 3, height - 1)]
        for x, y in points:
            for _ in range(3):
                stage.app.post_message(mouse(events.MouseDown, x, y))
                stage.app.post_message(mouse(events.MouseUp, x, y))
        await stage.pilot.pause()
        for (x, y), (to_x, to_y) in zip(points, reversed(points), strict=True):
            stage.app.post_message(mouse(events.MouseDown, x, y))
            stage.app.post_message(mouse(events.MouseMove, to_x, to_y))
            stage.app.post_message(mouse(events.MouseUp, to_x, to_y))
        await stage.press("ctrl+c")


async def test_double_clicks_in_watch() -> None:
    app = WatchApp(config_of("a"), FixedWatching(scenes.one_down(), scenes.two_gpus()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for y in range(0, 24, 5):
            await pilot.click(offset=(4, y), times=3)
        await pilot.press("ctrl+p")
        await pilot.click(offset=(20, 4), times=3)


async def test_a_drag_stays_in_the_widget_in_which_it_began() -> None:
    long = "\n\n".join(f"line {number}" for number in range(60))
    backends = Backends(qwen1=[answer(long)], qwen2=[answer(long)])
    async with staged(backends=backends) as stage:
        await stage.ask("why?")
        await press(stage, 4, 6)
        for x, y in ((60, 20), (110, 20), (4, 35), (110, 35), (4, 0)):
            await move(stage, x, y)
            assert list(stage.app.screen.selections) == [stage.app.main.panes[0]]
        await move(stage, 60, 35)
        await release(stage, 60, 35)
        said = stage.app.screen.get_selected_text() or ""
        assert said.count("line") < 20


Away = Callable[[Stage], Awaitable[None]]


async def sheet(stage: Stage) -> None:
    await stage.press("f1")


async def sheet_away(stage: Stage) -> None:
    await stage.press("escape")


async def small(stage: Stage) -> None:
    await stage.pilot.resize_terminal(20, 5)


async def zoom(stage: Stage) -> None:
    await stage.press("ctrl+g", "2", "f4")


async def toast_away(stage: Stage) -> None:
    stage.app.clear_notifications()
    await stage.settle()


AWAY: dict[str, tuple[tuple[str, ...], Away]] = {
    "a sheet comes": ((), sheet),
    "its sheet goes": (("f1",), sheet_away),
    "the terminal gets too small": ((), small),
    "another pane is zoomed": ((), zoom),
    "a toast goes": ((), toast_away),
}


@pytest.mark.parametrize(("keys", "away"), AWAY.values(), ids=AWAY)
async def test_what_is_selected_in_goes_away_meanwhile(keys: tuple[str, ...], away: Away) -> None:
    async with staged() as stage:
        await stage.ask("why?")
        stage.app.say("a toast")
        await stage.press(*keys)
        await press(stage, 4, 6)
        await move(stage, 8, 8)
        await away(stage)
        for x, y in ((1, 1), (19, 4), (4, 3)):
            await move(stage, x, y)
        await release(stage, 4, 3)
        await press(stage, 2, 2)
        await move(stage, 5, 3)
        await release(stage, 5, 3)


async def test_a_press_on_what_was_removed_a_moment_ago() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "slash")
        bar = stage.app.main.query_one("#search", Widget)
        x, y = bar.region.offset
        removed = bar.remove()
        while bar.is_attached:
            await stage.app.on_event(mouse(events.MouseDown, x + 1, y))
            await asyncio.sleep(0)
        await stage.app.on_event(mouse(events.MouseDown, x + 1, y))
        await removed


async def test_the_whole_of_every_widget_can_be_selected() -> None:
    async with staged() as stage:
        for widget in stage.app.main.query("*"):
            stage.app.screen.selections = {widget: SELECT_ALL}
            await stage.settle()
            stage.app.screen.get_selected_text()
