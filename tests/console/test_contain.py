"""One exception never ends the console: what fails is logged, told once, and the rest goes on."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from massgen_tui.backends.events import ContentDelta, Finished, Opened, Started
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.contain import LIMIT, WITHIN, Faults
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.watch import WatchApp
from massgen_tui.console.widgets.lines import TitleBar
from massgen_tui.console.widgets.sidebar import Sidebar
from tests.support.console import FixedWatching, Stage, make_console, staged
from tests.support.fakes import Backends, FakeClock, Step, config_of
from tests.support.server import Hang, ScriptedServer, delta, sse, streamed
from tests.support.terminal import Terminal

pytestmark = pytest.mark.contained
DRAFT = "a draft"
ROOT = Path(__file__).parents[2]


def failing(times: int, plain: Callable[..., object] | None = None) -> Callable[..., object]:
    """A method that fails so many times; then it does as before."""
    left = [times]

    def method(*args: object, **kwargs: object) -> object:
        if left[0] > 0:
            left[0] -= 1
            raise RuntimeError("planted")
        return plain(*args, **kwargs) if plain is not None else None

    return method


def toasts(stage: Stage) -> list[str]:
    return [note.message for note in stage.app._notifications]


async def click(stage: Stage) -> None:
    await stage.pilot.click("#title")


async def key(stage: Stage) -> None:
    await stage.press("ctrl+t")


async def timer(stage: Stage) -> None:
    rung = asyncio.Event()

    def ring() -> None:
        rung.set()
        stage.app.bell()

    stage.app.set_timer(0.001, ring)
    await rung.wait()
    await stage.settle()


async def frame(stage: Stage) -> None:
    stage.app.main.title_bar.refresh()
    await stage.settle()


async def tick(stage: Stage) -> None:
    stage.app.workspace.pump.wake()
    await stage.settle()


async def worker(stage: Stage) -> None:
    async def work() -> None:
        raise RuntimeError("planted")

    stage.app.run_worker(work())
    await stage.settle()


async def called(stage: Stage) -> None:
    def fail() -> None:
        raise RuntimeError("planted")

    stage.app.prompt.call_next(fail)
    stage.app.prompt.call_after_refresh(fail)
    await stage.settle()


Act = Callable[[Stage], Awaitable[None]]
FAULTS: dict[str, tuple[type, str, Act]] = {
    "a handler of the mouse": (TitleBar, "on_click", click),
    "a key's action": (AgentPane, "toggle_reasoning", key),
    "a timer": (ConsoleApp, "bell", timer),
    "a paint": (TitleBar, "render", frame),
    "the paint of a pane": (AgentPane, "renew", tick),
    "a worker": (AgentPane, "none", worker),
    "a callback": (AgentPane, "none", called),
}


@pytest.mark.parametrize(("kind", "name", "act"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_ends_neither_streams_nor_draft_nor_keys(
    monkeypatch: pytest.MonkeyPatch, kind: type, name: str, act: Act
) -> None:
    go_on = asyncio.Event()
    script: list[Step] = [
        Opened(),
        Started("m"),
        ContentDelta("first "),
        go_on,
        ContentDelta("rest"),
    ]
    async with staged(backends=Backends(qwen1=[[*script, Finished("stop")]])) as stage:
        await stage.ask("why?")
        stage.app.prompt.put(DRAFT)
        await stage.settle()
        plain = getattr(kind, name, None)
        monkeypatch.setattr(kind, name, failing(1, plain), raising=False)
        await act(stage)
        told = [said for said in toasts(stage) if "RuntimeError: planted" in said]
        assert len(told) == 1
        await stage.press("!")
        assert stage.app.prompt.text == f"{DRAFT}!"
        go_on.set()
        await stage.settle()
        assert "first rest" in stage.screen_text
        assert stage.app.failed is None


async def drawn_in_vain(app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test() as pilot:
        monkeypatch.setattr(TitleBar, "render", failing(1000))
        app.main.title_bar.refresh()
        await pilot.pause()
        await pilot.pause()


async def test_a_paint_that_always_fails_ends_by_our_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_console()
    with pytest.raises(RuntimeError, match="planted"):
        await drawn_in_vain(app, monkeypatch)
    assert isinstance(app.failed, RuntimeError)
    assert app.return_code == 1


def test_faults_are_counted_by_place_and_forgotten_in_time() -> None:
    clock = FakeClock()
    faults = Faults(clock)

    def here() -> Exception:
        try:
            raise ValueError("here")
        except ValueError as error:
            return error

    def there() -> Exception:
        try:
            raise ValueError("there")
        except ValueError as error:
            return error

    assert faults.count(here()) == (1, True)
    assert faults.count(there()) == (1, True)
    assert faults.count(here()) == (2, False)
    clock.tick(WITHIN)
    assert [faults.count(here())[0] for _ in range(LIMIT)] == [1, 2, LIMIT]


class Broken(Modal[None]):
    """A screen that cannot be put together."""

    def compose(self) -> ComposeResult:
        raise RuntimeError("planted")


class BrokenInside(Modal[None]):
    """A screen with something on it that cannot be mounted."""

    class Part(Static):
        def on_mount(self) -> None:
            raise RuntimeError("planted")

    def compose(self) -> ComposeResult:
        yield self.Part("part")


class Dim(Modal[None]):
    """A screen that cannot be drawn."""

    class Part(Static):
        def render_lines(self, crop: Region) -> list[Strip]:
            raise RuntimeError("planted")

    def compose(self) -> ComposeResult:
        yield self.Part("part")


@pytest.mark.parametrize("kind", [Broken, BrokenInside, Dim])
async def test_a_screen_that_cannot_be_made_or_drawn_is_closed(kind: type[Screen[None]]) -> None:
    async with staged() as stage:
        stage.app.push_screen(kind())
        await stage.settle()
        await stage.settle()
        assert stage.on_main
        await stage.press("x")
        assert stage.app.prompt.text == "x"
        assert stage.app.failed is None


def logged(state: Path) -> str:
    return next(state.rglob("massgen-tui.log")).read_text()


async def test_watch_goes_on_too_and_logs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = WatchApp(config_of("a", logging_enabled=True), FixedWatching())
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause()
        monkeypatch.setattr(Sidebar, "action_move", failing(1, Sidebar.action_move))
        await pilot.press("j", "j")
        await pilot.pause()
        [note] = list(app._notifications)
        assert app.failed is None
    assert str(tmp_path) in note.message
    assert "RuntimeError: planted" in logged(tmp_path)


PLANT = """
import sys
from massgen_tui.console.widgets.lines import TitleBar
plain, left = TitleBar.render, [{times}]
def render(self):
    prompt = getattr(self.app, "prompt", None)
    if prompt is not None and prompt.text.startswith("boom") and left[0]:
        left[0] -= 1
        raise RuntimeError("planted " + "{key}")
    return plain(self)
TitleBar.render = render
def typed(self, event):
    self.app.main.title_bar.refresh()
from massgen_tui.console.widgets.prompt import Prompt
Prompt.on_text_area_changed = typed
sys.argv = ["massgen-tui", "{config}"]
from massgen_tui.cli import main
main()
"""
KEY = "sk-plantedplantedplanted"


async def run(tmp_path: Path, server: ScriptedServer, times: int) -> tuple[Terminal, Path]:
    """The real program, whose title fails so many times once `boom` is typed."""
    backend = {"type": "vllm", "model": "m", "base_url": server.base_url, "api_key": KEY}
    config = tmp_path / "one.yaml"
    config.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}], "monitor": False}))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    env |= {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path)}
    code = PLANT.format(times=times, config=config, key=KEY)
    return Terminal(["-c", code], env=env, cwd=tmp_path), tmp_path / "state"


async def test_the_real_program_tells_a_fault_logs_it_without_keys_and_goes_on(
    tmp_path: Path,
) -> None:
    async with ScriptedServer() as server:
        server.answer(*streamed(sse(delta(content="what came so far")), Hang()))
        terminal, state = await run(tmp_path, server, 1)
        with terminal:
            await asyncio.to_thread(terminal.until, "ask …")
            terminal.write("hi\r")
            await asyncio.to_thread(terminal.until, "what came so far")
            terminal.write("boom and more")
            await asyncio.to_thread(terminal.until, "a fault of the screen")
            await asyncio.to_thread(terminal.until, "boom and more")
            terminal.write("\x11y")
            assert await asyncio.to_thread(terminal.ended) == 0
    log = logged(state)
    assert "RuntimeError: planted" in log
    assert "in render" in log
    assert KEY not in log


async def test_the_real_program_ends_by_its_report_where_a_fault_comes_again_and_again(
    tmp_path: Path,
) -> None:
    async with ScriptedServer() as server:
        server.answer(*streamed(sse(delta(content="what came so far")), Hang()))
        terminal, state = await run(tmp_path, server, 1000)
        with terminal:
            await asyncio.to_thread(terminal.until, "ask …")
            terminal.write("hi\r")
            await asyncio.to_thread(terminal.until, "what came so far")
            terminal.write("boom and more")
            assert await asyncio.to_thread(terminal.ended) == 1
            assert "massgen-tui failed: RuntimeError: planted" in terminal.text
            assert "The log of it:" in terminal.text
            assert terminal.restored
    written = "".join(path.read_text() for path in state.rglob("sessions/*"))
    assert "what came so far" in written
    assert "boom" in next(state.rglob("prompts.jsonl")).read_text()
