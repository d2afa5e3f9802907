"""Frames drawn from what changed alone show what Textual's own show, whatever stands over panes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pyte
import pytest
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from massgen_tui.backends.events import ContentDelta
from massgen_tui.console import textual_private
from massgen_tui.console.changed_lines import place_of
from massgen_tui.console.frame_loop import FEW
from massgen_tui.console.textual_private import draw_now
from tests.support.console import Stage, staged
from tests.support.fakes import config_of
from tests.support.mirror import Mirror, cells, drawn_cells

_TEXT = ("A *few* words ", "and `code`\n\n", "- 你好 one\n- 👋🏽 two\n", "| a |\n|---|\n| 1 |\n\n")
OVER: Sequence[tuple[str, ...]] = [
    (),
    ("f1",),
    ("ctrl+p",),
    ("f2",),
    ("ctrl+g", "2"),
    ("ctrl+g", "2", "f4"),
    ("ctrl+g", "1", "/", "w", "o"),
    ("h", "e", "l", "l", "o"),
]
"""Keys that put something over the panes, or let them stand otherwise."""


@asynccontextmanager
async def shown(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Stage, Mirror]]:
    """A console of four agents that answer, and what its terminal shows."""
    async with staged(config_of("a", "b", "c", "d"), size=size) as stage:
        await stage.ask("hi")
        mirror = Mirror(stage.app, monkeypatch)
        await stage.settle()
        yield stage, mirror


async def streamed(stage: Stage, mirror: Mirror, frames: int) -> None:
    """Let answers grow; after each frame the terminal shows the screen, colours and all."""
    for turn in range(frames):
        attempt = stage.app.session.agents[turn % 4].turns[0].attempts[0]
        attempt.apply(ContentDelta(_TEXT[turn % len(_TEXT)]), stage.clock())
        stage.app.paint()
        await stage.pilot.pause()
        if cells(mirror.screen) != drawn_cells(stage.app):  # the palette draws by itself too
            await stage.settle()
        assert cells(mirror.screen) == drawn_cells(stage.app)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
@pytest.mark.parametrize("keys", OVER, ids="+".join)
async def test_what_stands_over_the_panes_stays_over_them(
    keys: Sequence[str], size: tuple[int, int], known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_private, "known", known)
    async with shown(size, monkeypatch) as (stage, mirror):
        await streamed(stage, mirror, 6)
        await stage.press(*keys)
        await streamed(stage, mirror, 10)
        await stage.press("escape")
        await streamed(stage, mirror, 4)


@pytest.mark.parametrize("known", [True, False])
async def test_a_notice_and_a_selection_stay_over_the_panes(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_private, "known", known)
    async with shown((100, 30), monkeypatch) as (stage, mirror):
        await streamed(stage, mirror, 8)
        stage.app.say("a notice " * 8, seconds=60)
        await streamed(stage, mirror, 8)
        pane = stage.app.main.panes[0].region
        await stage.pilot.mouse_down(offset=(pane.x + 3, pane.y + 2))
        await stage.pilot.hover(offset=(pane.x + 9, pane.y + 4))
        await streamed(stage, mirror, 8)


def test_a_part_is_drawn_from_the_one_widget_that_has_it_and_nothing_before_its_lines() -> None:
    screen, pane, notice = Widget(), Widget(), Widget()
    whole, left = Region(0, 0, 80, 24), Region(0, 1, 40, 20)
    over = {notice: (Region(30, 15, 50, 3), whole), pane: (left, whole), screen: (whole, whole)}
    assert place_of(Region(0, 2, 40, 3), over) == (pane, Region(0, 2, 40, 3), Region(0, 1, 40, 3))
    assert place_of(Region(5, 4, 9, 1), over) == (pane, Region(0, 4, 40, 1), Region(0, 3, 40, 1))
    assert place_of(Region(0, 15, 10, 1), over) is None, "its line is behind the notice"
    assert place_of(Region(0, 14, 40, 2), over) is None
    assert place_of(Region(0, 20, 40, 2), over) is None, "it is more than one widget's"
    assert place_of(Region(0, 0, 80, 1), over) == (screen, Region(0, 0, 80, 1), Region(0, 0, 80, 1))
    clipped = {pane: (left, Region(0, 5, 40, 20))}
    assert place_of(Region(0, 2, 40, 2), clipped) is None
    assert place_of(Region(0, 6, 4, 1), clipped) == (
        pane,
        Region(0, 6, 40, 1),
        Region(0, 5, 40, 1),
    )


def test_pictures_are_compared_with_their_colours() -> None:
    one, other = pyte.Screen(4, 1), pyte.Screen(4, 1)
    pyte.Stream(one).feed("\x1b[1mab")
    pyte.Stream(other).feed("ab")
    assert cells(one) != cells(other)


async def test_panes_that_were_taken_off_the_screen_draw_nothing_and_end_nothing() -> None:
    async with staged(config_of("a", "b")) as stage:
        await stage.ask("hi")
        grid = stage.app.main.grid
        await grid.remove()
        attempt = stage.app.session.agents[0].turns[0].attempts[0]
        attempt.apply(ContentDelta("more"), stage.clock())
        grid.paint(stage.clock())
        assert grid.stands


async def test_the_grid_counts_the_panes_that_had_something_new() -> None:
    async with staged(config_of("a", "b", "c")) as stage:
        await stage.ask("hi")
        grid, now = stage.app.main.grid, stage.clock()
        for new in ("ab", "", "c"):
            grid.paint(now)
            for agent in stage.app.session.agents:
                if agent.id in new:
                    agent.turns[0].attempts[0].apply(ContentDelta("more words"), now)
            grid.paint(now)
            assert grid.drawn == len(new)


@pytest.mark.parametrize(("agents", "steps"), [(4, 1), (16, 1), (20, 2), (36, 3)])
async def test_of_many_panes_some_are_drawn_at_once_and_all_soon_after(
    agents: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"a{number}" for number in range(agents)]
    async with staged(config_of(*names), size=(300, 90)) as stage:
        await stage.ask("hi")
        grid, drawn = stage.app.main.grid, list[int]()
        mirror = Mirror(stage.app, monkeypatch)
        await stage.settle()

        def draws(screen: Screen[None], parts: Sequence[Region]) -> bool:
            drawn.append(sum(pane.fresh for pane in grid.panes))
            return draw_now(screen, parts)

        monkeypatch.setattr("massgen_tui.console.widgets.panes.draw_now", draws)
        for agent in stage.app.session.agents:
            agent.turns[0].attempts[0].apply(ContentDelta("more words"), stage.clock())
        grid.paint(stage.clock())
        assert len(drawn) == 1
        async with asyncio.timeout(5):
            while len(drawn) < steps:
                await stage.pilot.pause()
        assert sum(drawn) == agents
        assert len(drawn) == steps
        assert max(drawn) <= FEW
        assert grid.drawn == agents
        assert cells(mirror.screen) == drawn_cells(stage.app)
