"""A frame of the panes draws what changed and nothing else, whatever stands around it."""

from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from massgen_tui.backends.events import ContentDelta
from massgen_tui.console.widgets.lines import Line
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of


def changes_of(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """The regions of the screen that the next frame asks for."""
    grid = stage.app.main.grid
    asked: list[Region] = []

    def ask(*regions: Region) -> None:
        asked.extend(region.translate(grid.region.offset) for region in regions)

    monkeypatch.setattr(grid, "refresh", ask)
    for pane in grid.panes:
        monkeypatch.setattr(pane, "refresh", lambda *_: pytest.fail("a pane drew itself"))
    stage.app.paint()
    monkeypatch.undo()
    return asked


async def test_all_panes_are_drawn_by_one_refresh_where_they_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with staged(config_of("a", "b", "c", "d"), size=(160, 45)) as stage:
        await stage.ask("hi")
        panes = stage.app.main.panes
        assert changes_of(stage, monkeypatch) == []
        for pane in (panes[1], panes[2]):
            attempt = pane.agent.exchanges[0].attempts[0]
            attempt.apply(ContentDelta(" more"), stage.clock())
        asked = changes_of(stage, monkeypatch)
        inside = [[r for r in asked if pane.region.contains_region(r)] for pane in panes]
        assert [bool(regions) for regions in inside] == [False, True, True, False]
        assert all(region.height == 1 for region in asked)


async def test_a_frame_is_drawn_where_the_panes_stand() -> None:
    backends = Backends(c=[answer("only here")])
    async with staged(config_of("a", "b", "c"), size=(120, 30), backends=backends) as stage:
        await stage.ask("hi")
        place = stage.app.main.panes[2].region
        rows = stage.screen_text.split("\n")[place.y : place.bottom]
        assert any("only here" in row[place.x : place.right] for row in rows)


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
    rows = stage.app.screen._compositor.render_strips()
    return any(segment.control for row in rows for segment in row)


async def test_rows_with_emoji_keep_their_place_under_a_sheet() -> None:
    backends = Backends(a=[answer("Hello 👋🏽 there, how are you?")])
    three = config_of("a", "b", "c")
    async with staged(three, size=(240, 40), backends=backends) as stage:
        await stage.ask("hi")
        assert goes(stage), "the row ends where the terminal takes the emoji to end"
        await stage.press("f1")
        rows = stage.app.screen._compositor.render_strips()
        texts = ["".join(segment.text for segment in row) for row in rows]
        assert all("\x1b" not in text and cell_len(text) == 240 for text in texts)
        ElementTree.fromstring(stage.app.export_screenshot())
        await stage.press("escape")
        assert goes(stage)
