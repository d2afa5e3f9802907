"""A real NVIDIA GPU (`make gpu`), for who has one: the panel beside what nvidia-smi says."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.console.watch import WatchApp
from massgen_tui.monitor.nvml import Nvml
from tests.support.configs import agent_of

pytestmark = pytest.mark.gpu

MIB = 2**20
FIELDS = (
    "name",
    "uuid",
    "memory.total",
    "memory.used",
    "temperature.gpu",
    "power.draw",
    "enforced.power.limit",
)


def nvidia_smi() -> list[list[str]]:
    """These fields of each GPU, in MiB, °C and W, as nvidia-smi writes them: `[N/A]` too."""
    command = ["nvidia-smi", f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split(", ") for line in done.stdout.splitlines()]


def test_each_row_says_what_nvidia_smi_says() -> None:
    nvml = Nvml()
    try:
        rows = list(nvml.sample())
    finally:
        nvml.close()
    said = nvidia_smi()
    assert len(rows) == len(said)
    for row, (name, uuid, total, used, heat, power, limit) in zip(rows, said, strict=True):
        assert row.name
        assert name.endswith(row.name)
        assert row.uuid == uuid
        for ours, theirs, unit, within in (
            (row.memory_total, total, MIB, MIB),
            (row.memory_used, used, MIB, 256 * MIB),
            (row.temperature, heat, 1, 5),
            (row.power, power, 1, 100),
            (row.power_limit, limit, 1, 1),
        ):
            if theirs.replace(".", "", 1).isdecimal():
                assert ours == pytest.approx(float(theirs) * unit, abs=within)
        assert row.utilisation is None or row.utilisation in range(101)


async def test_watch_shows_it() -> None:
    agent = agent_of("a", type="vllm", model="m", base_url="http://127.0.0.1:9/v1")
    config = Config(path=Path("c.yaml"), agents=(agent,))
    app = WatchApp(config)
    async with app.run_test(size=(100, 40)) as pilot:
        async with asyncio.timeout(20):
            while not app.watching.gpus.gpus:
                await pilot.pause(0.1)
        app.show_monitors()
        shown = "\n".join(app.sidebar.lines)
    for _, _, total, *_ in nvidia_smi():
        if total.isdecimal():
            assert f"/{float(total) / 1024:.1f}" in shown
