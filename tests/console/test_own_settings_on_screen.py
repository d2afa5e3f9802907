"""The real program with settings of the user's own."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.server import Hang, ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal

NORD, DRACULA = b"48;2;46;52;64", b"48;2;40;42;54"
"""The backgrounds of two themes."""


def write(env: Mapping[str, str], text: str) -> None:
    """Have these settings."""
    folder = Path(env["XDG_CONFIG_HOME"]) / "massgen-tui"
    folder.mkdir(parents=True)
    (folder / "settings.yaml").write_text(text)


def dracula(config: Path) -> Path:
    """The same config with a theme of its own."""
    other = config.with_name("other.yaml")
    other.write_text(config.read_text()[:-1] + ', "ui": {"theme": "dracula"}}')
    return other


async def test_keys_and_theme_are_the_user_s(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    write(env, "keymap: {quit: f9}\ntheme: nord\nterminal_title: false\n")
    env = {**env, "COLORTERM": "truecolor"}
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "f9 quit")
        assert NORD in terminal.raw
        assert b"\x1b]0;" not in terminal.raw
        terminal.write("\x1b[20~")
        assert await asyncio.to_thread(terminal.ended) == 0


async def test_no_color_and_the_config_win(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    write(env, "theme: nord\n")
    with Terminal([*START, str(config)], env={**env, "NO_COLOR": "1"}, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+q quit")
        assert NORD not in terminal.raw
    other = dracula(config)
    env = {**env, "COLORTERM": "truecolor"}
    with Terminal([*START, str(other)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+q quit")
        assert NORD not in terminal.raw
        assert DRACULA in terminal.raw


async def test_a_broken_file_is_told_and_the_console_opens(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    env = {**env, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    write(env, "keymap: {rerum: f6}\ntheme: nowhere\nlayout: rows\n")
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "~/.config/massgen-tui/settings.yaml:3:9: layout")
        await asyncio.to_thread(terminal.until, "2 more: palette, Show warnings")
        terminal.write("\x10warnings")
        await asyncio.to_thread(terminal.until, "Show warnings")
        terminal.write("\r")
        await asyncio.to_thread(terminal.until, "settings.yaml:2:1: theme")
        await asyncio.to_thread(terminal.until, "settings.yaml:1:10: keymap.rerum")


async def test_run_takes_the_timeouts_and_tells_what_is_wrong(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    write(env, "timeout: {first_token: 0.2, idle: 0}\nthem: nord\ntimeout: {first_token: 0.2}\n")
    server.answer(*sse_chat(content=["late"])[:1], Hang())
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, *START, "run", str(config), "hi", "--no-save"),
        env=dict(env),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(run.communicate(), 30)
    assert run.returncode == 3, out
    said = out.decode()
    assert "settings.yaml:3:1: timeout: is written twice, first on line 1" in said
    assert "did you mean `theme`?" in said


async def test_watch_and_the_start_screen_wear_the_theme(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    write(env, "theme: nord\nkeymap: {watch.leave: f9, rerum: f6}\n")
    env = {**env, "COLORTERM": "truecolor"}
    with Terminal([*START, "watch", str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "`rerum` is no action")
        assert NORD in terminal.raw
        terminal.write("\x1b[20~")
        assert await asyncio.to_thread(terminal.ended) == 0
    with Terminal([*START], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "Demo")
        assert NORD in terminal.raw


async def test_a_theme_of_the_environment_wins(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    write(env, "theme: nord\n")
    env = {**env, "COLORTERM": "truecolor", "TEXTUAL_THEME": "dracula"}
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+q quit")
        assert DRACULA in terminal.raw
        assert NORD not in terminal.raw
