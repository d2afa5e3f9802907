"""What two compared answers look like: at three sizes, narrow, and without colour."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
from textual.pilot import Pilot

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.compare import CompareScreen
from tests.support import scenes
from tests.support.console import NO_GPU, FixedWatching, make_console
from tests.support.fakes import Backends, FakeClock, Step

Before = Callable[[Pilot[None]], Awaitable[None]]
SIZES = [(80, 24), (120, 36), (200, 60), (50, 24)]
OTHER = (
    "## Machine learning\n\nMachine learning is a branch of **computer science** in which ",
    "programs *learn from examples* instead of following fixed rules.\n\n",
    "1. Supervised: from labelled examples\n2. Unsupervised: structure without labels\n",
    "3. Reinforcement: from rewards\n\n```python\nfrom sklearn.svm import SVC\n\n",
    "model = SVC(kernel='linear').fit(X, y)  # learns\nprint(model.predict([[5.1, 3.5]]))\n```\n\n",
    "It is `fit` that does the learning, 機械学習とは例から学ぶことです。",
)


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: ConsoleApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


def compared() -> ConsoleApp:
    """Two agents that answer nearly alike, the second faster and from its cache."""
    clock = FakeClock()
    thought = scenes.spoken(clock, (scenes.THOUGHT[0], "then one example.\n\n"), ReasoningDelta)
    second: list[Step] = [
        *(scenes.passing(clock, 0.05), *thought),
        *scenes.spoken(clock, OTHER, ContentDelta),
        *(Finished("length"), UsageReported(prompt=24, completion=190, reasoning=30, cached=16)),
    ]
    return make_console(
        scenes.two_agents(),
        backends=Backends(qwen1=[scenes.done(clock)], qwen2=[second]),
        watching=FixedWatching(scenes.both_up(), NO_GPU),
        clock=clock,
    )


def asked(app: ConsoleApp, *keys: str) -> Before:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.prompt.put("What is machine learning?")
        await pilot.press("enter")
        for _ in range(200):
            await pilot.pause()
            app.paint()
            if not app.session.busy:
                break
        await pilot.press("ctrl+g", "1", "d")
        for _ in range(400):
            await pilot.pause(0.01)
            if isinstance(app.screen, CompareScreen) and app.screen.ready:
                break
        app.clear_notifications()
        await pilot.press(*keys)
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_compared(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = compared()
    assert snap_compare(app, terminal_size=size, run_before=asked(app, "n"))


def test_sorted_against_the_other(snap_compare: SnapCompare) -> None:
    app = compared()
    before = asked(app, "b", "s", "S", "right", "G")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


def test_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = compared()
    assert snap_compare(app, terminal_size=(80, 24), run_before=asked(app))
