"""What the terminal's window is called while a console is on it, and after."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.console.phrases import terminal_title
from massgen_tui.console.terminal.title import PUT_BACK, TerminalTitle
from tests.support.server import ScriptedServer, Wait, sse_events, streamed
from tests.support.terminal import START, Terminal
from tests.support.tmux import Tmux, needs_tmux

XTERM = {"TERM": "xterm-256color"}
KEEP = b"\x1b[22;0t"


def titles(terminal: Terminal) -> list[str]:
    """What the window was called, one after the other."""
    return [one.decode() for one in re.findall(rb"\x1b\]0;([^\a]+)\a", terminal.raw)]


def turn_off(config: Path) -> None:
    """Let a config leave the title alone."""
    written = json.loads(config.read_text()) | {"ui": {"terminal_title": False}}
    config.write_text(json.dumps(written))


async def until_called(terminal: Terminal, title: str) -> None:
    """Wait until the window is called so."""
    for _ in range(400):
        if titles(terminal)[-1:] == [title]:
            return
        await asyncio.to_thread(terminal.read)
    raise AssertionError(titles(terminal))


@pytest.mark.parametrize(
    ("name", "answering", "title"),
    [
        ("two_qwen", 2, "massgen-tui · two_qwen · 2 answering"),
        ("two_qwen", 0, "massgen-tui · two_qwen"),
        ("", 1, "massgen-tui · 1 answering"),
        ("a\x1b]0;evil\a\nb\x9c", 0, "massgen-tui · a]0;evil b"),
        ("\u202egnp.exe", 0, "massgen-tui · gnp.exe"),
        ("x" * 500, 0, f"massgen-tui · {'x' * 59}…"),
    ],
)
def test_the_title_says_what_is_open_and_how_many_answer(
    name: str, answering: int, title: str
) -> None:
    assert terminal_title(name, answering) == title


def test_it_is_written_once_and_put_back_once() -> None:
    written: list[str] = []
    title = TerminalTitle(written.append, XTERM)
    title.show("early")
    assert written == []
    title.begin()
    title.show("early")
    title.show("late")
    title.end()
    assert written == ["\x1b[22;0t", "\x1b]0;early\a", "\x1b]0;late\a", PUT_BACK]
    title.show("while the shell has it")
    title.end()
    assert len(written) == 4
    title.begin()
    assert written[4:] == ["\x1b[22;0t", "\x1b]0;while the shell has it\a"]
    title.show("")
    assert written[6:] == [PUT_BACK]


@pytest.mark.parametrize("kind", ["linux", "vt100", "vt220", "cons25", "sun", "eterm-color", ""])
def test_a_terminal_that_has_no_title_gets_none(kind: str) -> None:
    written: list[str] = []
    title = TerminalTitle(written.append, {"TERM": kind})
    title.begin()
    title.show("title")
    title.end()
    assert written == []


def test_nothing_in_a_title_acts_on_the_terminal() -> None:
    written: list[str] = []
    title = TerminalTitle(written.append, XTERM)
    title.begin()
    title.show("a\x07\x1b]52;c;eA==\x07\x9d2;b\x9c\nc")
    assert written[-1] == "\x1b]0;a]52;c;eA==2;b c\a"


async def test_the_window_is_called_after_the_config_and_then_as_before(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    go_on = asyncio.Event()
    first, *rest = sse_events(content=["the ", "answer"])
    server.answer(*streamed(first, Wait(go_on), *rest))
    with Terminal([*START, str(config), "why?"], env=env, cwd=tmp_path) as terminal:
        await until_called(terminal, "massgen-tui · one · 1 answering")
        go_on.set()
        await asyncio.to_thread(terminal.until, "· stop")
        await until_called(terminal, "massgen-tui · one")
        assert titles(terminal)[-1] == "massgen-tui · one"
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored
        assert terminal.raw.count(KEEP) == terminal.raw.count(PUT_BACK.encode()) == 1
        assert terminal.raw.rindex(PUT_BACK.encode()) > terminal.raw.rindex(b"massgen-tui")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_puts_it_back(
    tmp_path: Path, config: Path, env: Mapping[str, str], number: signal.Signals
) -> None:
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await until_called(terminal, "massgen-tui · one")
        terminal.signal(number)
        assert await asyncio.to_thread(terminal.ended) == 128 + number
        assert terminal.raw.count(PUT_BACK.encode()) == 1


@pytest.mark.parametrize("off", ["config", "terminal"])
async def test_it_can_be_turned_off_and_is_where_there_is_none(
    tmp_path: Path, config: Path, env: Mapping[str, str], off: str
) -> None:
    if off == "config":
        turn_off(config)
    else:
        env = {**env, "TERM": "linux"}
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+r rerun")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert b"\x1b]0;" not in terminal.raw
        assert KEEP not in terminal.raw


async def test_it_is_the_shell_s_while_we_are_suspended(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await until_called(terminal, "massgen-tui · one")
        await asyncio.to_thread(terminal.until, "ctrl+r rerun")
        terminal.write("\x071\x1a")
        for _ in range(200):
            if PUT_BACK.encode() in terminal.raw:
                break
            await asyncio.to_thread(terminal.read)
        assert terminal.raw.count(PUT_BACK.encode()) == 1
        terminal.signal(signal.SIGCONT)
        for _ in range(200):
            if terminal.raw.count(KEEP) == 2:
                break
            await asyncio.to_thread(terminal.read)
        assert titles(terminal)[-1] == "massgen-tui · one"


@needs_tmux
async def test_tmux_shows_it_and_has_its_own_again(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    options = ("set -g remain-on-exit on",)
    with Tmux([*START, str(config)], env=env, cwd=tmp_path, options=options) as tmux:
        before = tmux.run("display-message", "-p", "#{host}").strip()

        def called(title: str) -> bool:
            return tmux.run("display-message", "-p", "#{pane_title}").strip() == title

        await asyncio.to_thread(tmux.until_true, lambda: called("massgen-tui · one"))
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_true, lambda: called(before))


def test_what_prints_writes_no_title(config: Path, env: Mapping[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, *START, "check", str(config)],
        env=dict(env),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert b"\x1b]" not in done.stdout + done.stderr
