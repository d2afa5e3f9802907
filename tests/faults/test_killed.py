"""What the real console has kept when it is killed, and what it does where nothing can be kept."""

import asyncio
import os
import random
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.store.reader import KeptSession, read_session
from tests.support.server import Pause, ScriptedServer, Step, delta, head, sse, sse_chat
from tests.support.server import chunk as chunked
from tests.support.terminal import START, Terminal

ROOT = Path(__file__).parents[2]
LOST_S = 0.5
"""Seconds of what came that a sudden death may cost."""
AGENTS = "abcd"
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Runs a program that can write no file of more than 3,000 bytes, as on a disk that is full."""


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def agents(folder: Path, url: str, ids: str) -> Path:
    lines = [
        f'  - {{id: {one}, backend: {{type: vllm, model: m, base_url: "{url}"}}}}' for one in ids
    ]
    path = folder / "agents.yaml"
    path.write_text("\n".join(["monitor: off", "agents:", *lines, ""]), "utf-8")
    return path


def counted(name: str) -> list[Step]:
    """An answer that counts to 3,000 in words of its own, 100 a second."""
    words = [sse(delta(content=f"{name}{n:04} ")) for n in range(3_000)]
    return [head(), *(step for word in words for step in (chunked(word), Pause(0.01)))]


def last_of(text: str) -> dict[str, int]:
    """The last word of each answer that counts."""
    found = re.findall(r"\b([wxyz])(\d{4})\b", text)
    return {name: max(int(n) for one, n in found if one == name) for name, _ in found}


def watched(terminal: Terminal, seconds: float) -> None:
    """Read what the program draws for so long."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        terminal.read(left)


def kept_in(state: Path) -> KeptSession:
    (path,) = (state / "massgen-tui" / "sessions").glob("*.jsonl")
    return read_session(path)


@pytest.mark.parametrize("seed", range(3))
async def test_a_console_that_is_killed_has_kept_all_but_the_last_half_second(
    seed: int, tmp_path: Path, env: Mapping[str, str]
) -> None:
    moment = random.Random(seed).uniform(0.1, 2.0)
    async with ScriptedServer() as server:
        for name in "wxyz":
            server.answer(*counted(name))
        config = agents(tmp_path, server.base_url, AGENTS)
        with Terminal([*START, str(config)], env=env, cwd=tmp_path, size=(160, 45)) as terminal:
            terminal.write("count\r")
            for name in "wxyz":
                await asyncio.to_thread(terminal.until, f"{name}0010")
            await asyncio.to_thread(watched, terminal, moment)
            shown = last_of(terminal.text)
            await asyncio.to_thread(watched, terminal, LOST_S)
            terminal.signal(signal.SIGKILL)
            assert await asyncio.to_thread(terminal.ended) == -signal.SIGKILL
    kept = kept_in(tmp_path / "state")
    texts = [str(agent.turns[0].attempts[0].content) for agent in kept.state.agents.values()]
    held = last_of(" ".join(texts))
    assert sorted(held) == sorted(shown) == list("wxyz")
    assert {name: n for name, n in shown.items() if held[name] < n} == {}
    for text in texts:  # and nothing is missing before that
        words = text.split()[:-1]
        assert words == [f"{text[0]}{n:04}" for n in range(len(words))]
    assert kept.end == "killed"
    assert kept.damage in ([], ["its last line is cut off"])


@pytest.mark.parametrize("trouble", ["no folder", "a full disk"])
async def test_a_console_that_can_keep_nothing_says_so_once_and_goes_on(
    trouble: str, tmp_path: Path, env: Mapping[str, str]
) -> None:
    command = [*START, str(tmp_path / "agents.yaml")]
    if trouble == "no folder":
        folder = tmp_path / "state" / "massgen-tui"
        folder.mkdir(parents=True)
        (folder / "sessions").write_text("a file", "utf-8")
    else:
        command = ["-c", LIMITED, *command]
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=[f"first {'word ' * 900}", "end1"]))
        server.answer(*sse_chat(content=["second ", "end2"]))
        agents(tmp_path, server.base_url, "a")
        with Terminal(command, env=env, cwd=tmp_path) as terminal:
            terminal.write("one\r")
            await asyncio.to_thread(terminal.until, "end1")
            await asyncio.to_thread(terminal.until, "! this session is not kept")
            terminal.write("two\r")
            await asyncio.to_thread(terminal.until, "end2")
            terminal.write("\x11")
            assert await asyncio.to_thread(terminal.ended) == 0
            assert "Traceback" not in terminal.text
    assert server.asked == ["one", "two"]
