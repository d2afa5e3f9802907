"""The terminal around the real program: what is typed before it, and what is left after it."""

import asyncio
import signal
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal


async def until_taken(terminal: Terminal) -> int:
    """Wait until the program has taken the terminal; gives the local modes that it has then."""
    for _ in range(2000):
        modes: int = termios.tcgetattr(terminal.master)[3]
        if not modes & termios.ECHO:
            return modes
        await asyncio.sleep(0.005)
    raise AssertionError("it never took the terminal")


@pytest.mark.parametrize("when", ["before it was taken", "after it was taken"])
async def test_what_is_typed_before_the_first_frame_is_sent(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer, when: str
) -> None:
    server.answer(*sse_chat(content=["the ", "answer"]))
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        if when == "after it was taken":
            await until_taken(terminal)
        terminal.write("hello\rmore")
        await asyncio.to_thread(terminal.until, "the answer")
        await asyncio.to_thread(terminal.until, "· stop")
        await asyncio.to_thread(terminal.until, "› more")
        assert server.asked == ["hello"]
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored


SIGNALS = [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGQUIT, 131), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("command", [(), ("watch",)])
async def test_a_signal_leaves_the_terminal_whole_and_its_exit_code(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    number: signal.Signals,
    code: int,
    command: tuple[str, ...],
) -> None:
    with Terminal([*START, *command, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "esc" if not command else "quit")
        terminal.signal(number)
        assert await asyncio.to_thread(terminal.ended) == code
        assert terminal.restored
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize(("number", "code"), SIGNALS[:3])
async def test_a_signal_before_the_first_frame_leaves_the_terminal_as_it_was(
    tmp_path: Path, config: Path, env: Mapping[str, str], number: signal.Signals, code: int
) -> None:
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        assert await until_taken(terminal) & termios.ISIG, "ctrl+c means nothing"
        terminal.signal(number)
        assert await asyncio.to_thread(terminal.ended) == code
        assert termios.tcgetattr(terminal.master) == terminal.modes


async def test_a_config_with_errors_is_told_on_a_terminal_that_is_as_it_was(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("agents:\n  - id: a\n    backend: {type: vllm, model: m, retries: many}\n")
    with Terminal([*START, path.name], env=env, cwd=tmp_path) as terminal:
        assert await asyncio.to_thread(terminal.ended) == 1
        assert termios.tcgetattr(terminal.master) == terminal.modes
        assert "bad.yaml:3:" in terminal.text
        assert "retries" in terminal.text


async def test_it_draws_although_standard_error_goes_to_a_file(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    file = tmp_path / "errors"
    script = (
        "import os, sys; os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), 2);"
        "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
    )
    command = ["-c", script, str(file), *START, str(config)]
    with Terminal(command, env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ask …")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored
    assert file.read_bytes() == b""


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
async def test_a_terminal_that_only_takes_lines_gets_one_sentence(
    tmp_path: Path, config: Path, env: Mapping[str, str], kind: str
) -> None:
    with Terminal([*START, str(config)], env={**env, "TERM": kind}, cwd=tmp_path) as terminal:
        assert await asyncio.to_thread(terminal.ended) == 1
        said = " ".join(terminal.text.split())
        assert f"TERM={kind}" in said
        assert "massgen-tui run" in said
        assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
async def test_a_console_is_drawn_in_utf_8_whatever_the_locale(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    locale: Mapping[str, str],
) -> None:
    server.answer(*sse_chat(content=["漢字 ", "answer"]))
    command = [*START, str(config), "größer"]
    with Terminal(command, env={**env, **locale}, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "· stop")
        assert "┌─1 a" in terminal.text
        assert server.asked == ["größer"]
        terminal.write("é漢")
        await asyncio.to_thread(terminal.until, "› é漢")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored


async def test_a_terminal_that_goes_away_ends_it_with_a_report(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        terminal.write("\x10")  # the first picture is drawn before the config is known
        await asyncio.to_thread(terminal.until, "Search for")
        terminal.hang_up()
        assert await asyncio.to_thread(terminal.process.wait, 10) == 1
    assert "Error" in (tmp_path / "state" / "massgen-tui" / "crash.log").read_text()
