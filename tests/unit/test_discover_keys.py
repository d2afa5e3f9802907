"""Keys of one's own servers go to none that did not ask: not by a look, a prompt or a resume."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from massgen_tui.config.build import build
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.config.serialise import settings_values
from massgen_tui.discover.found import Choice, Found
from massgen_tui.discover.template import file_of
from massgen_tui.discover.values import config_of
from massgen_tui.monitor.status import ServedModel
from tests.support.probed import QWEN, sglang, vllm
from tests.support.server import ScriptedServer, sse_chat

KEYS = {"VLLM_API_KEY": "sk-vllm-own", "SGLANG_API_KEY": "sk-sglang-own"}
BARE = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_PROXY", "_proxy"))}


async def program(home: Path, *words: str) -> tuple[int | None, str, str]:
    """Run the program with keys in its environment; its exit code and what it printed."""
    env = BARE | KEYS | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "massgen_tui", *words),
        cwd=home,
        env=env | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def keys_of(config: Config) -> list[str | None]:
    held = [agent.endpoint.api_key for agent in config.agents]
    return [key.get_secret_value() if key else None for key in held]


@pytest.mark.parametrize("prepare", [vllm, sglang], ids=["vllm", "sglang"])
@pytest.mark.parametrize(
    "words",
    [("run", "{url}", "hi"), ("check", "{url}"), ("watch", "{url}", "--once"), ("init", "{url}")],
    ids=lambda words: words[0],
)
async def test_no_command_sends_a_key_to_a_server_that_asked_for_none(
    prepare: Callable[[ScriptedServer], None], words: tuple[str, ...], tmp_path: Path
) -> None:
    async with ScriptedServer() as server:
        prepare(server)
        server.answer(*sse_chat(content=["hello"]))
        code, out, err = await program(tmp_path, *(word.format(url=server.root) for word in words))
        assert code == 0, err
        said = {request.header("authorization") for request in server.requests}
        assert said <= {None, "Bearer EMPTY"}
        assert "own" not in out + err


@pytest.mark.parametrize("type", ["vllm", "sglang", "llamacpp", "chatcompletion"])
def test_neither_the_config_nor_its_file_nor_a_kept_session_takes_one(
    type: str, tmp_path: Path
) -> None:
    url = "http://gpu-box:8000/v1"
    choice = Choice(Found("gpu-box:8000", url, type, "", (ServedModel(QWEN),)), QWEN)
    config = config_of([choice], KEYS)
    assert keys_of(config) == [None]
    assert config.agents[0].problem is None
    again = build({"agents": [settings_values(agent) for agent in config.agents]}, KEYS, name="x")
    assert keys_of(again) == [None]
    assert again.agents[0].problem is None
    file = tmp_path / "made.yaml"
    file.write_text(file_of([choice]), "utf-8")
    assert keys_of(load_config(file, KEYS)) == [None]


def test_who_asked_for_one_gets_it_again() -> None:
    found = Found("x:1", "http://localhost:1/v1", "vllm", "", (ServedModel(QWEN),), "VLLM_API_KEY")
    config = config_of([Choice(found, QWEN)], KEYS)
    assert keys_of(config) == ["sk-vllm-own"]
    again = build({"agents": [settings_values(agent) for agent in config.agents]}, KEYS, name="x")
    assert keys_of(again) == ["sk-vllm-own"]
