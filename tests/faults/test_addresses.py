"""Addresses in place of a config, at the real command line: run, check, init, watch."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from massgen_tui.cli.targets import split
from tests.support.probed import sglang, vllm
from tests.support.server import ScriptedServer, free_port, sse_chat, whole

ANSWER = sse_chat(content=["391"], model="Qwen/Qwen3-4B")
TWO = {"object": "list", "data": [{"id": "one"}, {"id": "two"}]}


async def typed(folder: Path, *words: str, stdin: str = "", **env: str) -> tuple[int, str, str]:
    """What the program prints."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    state = {name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "massgen_tui", *words),
        cwd=folder,
        env={**kept, **state, "PYTHONPATH": str(Path.cwd()), **env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 50)
    return process.returncode or 0, out.decode(), err.decode()


def serving(server: ScriptedServer) -> None:
    vllm(server)
    server.route("POST", "/v1/chat/completions", *ANSWER)


async def test_run_asks_the_servers_at_addresses(tmp_path: Path) -> None:
    async with ScriptedServer() as one, ScriptedServer() as two:
        serving(one)
        sglang(two)
        two.route("POST", "/v1/chat/completions", *ANSWER)
        code, out, _ = await typed(
            tmp_path, "run", one.root, two.root, "What is 17 * 23?", "--format", "json"
        )
        assert code == 0
        agents = json.loads(out)["agents"]
        assert [(one["agent"], one["content"]) for one in agents] == [
            ("vllm-Qwen3-4B", "391"),
            ("sglang-Qwen3-4B", "391"),
        ]
        code, out, _ = await typed(tmp_path, "sessions", "--json")
        [session] = json.loads(out)["sessions"]
        assert session["config"].startswith("127.0.0.1:")


async def test_what_is_away_is_told_and_the_other_answers(tmp_path: Path) -> None:
    async with ScriptedServer() as one:
        serving(one)
        gone = f"127.0.0.1:{free_port()}"
        code, out, err = await typed(tmp_path, "run", gone, one.root, "hi", "--no-save")
        assert (code, out) == (2, "391\n")
        assert f"{gone}: nothing answers there" in err
        code, _, err = await typed(tmp_path, "run", gone, "hi", "--no-save")
        assert code == 1
        for words in ("no agent can be made", "start it", "`massgen-tui` alone", "demo"):
            assert words in err


async def test_several_models_are_listed_where_nobody_can_be_asked(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, json.dumps(TWO).encode()))
        server.route("POST", "/v1/chat/completions", *ANSWER)
        code, _, err = await typed(tmp_path, "run", server.root, "hi", "--no-save")
        assert code == 1
        assert "serves 2 models (name one with -m: one, two)" in err
        code, out, _ = await typed(tmp_path, "run", server.root, "hi", "-m", "two", "--no-save")
        assert (code, out) == (0, "391\n")
        asked = next(request for request in server.requests if request.method == "POST")
        assert asked.json["model"] == "two"
        code, _, err = await typed(tmp_path, "run", server.root, "hi", "-m", "three", "--no-save")
        assert code == 1
        assert "does not serve three (it serves one, two)" in err


async def test_init_writes_a_config_that_check_finds_good(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        serving(server)
        code, _, err = await typed(tmp_path, "init", server.root, "-o", "made.yaml")
        assert code == 0, err
        code, out, _ = await typed(tmp_path, "check", "made.yaml", "--strict")
        assert code == 0, out
        code, _, err = await typed(tmp_path, "init", server.root, "-o", "made.yaml")
        assert code == 1
        assert "is there already, and stays as it is: choose another -o" in err
        code, out, _ = await typed(tmp_path, "init", server.root)
        assert out == (tmp_path / "made.yaml").read_text("utf-8")


async def test_check_looks_at_addresses(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        serving(server)
        gone = f"127.0.0.1:{free_port()}"
        code, out, _ = await typed(tmp_path, "check", server.root, gone, "--json")
        assert code == 2
        [file] = json.loads(out)["files"]
        assert [agent["agent"] for agent in file["agents"]] == ["vllm-Qwen3-4B"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "localhost:1", "a prompt", "more"), "one word too many"),
        (("run", "localhost:1", "hi", "-m", "a", "-m", "b"), "2 models for 1 addresses"),
        (("run", "agents.yaml", "hi", "-m", "a"), "-m and --key-env are for addresses"),
        (("run", "agents.yaml", "hi", "--prompt", "ho"), "the prompt is given twice"),
        (("run", "localhost:1", "agents.yaml", "hi"), "one config file, or addresses"),
        (("run", "http://user:hunter2@localhost:1", "hi"), "list of processes"),
        (("check", "localhost:1", "agents.yaml"), "is no address"),
        (("init", "agents.yaml"), "is no address"),
        (("watch", "localhost:1", "hi"), "watch asks nothing"),
        (("localhost:1", "hi"), "the console needs a terminal"),
        (("-m", "x", "localhost:1"), "the console needs a terminal"),
        (("ftp://localhost",), "is no address of a server"),
        (("localhost",), "An address has a port or a scheme: localhost:8000"),
        (("gpu-box", "hi"), "`massgen-tui` alone shows what one may begin with"),
        (("run", "nosuch.yaml", "hi"), "There is no config file nosuch.yaml"),
    ],
)
async def test_wrong_usage_is_told(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(
        "agents: [{id: a, backend: {type: vllm, model: m}}]", "utf-8"
    )
    code, _, err = await typed(tmp_path, *words)
    assert code == 1
    assert told in err
    assert "hunter2" not in err


def test_after_a_config_the_second_word_is_the_prompt(tmp_path: Path) -> None:
    config = tmp_path / "agents.yaml"
    config.write_text("agents: []", "utf-8")
    assert split([str(config), "localhost:8000"]).prompt == "localhost:8000"
    assert split(["localhost:8000"], "host:1").prompt == "host:1"
    assert split(["h:1", "http://h:2/v1", "[::1]:3", "what?"]).addresses == (
        "h:1",
        "http://h:2/v1",
        "[::1]:3",
    )
