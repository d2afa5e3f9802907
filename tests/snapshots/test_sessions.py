"""What the list of kept sessions looks like, at three sizes, searched, and without colours."""

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from massgen_tui import paths
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.sessions import SessionsScreen
from tests.support import scenes
from tests.support.console import FixedWatching, make_console
from tests.support.kept import kept

Before = Callable[[Pilot[None]], Awaitable[None]]
PROMPTS = (
    "what is machine learning?",
    "Write a function that merges two sorted lists, in place",
    "狐と犬について短い話を書いてください。",
    "And in Rust?",
)
ANSWER = """Machine learning lets a program improve from examples.

```python
model = SVC().fit(X, y)  # learns
```
"""


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: ConsoleApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forty sessions, in a place without summer time."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for number in range(40):
        kept(paths.sessions_dir(), number, PROMPTS[number % 4], ANSWER if number % 2 else "x")
    yield
    monkeypatch.undo()
    time.tzset()


def scene() -> ConsoleApp:
    return make_console(scenes.two_agents(), watching=FixedWatching(scenes.both_up()))


def shown(app: ConsoleApp, *keys: str, query: str = "", found: str = "40 sessions") -> Before:
    """Open the list, search, and press keys."""

    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press("f5")
        await _until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        screen = app.screen
        assert isinstance(screen, SessionsScreen)
        await _until(pilot, lambda: "40 sessions" in _title(screen) and not screen._finder.reading)
        screen.query_one(Input).value = query
        await _until(pilot, lambda: found in _title(screen))
        await pilot.press(*keys)
        # what a look at every text adds is there by then
        await pilot.pause(0.5)

    return before


def _title(screen: SessionsScreen) -> str:
    return screen._title.plain


async def _until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    for _ in range(600):
        await pilot.pause(0.01)
        if condition():
            return
    raise AssertionError("it did not come")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}")
def test_list(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=size, run_before=shown(app, "down", "down"))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}")
def test_search(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = scene()
    before = shown(app, "down", query="improve from", found="20 found")
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_search_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scene()
    before = shown(app, "down", query="狐と", found="10 found")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


def test_remove_is_asked(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, "ctrl+d"))


def test_title_is_asked(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, "ctrl+t"))
