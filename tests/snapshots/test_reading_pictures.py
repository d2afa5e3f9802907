"""What it looks like to read what was sent and what came, and to find in all panes."""

import asyncio

import pytest
from textual.pilot import Pilot

from massgen_tui.backends.events import RequestSent
from massgen_tui.console.app import ConsoleApp
from tests.snapshots.test_screens import Before, SnapCompare, scene, shown
from tests.support import scenes
from tests.support.exchanges import came
from tests.support.fakes import FakeClock, Step
from tests.support.server import sse, sse_events

SIZES = [(80, 24), (120, 36), (200, 60)]
HEADERS = [("Content-Type", "text/event-stream; charset=utf-8"), ("Set-Cookie", "id=1")]
BODY = {"model": "Qwen/Qwen3-4B", "messages": [{"role": "user", "content": "why?"}]}


def answered(clock: FakeClock) -> list[Step]:
    pieces = [(0.25 + n / 8, data) for n, data in enumerate(sse_events(["hm"], ["It", " is."]))]
    exchange = came(*pieces, headers=HEADERS, ended=1.5)
    return [RequestSent(BODY, exchange), *scenes.done(clock)]


def refused(clock: FakeClock) -> list[Step]:
    said = sse("no")[6:].strip()
    exchange = came((0.125, said), status=429, reason="Too Many Requests", ended=0.25)
    return [RequestSent(BODY, exchange), *scenes.done(clock)]


def request() -> ConsoleApp:
    return scene(answered, refused)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_what_came(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app = request()
    keys = "ctrl+g", "1", "i", "end"
    assert snap_compare(app, terminal_size=size, run_before=shown(app, *keys))


def test_what_came_of_a_refusal(snap_compare: SnapCompare) -> None:
    app = request()
    keys = "ctrl+g", "2", "i"
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys))


def test_what_came_without_colour(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = request()
    keys = "ctrl+g", "1", "i", "end"
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys))


def found(app: ConsoleApp) -> Before:
    """Ask, find, and wait until all has been looked through and drawn."""

    async def before(pilot: Pilot[None]) -> None:
        await shown(app, "ctrl+f", *"learning", "enter")(pilot)
        async with asyncio.timeout(60):
            while any(one.search is None or one.search.working for one in app.main.panes):
                await pilot.pause(0.01)
        await shown(app, "n", prompt="")(pilot)
        assert app.main.bar is not None
        app.main.bar.work()
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_found_in_all_panes(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app = request()
    assert snap_compare(app, terminal_size=size, run_before=found(app))


def test_found_in_all_panes_without_colour(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = request()
    assert snap_compare(app, terminal_size=(120, 36), run_before=found(app))
