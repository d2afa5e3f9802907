"""What the screen of beginnings looks like, and what was found: three sizes, without colour."""

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from massgen_tui import paths
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.console.start import StartApp
from massgen_tui.discover.found import Found
from massgen_tui.monitor.status import ServedModel
from tests.support.kept import kept

Before = Callable[[Pilot[None]], Awaitable[None]]
SIZES = [(80, 24), (120, 36), (200, 60)]
CONFIG = "agents: [{id: qwen1, backend: {type: vllm, model: m}}, {id: qwen2, backend: {type: x}}]"
FOUND = [
    Found(
        "localhost:8000",
        "http://localhost:8000/v1",
        "vllm",
        "vLLM 0.33.0",
        (ServedModel("Qwen/Qwen3-4B", 40960), ServedModel("Qwen/Qwen3-4B-lora")),
    ),
    Found(
        "localhost:30000",
        "http://localhost:30000/v1",
        "sglang",
        "SGLang 0.5.23",
        (ServedModel("Qwen/Qwen3-4B", 40960),),
        "SGLANG_API_KEY",
    ),
    Found(
        "localhost:11434",
        problem="wants a key",
        hint="set VLLM_API_KEY or SGLANG_API_KEY, or name a variable with --key-env NAME",
    ),
]


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: StartApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder with configs and kept sessions, in a place without summer time."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    here = tmp_path / "here"
    (here / "configs").mkdir(parents=True)
    (here / "configs" / "two_qwen.yaml").write_text(CONFIG, "utf-8")
    (here / "mine.yaml").write_text(CONFIG, "utf-8")
    monkeypatch.chdir(here)
    paths.sessions_dir().mkdir(parents=True, exist_ok=True)
    for number, prompt in enumerate(("what is machine learning?", "And in Rust?")):
        kept(paths.sessions_dir(), number, prompt)
    yield
    monkeypatch.undo()
    time.tzset()


def shown(app: StartApp, *, found: bool = False) -> Before:
    async def before(pilot: Pilot[None]) -> None:
        for _ in range(400):
            await pilot.pause(0.01)
            if app.filled:
                break
        if found:
            app.push_screen(ServersFound(FOUND, lambda text: None))
        await pilot.pause()
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_beginnings(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = StartApp()
    assert snap_compare(app, terminal_size=size, run_before=shown(app))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_found(size: tuple[int, int], snap_compare: SnapCompare) -> None:
    app = StartApp()
    assert snap_compare(app, terminal_size=size, run_before=shown(app, found=True))


def test_found_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = StartApp()
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, found=True))
