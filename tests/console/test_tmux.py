"""The real program in a real tmux: what is copied and pasted there, and how wide text is."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START
from tests.support.tmux import Tmux, needs_tmux

pytestmark = needs_tmux


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("set -s set-clipboard off",),
        ("set -s set-clipboard on", "set -g allow-passthrough on"),
    ],
)
async def test_a_copy_is_in_tmux_s_buffer_whatever_its_options(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    options: tuple[str, ...],
) -> None:
    long = "漢字 and text\n" * 8000
    server.answer(*sse_chat(content=[long]))
    with Tmux([*START, str(config), "go"], env=env, cwd=tmp_path, options=options) as tmux:
        await asyncio.to_thread(tmux.until, "· stop")
        tmux.keys("C-g", "1", "y")
        await asyncio.to_thread(tmux.until, "is in tmux's buffer")
        assert "copied" not in tmux.text
        assert tmux.run("show-buffer").rstrip("\n") == long.rstrip("\n")
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_ended)


async def test_a_coloured_log_that_is_pasted_is_text(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    with Tmux([*START, str(config)], env=env, cwd=tmp_path) as tmux:
        await asyncio.to_thread(tmux.until, "ctrl+r rerun")
        tmux.keys("C-g", "1")
        tmux.paste(
            b"\x1b[1;31mERROR\x1b[0m one\n\x1b]0;title\x07two \x11\x03 caf\xe9\n\x1b[32mok\n"
        )
        await asyncio.to_thread(tmux.until, "[32mok")
        assert server.asked == []
        server.answer(*sse_chat(content=["the answer"]))
        tmux.keys("Enter")
        await asyncio.to_thread(tmux.until, "· stop")
        assert server.asked == ["[1;31mERROR[0m one\n]0;titletwo  caf\ufffd\n[32mok"]
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_ended)
