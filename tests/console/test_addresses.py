"""The console on addresses, at the real program on a pseudo-terminal: choices and early keys."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.probed import vllm
from tests.support.server import ScriptedServer, Wait, sse_chat, whole
from tests.support.terminal import START, Terminal

CTRL_Q, ESC, DOWN = "\x11", "\x1b", "\x1b[B"
READY = "ctrl+r rerun"


def serving(server: ScriptedServer, *models: str) -> None:
    vllm(server)
    data = [{"id": model, "owned_by": "vllm", "max_model_len": 4096} for model in models]
    server.route("GET", "/v1/models", whole(200, {"object": "list", "data": data}))
    server.route("POST", "/v1/chat/completions", *sse_chat(content=["the ", "answer"]))


@pytest_asyncio.fixture
async def other() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as made:
        yield made


def opened(words: Sequence[str], env: Mapping[str, str], cwd: Path) -> Terminal:
    return Terminal([*START, *words], env=env, cwd=cwd, size=(100, 30))


async def seen(terminal: Terminal, text: str) -> None:
    await asyncio.to_thread(terminal.until, text)


async def quits(terminal: Terminal, code: int = 0) -> None:
    terminal.write(CTRL_Q)
    assert await asyncio.to_thread(terminal.ended) == code
    assert terminal.restored
    assert "Traceback" not in terminal.text


async def test_two_addresses_are_two_agents(
    server: ScriptedServer, other: ScriptedServer, env: Mapping[str, str], tmp_path: Path
) -> None:
    serving(server, "Qwen/Qwen3-4B")
    serving(other, "Qwen/Qwen3-8B")
    words = [server.root, f"127.0.0.1:{other.port}", "hello there"]
    with opened(words, env, tmp_path) as terminal:
        await seen(terminal, "the answer")
        await seen(terminal, "vllm-Qwen3-8B")
        assert server.asked == other.asked == ["hello there"]
        await quits(terminal)


async def test_of_several_models_one_is_chosen_by_keys(
    server: ScriptedServer, other: ScriptedServer, env: Mapping[str, str], tmp_path: Path
) -> None:
    serving(server, "base", "sql-lora", "BAAI/bge-m3")
    serving(other, "alone")
    with opened([server.root, other.root], env, tmp_path) as terminal:
        await seen(terminal, "1 server, 2 to choose from")
        assert "bge-m3" not in terminal.text
        terminal.write(f" {DOWN} \r")
        await seen(terminal, READY)
        terminal.write("which?\r")
        await seen(terminal, "the answer")
        await asyncio.to_thread(lambda: terminal.until("vllm-alone"))
        [post] = [one for one in server.requests if one.method == "POST"]
        assert post.json["model"] == "sql-lora"
        await quits(terminal)


async def test_nothing_is_chosen_by_esc(
    server: ScriptedServer, env: Mapping[str, str], tmp_path: Path
) -> None:
    serving(server, "one", "two")
    with opened([server.root], env, tmp_path) as terminal:
        await seen(terminal, "2 to choose from")
        terminal.write(ESC)
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored
        assert not server.asked


@pytest.mark.parametrize("models", [("alone",), ("one", "two")], ids=["one", "several"])
async def test_what_is_typed_while_it_looks_is_for_the_prompt(
    models: tuple[str, ...], server: ScriptedServer, env: Mapping[str, str], tmp_path: Path
) -> None:
    serving(server, *models)
    go = asyncio.Event()
    version = whole(200, {"version": "0.32.0"})
    server.route("GET", "/version", Wait(go), version)
    with opened([server.root], env, tmp_path) as terminal:
        await seen(terminal, "Looking at")
        terminal.write("early s words")
        await asyncio.to_thread(terminal.read, 0.2)
        go.set()
        if len(models) > 1:
            await seen(terminal, "to choose from")
            terminal.write("\r")
        await seen(terminal, READY)
        await seen(terminal, "early s words")
        terminal.write("\r")
        await seen(terminal, "the answer")
        assert server.asked == ["early s words"]
        await quits(terminal)


async def test_an_address_that_is_wrong_is_told_and_the_other_works(
    server: ScriptedServer, other: ScriptedServer, env: Mapping[str, str], tmp_path: Path
) -> None:
    serving(server, "alone")
    other.route("GET", "/v1/models", whole(401, {"error": "Unauthorized"}))
    with opened([server.root, other.root, "hi"], env, tmp_path) as terminal:
        await seen(terminal, "wants a key")
        await seen(terminal, "the answer")
        await quits(terminal)
    with opened([other.root], env, tmp_path) as terminal:
        assert await asyncio.to_thread(terminal.ended) == 1
        assert "no agent can be made" in terminal.text
        assert b"\x1b[?1049h" not in terminal.raw
