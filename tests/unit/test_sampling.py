"""What the monitor knows is kept with the session, and shown again by a replay."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.session.events import Entry, Sampled
from massgen_tui.session.session import Session
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from massgen_tui.supervise.join import Join
from massgen_tui.supervise.kept_watching import KeptWatching
from massgen_tui.supervise.sampling import sample_of
from tests.support.console import FixedWatching
from tests.support.every_line import check_lines
from tests.support.fakes import Backends, FakeClock, config_of

KEY = "sk-planted-key"
ROOT = "http://localhost:8000"
TARGET = ServerTarget(ROOT, f"{ROOT}/v1", "vllm", ("fake/model",), key=KEY)
UP = ServerStatus(
    TARGET,
    ServerState.UP,
    running=2,
    waiting=1,
    kv_usage=0.5,
    tokens_per_s=61.54,
    kind="vLLM",
    version="0.33.0",
)
HUNG = ServerStatus(TARGET, ServerState.UP, f"odd {KEY}", condition=Condition.HUNG)
DOWN = ServerStatus(TARGET, ServerState.DOWN)
GPUS = GpuSnapshot(
    (
        GpuStatus(0, "NVIDIA H200", "GPU-1", 97, 5, 9, 61, 512.512),
        GpuStatus(1, state=GpuState.LOST),
    ),
    others=(GpuSnapshot((GpuStatus(0, utilisation=3),), host="node2"),),
)


class Kept:
    """A session with a monitor of fixed statuses, the samples it was told, and its file."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.watching = FakeClock(), FixedWatching({TARGET.id: UP}, GPUS)
        config = config_of("a", api_key=SecretStr(KEY))
        self.session = Session(config, backend_for=Backends(), clock=self.clock, health=None)
        self.log = record(self.session, warn=pytest.fail, directory=lambda: folder)
        self.join = Join(self.session, self.watching)
        self.told: list[float] = []
        self.session.listen(self._hear)

    def _hear(self, entry: Entry) -> None:
        if isinstance(entry.event, Sampled):
            self.told.append(entry.at - 100.0)

    def look(self, seconds: int) -> None:
        """Once a second."""
        for _ in range(seconds):
            self.join.update()
            self.clock.tick(1.0)

    async def ask(self) -> None:
        self.session.ask("hi")
        await self.session.wait()

    async def close(self) -> Path:
        await self.session.aclose()
        self.log.close()
        assert self.log.path is not None
        return self.log.path


async def test_a_sample_each_5_s_and_none_when_idle_over_60_s(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.look(20)
    assert kept.told == [], "nobody was asked yet"
    await kept.ask()
    kept.look(100)
    assert kept.told == [20.0 + 5 * number for number in range(13)]
    await kept.ask()
    kept.look(3)
    assert kept.told[13:] == [120.0]
    await kept.close()


@pytest.mark.parametrize("other", [{TARGET.id: DOWN}, {TARGET.id: HUNG}, {}])
async def test_a_change_of_state_is_told_at_once(
    other: dict[str, ServerStatus], tmp_path: Path
) -> None:
    kept = Kept(tmp_path)
    await kept.ask()
    kept.look(2)
    kept.watching.servers = other
    kept.look(2)
    kept.watching.gpus = GpuSnapshot((GpuStatus(0, state=GpuState.RESET),))
    kept.look(2)
    assert kept.told == [0.0, 2.0, 4.0]
    await kept.close()


async def test_where_nothing_is_looked_at_nothing_is_told(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.watching.servers, kept.watching.gpus = {}, GpuSnapshot(reason="no driver")
    await kept.ask()
    kept.look(20)
    assert kept.told == []
    await kept.close()


async def test_its_line_holds_numbers_and_no_key_or_words(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    await kept.ask()
    kept.look(1)
    kept.watching.servers = {TARGET.id: HUNG}
    kept.look(1)
    path = await kept.close()
    check_lines(path)
    text = path.read_text("utf-8")
    assert "planted" not in text
    first, second = [one for one in map(json.loads, text.splitlines()) if one.get("e") == "sampled"]
    assert first["servers"] == [
        {"id": TARGET.id, "state": "up", "running": 2, "waiting": 1}
        | {"kv_usage": 0.5, "tokens_per_s": 61.5, "kind": "vLLM", "version": "0.33.0"}
    ]
    assert second["servers"] == [{"id": TARGET.id, "state": "up", "condition": "hung"}]
    assert first["gpus"] == [
        {"index": 0, "uuid": "GPU-1", "name": "NVIDIA H200", "utilisation": 97}
        | {"memory_used": 5, "memory_total": 9, "power": 512.5, "temperature": 61},
        {"index": 1, "state": "lost"},
        {"index": 0, "host": "node2", "utilisation": 3},
    ]


async def test_a_replay_shows_what_was_sampled_then(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    await kept.ask()
    kept.look(2)
    kept.watching.servers = {TARGET.id: DOWN}
    kept.look(2)
    played, _ = replayed(await kept.close())
    watching = KeptWatching(played.state)
    assert (played.config.monitor, watching.servers, watching.gpus.gpus) == (True, {}, ())
    played.player.seek(played.player.begin + 1.0)
    assert sample_of(watching.servers, watching.gpus) == sample_of({TARGET.id: UP}, GPUS)
    assert watching.servers[TARGET.id].target.agents == ("a",)
    played.player.seek(played.player.end)
    assert sample_of(watching.servers, watching.gpus) == sample_of({TARGET.id: DOWN}, GPUS)
    before = played.state.seq
    Join(played, watching).update()
    assert played.state.seq == before, "a replay learns nothing new"
