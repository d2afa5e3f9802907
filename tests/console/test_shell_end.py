"""The real program on a terminal: it starts, keeps what is typed, and always ends well."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.server import Hang, ScriptedServer, delta, sse, sse_chat, streamed
from tests.support.terminal import Terminal

KEY = "sk-plantedplantedplanted"
ROOT = Path(__file__).parents[2]
HUNG = streamed(sse(delta(content="what came so far")), Hang())


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server that answers as the test says."""
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    """A config with one agent on that server."""
    backend = {"type": "vllm", "model": "m", "base_url": server.base_url, "api_key": KEY}
    path = tmp_path / "one.yaml"
    path.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}], "monitor": False}))
    return path


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """An environment whose state is the test's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


async def opened(terminal: Terminal, prompt: str = "hi") -> None:
    """Wait for the first frame, then type a prompt at once."""
    await asyncio.to_thread(terminal.until, "ask …")
    terminal.write(f"{prompt}\r")


def journal(tmp_path: Path) -> str:
    """What was written of the session."""
    return "".join(path.read_text() for path in (tmp_path / "state").rglob("sessions/*"))


async def test_a_prompt_typed_at_the_first_frame_is_sent_and_answered(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.answer(*sse_chat(content=["the ", "answer"]))
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await opened(terminal, "typed at once")
        await asyncio.to_thread(terminal.until, "the answer")
        assert server.requests[0].json["messages"][-1]["content"] == "typed at once"
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_a_signal_ends_it_and_what_came_is_on_disk(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    number: signal.Signals,
    code: int,
) -> None:
    server.answer(*HUNG)
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await opened(terminal)
        await asyncio.to_thread(terminal.until, "what came so far")
        terminal.signal(number)
        assert await asyncio.to_thread(terminal.ended, 4) == code
        assert terminal.restored
    assert "what came so far" in journal(tmp_path)
    assert KEY not in journal(tmp_path)
    async with asyncio.timeout(5):
        await server.all_closed()


async def test_quitting_works_while_a_server_hangs(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.answer(*HUNG)
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await opened(terminal)
        await asyncio.to_thread(terminal.until, "what came so far")
        terminal.write("\x11")
        await asyncio.to_thread(terminal.until, "still answering")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored
    async with asyncio.timeout(5):
        await server.all_closed()


async def test_a_crash_restores_the_terminal_and_tells_no_key(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    script = tmp_path / "crash.py"
    script.write_text(
        "import sys\n"
        "from massgen_tui.console import app, running\n"
        "from massgen_tui.config.loader import load_config\n"
        "from pathlib import Path\n"
        "def broken(self):\n"
        "    secret = self.config.agents[0].endpoint.api_key.get_secret_value()\n"
        "    raise ValueError('broken at ' + secret)\n"
        "app.ConsoleApp.action_help = broken\n"
        f"sys.exit(running.open_console(load_config(Path({str(config)!r}))))\n"
    )
    with Terminal([str(script)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("a last prompt\r")
        await asyncio.to_thread(terminal.until, "› a last prompt")
        terminal.write("\x1bOP" * 3)  # once is contained, unless it comes before all is there
        assert await asyncio.to_thread(terminal.ended) == 1
        assert terminal.restored
        told = terminal.raw.decode(errors="replace")
    assert "massgen-tui failed: ValueError: broken at [key]" in told
    assert "crash.log" in told
    assert KEY not in told
    written = (tmp_path / "state" / "massgen-tui" / "crash.log").read_text()
    assert "ValueError" in written
    assert KEY not in written
    (kept,) = (tmp_path / "state" / "massgen-tui" / "sessions").glob("*.jsonl")
    lines = kept.read_text("utf-8").splitlines()
    assert any('"a last prompt"' in line for line in lines)
    assert lines[-1].endswith('"e":"closed","how":"failed"}')


async def test_keys_that_come_all_at_once_act_in_their_order(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("a draft\tz\x07" + "0 goes on\x07" + "1?")
        await asyncio.to_thread(terminal.until, "Keys")
        terminal.write("\x1b")
        await asyncio.to_thread(terminal.until, "zoomed 1 of 1")
        assert "a draft goes on" in terminal.text
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0


async def test_what_is_edited_all_at_once_is_edited_in_its_order(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("wrong\x15one two\x17wto\x7f\x7f\x1b[D\x1b[3~two\x1b[H(\x1b[F)")
        await asyncio.to_thread(terminal.until, "(one two)")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0


async def test_a_key_behind_enter_acts_on_what_was_sent(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.answer(*HUNG)
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("hi\r\x11")
        await asyncio.to_thread(terminal.until, "1 agent is still answering")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0


@pytest.mark.parametrize("gap", [0, 0.01, 0.03])
async def test_a_key_behind_one_that_moves_the_focus_acts_where_that_went(
    tmp_path: Path, config: Path, env: Mapping[str, str], gap: float
) -> None:
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        for key in ("\x07", "1", "\x07", "0", "\x0e"):
            terminal.write(key)
            await asyncio.to_thread(terminal.read, gap)
        await asyncio.to_thread(terminal.until, "new conversation with all")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0


async def test_a_smaller_terminal_is_followed(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal(["-m", "massgen_tui", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.resize(30, 8)
        await asyncio.to_thread(terminal.until, "too small")
        terminal.resize(80, 24)
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
