"""Of all the work that can wait, one step is begun in a pass of the event loop."""

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from textual.app import App

from massgen_tui.backends.events import ContentDelta, Opened, Started
from massgen_tui.console.in_turn import in_turn
from massgen_tui.console.widgets import panes
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, config_of

AGENTS = "a", "b", "c", "d"


async def test_one_step_is_begun_in_a_pass_and_the_first_come_first() -> None:
    app, begun = App[None](), list[int]()
    async with app.run_test() as pilot:
        for number in range(5):
            in_turn(app, partial(begun.append, number))
        passes = []
        while len(begun) < 5:
            await asyncio.sleep(0)
            passes.append(len(begun))
        assert begun == [0, 1, 2, 3, 4]
        steps = {after - before for before, after in pairwise(passes)}
        assert steps <= {0, 1}
        await pilot.pause()


async def test_a_step_that_asks_for_another_comes_behind_those_that_wait() -> None:
    app, begun = App[None](), list[str]()
    async with app.run_test() as pilot:

        def first() -> None:
            begun.append("a")
            in_turn(app, lambda: begun.append("a again"))

        in_turn(app, first)
        in_turn(app, lambda: begun.append("b"))
        while len(begun) < 3:
            await pilot.pause()
    assert begun == ["a", "b", "a again"]


async def test_a_step_whose_target_has_gone_does_not_hold_up_the_others() -> None:
    gone, app, begun = App[None](), App[None](), list[str]()
    async with gone.run_test():
        pass
    async with app.run_test() as pilot:
        in_turn(gone, lambda: begun.append("gone"))
        in_turn(app, lambda: begun.append("app"))
        while not begun:
            await pilot.pause()
    assert begun == ["app"]


async def shown(stage: Stage) -> None:
    """Wait until no pane is behind."""
    while any(pane.behind for pane in stage.app.main.panes):
        await stage.pilot.pause()
    await stage.settle()


def answering() -> Backends:
    """Agents that say a word, and no more."""
    said: list[Step] = [Opened(), Started("served"), ContentDelta("begun"), asyncio.Event()]
    return Backends(**{id: [said] for id in AGENTS})


def say_more(stage: Stage) -> None:
    """Let all agents say a line more."""
    for agent in stage.session.agents:
        attempt = agent.turns[0].attempts[0]
        attempt.apply(ContentDelta(f"\n\nmore of {agent.id}\n\n"), stage.clock())


def told(stage: Stage) -> list[bool]:
    """Whose line is on the screen."""
    return [f"more of {id}" in stage.screen_text for id in AGENTS]


async def test_a_frame_takes_in_text_for_its_time_and_panes_behind_it_in_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with staged(config_of(*AGENTS), backends=answering(), size=(160, 45)) as stage:
        await stage.ask("hi")
        say_more(stage)
        clock = iter(range(1_000_000))
        with monkeypatch.context() as patch:
            patch.setattr(panes, "monotonic", lambda: float(next(clock)))
            stage.app.paint()
            assert all(pane.behind for pane in stage.app.main.panes)
            stage.app.paint()
            assert told(stage) == [False] * 4
        await shown(stage)
        assert told(stage) == [True] * 4


async def test_a_frame_takes_in_what_little_came_at_once() -> None:
    async with staged(config_of(*AGENTS), backends=answering(), size=(160, 45)) as stage:
        await stage.ask("hi")
        say_more(stage)
        stage.app.paint()
        assert not any(pane.behind for pane in stage.app.main.panes)
        assert told(stage) == [True] * 4
