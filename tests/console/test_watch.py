import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.geometry import Region
from textual.widgets import Static

from massgen_tui.cli.commands import group
from massgen_tui.config.model import Config
from massgen_tui.console.watch import WatchApp
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerState, ServerStatus, ServerTarget
from massgen_tui.supervise.watching import NoMonitoring
from tests.support import scenes
from tests.support.configs import agent_of
from tests.support.console import FixedWatching
from tests.support.server import ScriptedServer, whole

LAST = Region(0, 19, 90, 1)
"""The lower edge of a screen of 90 by 20."""
COMMAND = "python -m vllm.entrypoints.openai.api_server --model m --port 8000"


def config(url: str = "http://localhost:8000/v1") -> Config:
    agent = agent_of("a", type="vllm", model="m", base_url=url)
    return Config(path=Path("c.yaml"), agents=(agent,))


class Down(NoMonitoring):
    """One dead server, no GPU."""

    stopped = False

    @property
    def servers(self) -> Mapping[str, ServerStatus]:
        target = ServerTarget(
            "http://localhost:8000",
            "http://localhost:8000/v1",
            "vllm",
            ("m",),
            start_command=COMMAND,
        )
        return {target.root: ServerStatus(target, ServerState.DOWN, "connection refused")}

    @property
    def gpus(self) -> GpuSnapshot:
        return GpuSnapshot(reason="no NVIDIA driver on this host", sampled_at=1.0)

    async def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize("leaves", ["escape", "f10", "f1", "q"])
async def test_f1_shows_the_keys_and_what_closes_them_ends_nothing(leaves: str) -> None:
    app = WatchApp(config(), Down())
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.pause()
        assert "f1 help" in app.sidebar.foot
        await pilot.press("f1")
        await pilot.pause()
        body = getattr(app.screen, "body", "")
        for words in ("all about it", "copy the start command", "q, esc, f10"):
            assert words in str(body)
        await pilot.press(leaves)
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.is_running


async def test_it_is_the_sidebar_at_full_size_and_q_ends_it() -> None:
    down = Down()
    app = WatchApp(config(), down)
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        said = "\n".join(app.sidebar.lines)
        assert "vLLM? :8000" in said
        assert f"  {COMMAND}" in app.sidebar.lines, "there is room for the whole command"
        assert "no NVIDIA driver on this host" in said
        await pilot.press("c")
        assert app.clipboard == COMMAND
        await pilot.press("q")
    assert down.stopped


async def test_it_watches_real_servers_and_lets_go_of_them() -> None:
    async with ScriptedServer() as server:
        models = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}
        server.route("GET", "/v1/models", whole(200, models))
        server.route("GET", "/health", whole(200, b""))
        app = WatchApp(config(server.base_url))
        async with app.run_test(size=(90, 20)) as pilot:
            await server.arrival(4)
            while not any("● vLLM" in line for line in app.sidebar.lines):
                app.show_monitors()
                await pilot.pause()
            assert any("m 4k" in line for line in app.sidebar.lines)
        await server.all_closed()


def test_without_a_terminal_it_says_so_and_names_what_works(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("agents:\n  - id: a\n    backend: {type: vllm, model: m}\n")
    result = CliRunner().invoke(group, ["watch", str(path)])
    assert result.exit_code == 1
    assert f"massgen-tui check {path}" in result.output


async def test_what_it_opens_is_framed_and_says_how_to_close_it() -> None:
    app = WatchApp(config(), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        assert "enter more · e changes · f1 help · q quit" in app.sidebar.render_lines(LAST)[0].text
        await pilot.press("enter")
        sheet = app.screen.query_one("#sheet")
        assert sheet.styles.border_bottom[0] == "round"
        assert sheet.border_subtitle == "esc close · c copy"
        await pilot.press("escape")
        assert app.screen.query_one(Sidebar).has_focus


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_it_ends_whatever_is_open(key: str) -> None:
    app = WatchApp(config(), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        await pilot.press("enter", key)
        assert app.return_code == 0


async def test_keys_are_told_as_they_act_now() -> None:
    own = config()
    keymap = {"watch.quit": "e", "sidebar.detail": "", "sheet.close": "x", "sheet.copy": "f9"}
    ui = own.ui.model_copy(update={"keymap": keymap})
    app = WatchApp(own.model_copy(update={"ui": ui}), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        foot = app.sidebar.render_lines(LAST)[0].text
        assert "enter more · f1 help · e quit ─" in foot
        await pilot.press("enter")
        assert app.screen.query_one("#sheet").border_subtitle == "x close · f9 copy"
        await pilot.press("x")
        assert app.screen.query_one(Sidebar).has_focus


async def test_a_server_that_is_up_has_its_command_and_nothing_to_be_started() -> None:
    app = WatchApp(scenes.two_agents(), FixedWatching(scenes.both_up(), scenes.two_gpus()))
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        said = app.screen.query_one("#sheet-text", Static).render()
    assert "start command (on localhost)" in str(said)
    assert "start it" not in str(said)


@pytest.mark.parametrize(("columns", "told"), [(75, False), (76, True)])
async def test_bars_stand_beside_the_numbers_from_76_columns(columns: int, told: bool) -> None:
    app = WatchApp(scenes.two_agents(), FixedWatching(scenes.both_up(), scenes.two_gpus()))
    async with app.run_test(size=(columns, 30)) as pilot:
        await pilot.pause()
        assert any("W of 700" in line for line in app.sidebar.lines) is told


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q", "escape", "q"])
async def test_it_ends_by_every_key_that_one_would_try(key: str) -> None:
    app = WatchApp(config(), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        assert app.return_code is None
        await pilot.press(key)
        assert app.return_code == 0


async def test_the_user_s_own_keys_hold_here_too() -> None:
    own = config()
    ui = own.ui.model_copy(update={"keymap": {"sidebar.copy": "x", "watch.quit": "ctrl+e"}})
    app = WatchApp(own.model_copy(update={"ui": ui}), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        assert any("(x copies)" in line for line in app.sidebar.lines)
        assert "ctrl+e quit" in app.sidebar.render_lines(LAST)[0].text
        await pilot.press("q", "x")
        assert app.clipboard == COMMAND
        await pilot.press("ctrl+e")
    assert app.return_code == 0


async def test_a_copy_goes_through_tmux_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-1/default,1,0")
    app = WatchApp(config(), Down())
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        written: list[str] = []
        monkeypatch.setattr(app, "write_to_terminal", written.append)
        await pilot.press("c")
        assert any(each.startswith("\x1bPtmux;") for each in written)


def test_watch_imports_nothing_that_only_a_session_needs() -> None:
    needless = (
        *("massgen_tui.session.session", "massgen_tui.backends.factory"),
        "textual.widgets._text_area",
    )
    script = (
        "import sys, massgen_tui.console.watch\n"
        f"print([name for name in {needless!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
