"""What is to be done after a while is done, also where the program stands still meanwhile."""

import asyncio
import re
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest
from textual import _time
from textual.app import App

import massgen_tui
from massgen_tui.console.once import once
from tests.support.console import staged
from tests.support.mirror import Mirror


def standing_still(seconds: float) -> Iterator[float]:
    """Seconds by which a clock is ahead: it jumps between the first look at it and the second."""
    return chain((0.0,), repeat(seconds))


@pytest.mark.parametrize("seconds", [0.0, 0.05, 60.0])
async def test_a_call_comes_however_long_the_program_stood_still(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, came = App[None](), asyncio.Event()
    async with app.run_test():
        ahead, clock = standing_still(seconds), _time.get_time
        monkeypatch.setattr(_time, "get_time", lambda: clock() + next(ahead))
        once(app, 0.01, came.set)
        await asyncio.wait_for(came.wait(), 5)


async def test_a_call_that_is_cancelled_or_whose_target_has_gone_does_not_come() -> None:
    app, came = App[None](), list[str]()
    async with app.run_test() as pilot:
        once(app, 0.01, lambda: came.append("a")).cancel()
        once(app, 0.02, lambda: came.append("b"))
        while not came:
            await pilot.pause()
        once(app, 0.01, lambda: came.append("c"))
    await asyncio.sleep(0.02)
    assert came == ["b"]


@pytest.mark.parametrize("seconds", [0.0, 0.1, 60.0])
async def test_a_screen_that_is_not_drawn_for_a_while_is_drawn_behind_it(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged() as stage:
        ahead, clock = standing_still(seconds), _time.get_time
        monkeypatch.setattr(_time, "get_time", lambda: clock() + next(ahead))
        stage.app.delay_update()
        shown = Mirror(stage.app, monkeypatch)
        while not shown.text.strip():
            await stage.pilot.pause()


def test_no_timer_is_used_that_may_be_lost() -> None:
    root = Path(massgen_tui.__file__).parent
    files = [path for path in root.rglob("*.py") if re.search(r"\.set_timer\(", path.read_text())]
    assert files == [], "once() in place of set_timer()"
