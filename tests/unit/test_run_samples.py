"""A run keeps what servers and GPUs were like; a short one asks nothing, and none is held up."""

import asyncio
import json
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import ServerState, ServerStatus, ServerTarget
from massgen_tui.session.events import Sampled
from massgen_tui.session.session import Session
from massgen_tui.store.recording import record
from massgen_tui.supervise.run_samples import sampled
from tests.support.console import FixedWatching
from tests.support.fakes import Backends, answer, config_of

ROOT = "http://localhost:8000"
UP = ServerStatus(ServerTarget(ROOT, f"{ROOT}/v1", "vllm", ("m",)), ServerState.UP, running=1)
GPUS = GpuSnapshot((GpuStatus(0, "NVIDIA H200", "GPU-1", 97),))


class Looking:
    """Makes what looks at servers, and remembers whose."""

    def __init__(self, gpus: GpuSnapshot = GPUS) -> None:
        self.watching = FixedWatching({ROOT: UP}, gpus)
        self.agents: list[str] = []

    def __call__(self, config: Config) -> FixedWatching:
        self.agents = [agent.id for agent in config.agents]
        return self.watching


async def told(
    folder: Path, looking: Looking, *, after: float = 0.0, monitor: bool = True, waits: bool = True
) -> list[dict[str, object]]:
    """The samples in the file of a session whose one answer ends once there is one."""
    go = asyncio.Event()
    config = config_of("a", "b").model_copy(update={"monitor": monitor})
    backends = Backends(a=[[go, *answer("done")]] if waits else [answer("done")])
    session = Session(config, backend_for=backends, health=None)
    log = record(session, warn=pytest.fail, directory=lambda: folder)
    seen = asyncio.Event()
    session.listen(lambda entry: seen.set() if isinstance(entry.event, Sampled) else None)
    async with sampled(session, ["a"], looking, after):
        session.ask("hi", ["a"])
        if waits:
            await seen.wait()
        go.set()
        await session.wait()
    await session.aclose()
    log.close()
    assert log.path is not None
    lines = [json.loads(line) for line in log.path.read_text("utf-8").splitlines()]
    return [line for line in lines if line.get("e") == "sampled"]


async def test_a_run_keeps_what_the_servers_it_asks_and_the_gpus_are_like(tmp_path: Path) -> None:
    looking = Looking()
    (sample,) = await told(tmp_path, looking)
    assert sample["servers"] == [{"id": ROOT, "state": "up", "running": 1}]
    assert isinstance(sample["gpus"], list)
    assert sample["gpus"][0]["utilisation"] == 97
    assert (looking.agents, looking.watching.started) == (["a"], True)
    assert looking.watching.stopped


async def test_without_gpus_only_servers_are_told(tmp_path: Path) -> None:
    (sample,) = await told(tmp_path, Looking(GpuSnapshot()))
    assert "gpus" not in sample


@pytest.mark.parametrize(("after", "monitor"), [(60.0, True), (0.0, False)])
async def test_a_short_run_and_one_without_a_monitor_ask_nothing(
    after: float, monitor: bool, tmp_path: Path
) -> None:
    looking = Looking()
    assert await told(tmp_path, looking, after=after, monitor=monitor, waits=False) == []
    assert not looking.watching.started


async def test_what_waits_for_its_server_is_looked_at_by_nobody_else(tmp_path: Path) -> None:
    looking = Looking()
    session = Session(config_of("a"), backend_for=Backends(), health=None)
    async with sampled(session, ["a"], looking, 0.0):
        session.ask("hi", defer=True)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not looking.watching.started
        session.cancel()
    await session.aclose()


async def test_a_monitor_that_cannot_be_had_harms_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(self: FixedWatching) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(FixedWatching, "start", fails)
    assert await told(tmp_path, Looking(), waits=False) == []
