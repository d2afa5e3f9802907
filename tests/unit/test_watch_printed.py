"""`watch` without a screen: one look, or a line a look, of scripted servers and fixed GPUs."""

import asyncio
import io
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.check.watching import follow, once
from massgen_tui.config.model import Config
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuProcess, GpuSnapshot, GpuStatus
from massgen_tui.supervise.monitoring import Monitors
from tests.support.configs import loaded
from tests.support.probed import vllm
from tests.support.schemas import schema
from tests.support.server import Hang, ScriptedServer, free_port

GPU = GpuStatus(
    0,
    "NVIDIA H200",
    "GPU-5e1f",
    97,
    64 * 1024**3,
    141 * 1024**3,
    61,
    512.5,
    700.0,
    processes=(GpuProcess(7, 1, "python", ":8000"),),
)
LOST = GpuStatus(1, state=GpuState.LOST, note="fell\x1b[2J off the bus")


class Stage(Monitors):
    """Real looks at servers, and GPUs that never change."""

    @property
    def gpus(self) -> GpuSnapshot:
        """Two."""
        return GpuSnapshot((GPU, LOST), sampled_at=1.0)


def config_at(folder: Path, *roots: str) -> Config:
    listed = "".join(f'\n  - "{root}"' for root in roots)
    agents = "agents: [{id: a, backend: {type: vllm, model: m, base_url: 'http://%s/v1'}}]"
    own = roots[0].removeprefix("http://")
    return loaded(folder, f"{agents % own}\nservers:{listed}\n")


@pytest.mark.parametrize(("up", "away", "code"), [(1, 0, 0), (1, 1, 2), (0, 1, 3)])
async def test_the_exit_code_says_who_is_up(up: int, away: int, code: int, tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        roots = [server.root] * up + [f"http://127.0.0.1:{free_port()}"] * away
        config = config_at(tmp_path, *roots)
        out = io.StringIO()
        assert await once(config, out, as_json=True, watching=Stage(config)) == code
        look = json.loads(out.getvalue())
        Draft202012Validator(schema("watch")).validate(look)
        states = [one["state"] for one in look["servers"]]
        assert states == ["up"] * up + ["down"] * away
        assert [one["name"] for one in look["gpus"]] == ["NVIDIA H200", None]
        assert look["gpus"][0]["servers"] == [":8000"]


async def test_text_is_for_people_and_clean(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        config = config_at(tmp_path, server.root)
        out = io.StringIO()
        await once(config, out, as_json=False, watching=Stage(config))
        text = out.getvalue()
        assert "● http" in text
        assert "GPU 0 NVIDIA H200 · 97% · 64.0 of 141 GiB · 512 W · 61 °C" in text
        assert "✗ GPU 1 GPU · lost" in text
        assert "\x1b" not in text


async def test_lines_go_on_until_the_reader_goes(tmp_path: Path) -> None:
    class Pipe(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    async with ScriptedServer() as server:
        vllm(server)
        config = config_at(tmp_path, server.root)
        out = Pipe()
        with pytest.raises(BrokenPipeError):
            await asyncio.wait_for(follow(config, out, watching=Stage(config)), 20)
        [line] = out.getvalue().splitlines()
        look = json.loads(line)
        Draft202012Validator(schema("watch")).validate(look)
        assert look["at"].endswith("+00:00")


@asynccontextmanager
async def following(folder: Path, root: str) -> AsyncIterator[Process]:
    """The program, which prints a line a look."""
    words = (sys.executable, "-m", "massgen_tui", "watch", root, "--format", "jsonl")
    env = {**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONPATH": str(Path.cwd())}
    made = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=PIPE, env=env)
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
            await made.wait()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_an_interrupt_ends_the_lines_behind_a_whole_one(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        async with following(tmp_path, server.root) as program:
            assert program.stdout is not None
            first = await asyncio.wait_for(program.stdout.readline(), 30)
            program.send_signal(number)
            rest, errors = await asyncio.wait_for(program.communicate(), 30)
    assert (program.returncode, errors) == (code, b"")
    for line in (first + rest).splitlines():
        Draft202012Validator(schema("watch")).validate(json.loads(line))


async def test_an_interrupt_ends_the_first_look_too(tmp_path: Path) -> None:
    """Of a server that takes requests and never answers, which takes 20 s else."""
    async with ScriptedServer() as server:
        for path in ("/v1/models", "/health", "/version"):
            server.route("GET", path, Hang())
        async with following(tmp_path, server.root) as program:
            await asyncio.wait_for(server.arrival(), 30)
            program.send_signal(signal.SIGINT)
            said, errors = await asyncio.wait_for(program.communicate(), 10)
    assert (program.returncode, said, errors) == (130, b"", b"")
