"""What agents that agree look like: under way, agreed, read, at three sizes, without colour."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import pytest
from textual.pilot import Pilot

from massgen_tui.backends.events import Finished, ToolCallDelta
from massgen_tui.console.app import ConsoleApp
from tests.support import scenes
from tests.support.console import NO_GPU, FixedWatching, make_console
from tests.support.fakes import Backends, Step, answer

Before = Callable[[Pilot[None]], Awaitable[None]]
SIZES = [(80, 24), (120, 36), (200, 60)]


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: ConsoleApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


def vote(name: str, reason: str) -> list[Step]:
    arguments = f'{{"answer_id": "{name}", "reason": "{reason}"}}'
    return [ToolCallDelta(0, "x", "vote", arguments), Finished("tool_calls")]


def agreeing(*, stuck: bool = False) -> ConsoleApp:
    """Two agents of which one betters its answer; `stuck`: the other does not reply to that."""
    last: Sequence[Step] = [asyncio.Event()] if stuck else vote("agent1.2", "It names the rule.")
    better = '{"content": "391, since 17 * 23 = 17 * 20 + 17 * 3."}'
    scripts: dict[str, list[Sequence[Step]]] = {
        "qwen1": [
            answer("17 * 23 is 391."),
            [ToolCallDelta(0, "y", "new_answer", better), Finished("tool_calls")],
            vote("agent1.2", "It shows the way."),
            answer("17 * 23 = 17 * 20 + 17 * 3 = **391**."),
        ],
        "qwen2": [answer("It is 391."), vote("agent1.1", "It is right."), last],
    }
    return make_console(
        scenes.two_agents(),
        backends=Backends(**scripts),
        watching=FixedWatching(scenes.both_up(), NO_GPU),
    )


def agreed(app: ConsoleApp, *keys: str, until: str) -> Before:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press("f8")
        app.prompt.put("What is 17 * 23?")
        await pilot.press("enter")
        for _ in range(200):
            await pilot.pause(0.01)
            app.paint()
            if until in app.main.rounds.plain:
                break
        app.clear_notifications()
        await pilot.press(*keys)
        for _ in range(3):
            app.paint()
            await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_under_way(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = agreeing(stuck=True)
    before = agreed(app, until="1 of 2 voted")
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_agreed(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = agreeing()
    before = agreed(app, until="★ presented")
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_answers_and_votes(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = agreeing()
    before = agreed(app, "ctrl+g", "1", "a", until="★ presented")
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_agreed_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = agreeing()
    before = agreed(app, until="★ presented")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)
