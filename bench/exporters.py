"""What reading 256 GPUs by exporters costs, as a share of one core: 32 machines with 8 GPUs each.

One page of 1.9 MB a look, as a Prometheus federates it or 32 exporters tell it together; beside it
the same pages by prometheus_client, where it is installed.

Run: python -m bench.exporters [--json]
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, cast

from bench.harness.builds import measured
from bench.harness.pairs import Plan
from bench.harness.rows import Row
from massgen_tui.monitor.dcgm import Exporter
from massgen_tui.monitor.fetch import Answer, Fetcher

Take = Callable[[bytes], Awaitable[None]]
Headers = Sequence[tuple[str, str]]

PERIOD_S = 2.5
"""Seconds between two looks."""
LOOKS = 9
PIECE = 64 * 1024
MACHINES, GPUS = 32, 8
METRICS = (
    "DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_MEM_CLOCK", "DCGM_FI_DEV_MEMORY_TEMP",
    "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_MEM_COPY_UTIL",
    "DCGM_FI_DEV_ENC_UTIL", "DCGM_FI_DEV_DEC_UTIL", "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_RESERVED",
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_PROF_PCIE_TX_BYTES", "DCGM_FI_PROF_PCIE_RX_BYTES",
)  # fmt: skip
"""Those that dcgm-exporter 4 tells by default."""


def page_of(look: int) -> bytes:
    """What a federation tells of all machines at one look."""
    lines = []
    for metric in METRICS:
        lines.append(f"# HELP {metric} what it is\n# TYPE {metric} gauge\n")
        for machine in range(MACHINES):
            for gpu in range(GPUS):
                labels = (
                    f'gpu="{gpu}",UUID="GPU-{machine:08x}-7f6a-4f2e-9e1e-{gpu:012x}"'
                    f',pci_bus_id="00000000:{gpu + 16:02X}:00.0",device="nvidia{gpu}"'
                    f',modelName="NVIDIA H100 80GB HBM3",Hostname="gpu-node-{machine:03d}"'
                    ',DCGM_FI_DRIVER_VERSION="570.86.15",container="vllm",namespace="serving"'
                    f',pod="qwen3-{machine:04d}-{gpu}-7c9f6d8b55-x2vqk",job="dcgm-exporter"'
                )
                lines.append(f"{metric}{{{labels}}} {(look * 7 + machine + gpu) % 97}\n")
    return "".join(lines).encode()


class Pages:
    """Gives the pages one after the other, as a fetcher would."""

    timeout = 2.0

    def __init__(self, pages: list[bytes]) -> None:
        """Give `pages`."""
        self._pages = iter(pages)

    async def read(
        self,
        url: str,
        take: Take,
        *,
        headers: Sequence[tuple[str, str]] = (),
        patient: bool = False,
    ) -> Answer:
        """Hand the next page on in pieces."""
        data = next(self._pages)
        for at in range(0, len(data), PIECE):
            await take(data[at : at + PIECE])
        return Answer(200, seconds=0.1)

    async def get(self, url: str, **_: object) -> Answer:
        """The next page whole, as builds before took it."""
        whole: dict[str, Any] = {"status": 200, "body": next(self._pages)}
        return Answer(**whole)


def rows(plan: Plan) -> Iterator[Row]:
    """The share of a core that later looks take."""
    runs = plan.turns(lambda root: measured(root, "bench.exporters", "--json"))
    yield Row(
        what=f"{MACHINES * GPUS} GPUs by exporters, a look each {PERIOD_S} s",
        unit="%",
        of="a core",
        goal=3,
        ours=[run["later"] for run in runs.ours],
        base=[run["later"] for run in runs.base],
        note=runs.missing and f"before: {runs.missing}",
    )


async def main() -> None:
    """Print both."""
    pages = [page_of(number) for number in range(LOOKS)]
    exporter = Exporter("http://127.0.0.1/federate")
    took = []
    fetcher = cast(Fetcher, Pages(pages))
    for number in range(LOOKS):
        began = time.process_time()
        await exporter.look(fetcher, number * PERIOD_S)
        took.append(time.process_time() - began)
    gpus = sum(len(one.gpus) for one in exporter.snapshots)
    size = len(pages[0]) / 1e6
    print(f"{gpus} GPUs, {size:.1f} MB a look, one each {PERIOD_S} s: CPU, and share of a core")
    first, later = took[0], statistics.median(took[1:])
    print(f"ours, first look   {first:.3f} s  {first / PERIOD_S:5.1%}")
    print(f"ours, later looks  {later:.3f} s  {later / PERIOD_S:5.1%}")
    if "--json" in sys.argv:
        print(json.dumps({"first": first / PERIOD_S * 100, "later": later / PERIOD_S * 100}))
        return
    try:
        parser = import_module("prometheus_client.parser")
    except ImportError:
        print("prometheus_client: not installed here")
        return
    began = time.process_time()
    families = parser.text_string_to_metric_families(pages[0].decode())
    samples = sum(len(family.samples) for family in families)
    theirs = time.process_time() - began
    print(f"prometheus_client  {theirs:.3f} s  {theirs / PERIOD_S:5.1%}  ({samples} samples)")


if __name__ == "__main__":
    asyncio.run(main())
