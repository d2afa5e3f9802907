"""A frame of the panes draws what changed and nothing else, whatever stands around it."""

from collections.abc import Iterable
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from massgen_tui.backends.events import ContentDelta
from massgen_tui.console import textual_private
from massgen_tui.console.widgets import panes
from massgen_tui.console.widgets.lines import Line
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of
from tests.support.mirror import Mirror, drawn_whole


def refreshes_of(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[list[Region]]:
    """The regions of the screen that the next frame asks for, one drawing after another."""
    grid = stage.app.main.grid
    asked: list[list[Region]] = []

    def draw(screen: Screen[None], parts: Iterable[Region]) -> bool:
        asked.append([*parts])
        return screen is stage.app.main

    def ask(*regions: Region) -> None:
        asked.append([region.translate(grid.content_region.offset) for region in regions])

    with monkeypatch.context() as patch:
        if textual_private.known:
            patch.setattr(panes, "draw_now", draw)
        patch.setattr(grid, "refresh", ask)
        for pane in grid.panes:
            patch.setattr(pane, "refresh", lambda *_: pytest.fail("a pane drew itself"))
        stage.app.paint()
    return asked


@pytest.mark.parametrize("known", [True, False])
async def test_all_panes_are_drawn_at_once_where_they_changed(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_private, "known", known)
    async with staged(config_of("a", "b", "c", "d"), size=(160, 45)) as stage:
        await stage.ask("hi")
        shown = stage.app.main.panes
        assert refreshes_of(stage, monkeypatch) == []
        for pane in (shown[1], shown[2]):
            attempt = pane.agent.turns[0].attempts[0]
            attempt.apply(ContentDelta(" more"), stage.clock())
        (asked,) = refreshes_of(stage, monkeypatch)
        inside = [[r for r in asked if pane.region.contains_region(r)] for pane in shown]
        assert [bool(regions) for regions in inside] == [False, True, True, False]
        assert all(region.height == 1 for region in asked)


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_what_frames_send_adds_up_to_the_screen(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [
        "A *few* words ",
        "and `code`\n\n",
        "- one\n- two\n",
        "| a | b |\n|---|---|\n",
        "| 1 |",
    ]
    async with staged(config_of("a", "b", "c", "d"), size=size) as stage:
        await stage.ask("hi")
        mirror = Mirror(stage.app, monkeypatch)
        await stage.settle()
        assert mirror.text == stage.screen_text
        whole = max(mirror.sent)
        mirror.sent.clear()
        for turn in range(60):
            agent = stage.app.session.agents[turn % 4]
            attempt = agent.turns[0].attempts[0]
            attempt.apply(ContentDelta(pieces[turn % 5 - 1]), stage.clock())
            stage.app.paint()
            await stage.pilot.pause()
            assert mirror.text == stage.screen_text
        assert sorted(mirror.sent)[len(mirror.sent) // 2] < whole / 2, "frames send what changed"


class Host(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        yield Line(id="line")


def drawn(line: Line) -> list[Strip]:
    return line.render_lines(Region(0, 0, *line.size))


async def test_a_line_is_put_together_only_when_it_says_something_else() -> None:
    app = Host()
    async with app.run_test(size=(20, 3)) as pilot:
        line = app.query_one(Line)
        line.show(Text("one"))
        before = drawn(line)
        assert before[0].text.rstrip() == "one"
        assert drawn(line)[0] is before[0]
        line.show(Text("two"))
        assert drawn(line)[0].text.rstrip() == "two"
        await pilot.resize_terminal(30, 3)
        assert drawn(line)[0].cell_length == 30


async def test_a_line_takes_the_colours_of_a_new_theme() -> None:
    app = Host()
    async with app.run_test(size=(20, 3)) as pilot:
        line = app.query_one(Line)
        line.show(Text("one"))
        before = drawn(line)[0]
        app.theme = "textual-light"
        await pilot.pause()
        after = drawn(line)[0]
        assert [s.text for s in after] == [s.text for s in before]
        assert [s.style for s in after] != [s.style for s in before]


def goes(stage: Stage) -> bool:
    """Whether the screen as it is drawn now goes to columns by itself."""
    return any(segment.control for row in drawn_whole(stage.app) for segment in row)


async def test_rows_with_emoji_keep_their_place_under_a_sheet() -> None:
    backends = Backends(a=[answer("Hello 👋🏽 there, how are you?")])
    three = config_of("a", "b", "c")
    async with staged(three, size=(240, 40), backends=backends) as stage:
        await stage.ask("hi")
        assert goes(stage), "the row ends where the terminal takes the emoji to end"
        await stage.press("f1")
        texts = ["".join(segment.text for segment in row) for row in drawn_whole(stage.app)]
        assert all("\x1b" not in text and cell_len(text) == 240 for text in texts)
        ElementTree.fromstring(stage.app.export_screenshot())
        await stage.press("escape")
        assert goes(stage)
