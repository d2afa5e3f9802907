"""A real NVIDIA GPU (`make gpu`), for who has one: the panel beside what nvidia-smi says."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from massgen_tui.config.schema import Config
from massgen_tui.console.watch import WatchApp
from massgen_tui.monitor.nvml import Nvml

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
    """These fields of each GPU, in MiB, °C and W, as nvidia-smi writes them."""
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
        assert row.memory_total == pytest.approx(float(total) * MIB, abs=MIB)
        assert row.memory_used == pytest.approx(float(used) * MIB, abs=256 * MIB)
        assert row.temperature == pytest.approx(float(heat), abs=5)
        assert row.power == pytest.approx(float(power), rel=0.5)
        assert row.power_limit == pytest.approx(float(limit), abs=1)
        assert row.utilisation in range(101)
        assert row.processes is not None


async def test_watch_shows_it() -> None:
    backend = {"type": "vllm", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
    config = Config.model_validate(
        {"path": Path("c.yaml"), "agents": [{"id": "a", "backend": backend}]}
    )
    app = WatchApp(config)
    async with app.run_test(size=(100, 40)) as pilot:
        async with asyncio.timeout(20):
            while not any(line.startswith("  load ") for line in app.sidebar.lines):
                await pilot.pause(0.1)
        shown = "\n".join(app.sidebar.lines)
    total = float(nvidia_smi()[0][2]) / 1024
    assert f"/{total:.1f} GiB" in shown
    assert " MHz" in shown
