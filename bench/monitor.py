"""What hostile servers cost the console: the longest time that a look holds up the event loop.

Run: python -m bench.monitor
"""

import asyncio
import gzip
import json
import time
from pathlib import Path

from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerStatus, ServerTarget
from tests.support.server import Again, Hang, ScriptedServer, Step, chunk, head, whole

WIRE = Path(__file__).parent.parent / "tests" / "data" / "wire" / "vllm-0.32.0"
SERIES = b'vllm:num_requests_running{engine="%d",model_name="m"} 3.0\n'
MODELS = {"data": [{"id": f"model-{n}", "owned_by": "vllm"} for n in range(40_000)]}

CASES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "a real page": (
        "/metrics",
        (whole(200, (WIRE / "conc8_metrics_under_load.txt").read_bytes()),),
    ),
    "25 000 series": ("/metrics", (whole(200, b"".join(SERIES % n for n in range(25_000))),)),
    "80 MB": ("/metrics", (head(200, "text/plain"), *[chunk(b"x" * 2**20)] * 80)),
    "80 MB, packed": (
        "/metrics",
        (whole(200, gzip.compress(b"\0" * 80 * 2**20), content_encoding="gzip"),),
    ),
    "no end": ("/metrics", (head(200, "text/plain"), Again(chunk(b"x" * 2**16)))),
    "no answer": ("/health", (Hang(),)),
    "40 000 models": ("/v1/models", (whole(200, json.dumps(MODELS).encode()),)),
    "deep JSON": ("/v1/models", (whole(200, b"[" * 2_000_000),)),
}


async def lag_of(monitor: ServerMonitor, target: ServerTarget) -> tuple[float, ServerStatus]:
    """One look, and the longest time in seconds that the loop could do nothing else."""
    look = asyncio.ensure_future(monitor.look(target))
    worst = 0.0
    while not look.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - began - 0.001)
    return worst, look.result()


async def measure(name: str, path: str, steps: tuple[Step, ...]) -> None:
    """Print one case."""
    async with ScriptedServer() as server:
        for known in ("v1_models.json", "version.json", "health.txt"):
            file = WIRE / f"get_{known}"
            route = "/" + known.partition(".")[0].replace("_", "/")
            server.route("GET", route, whole(200, file.read_bytes()))
        target = ServerTarget(server.root, server.base_url, "vllm", ("m",))
        monitor = ServerMonitor([target], fetcher=Fetcher(timeout=1.0))
        await monitor.look(ServerTarget("http://127.0.0.1:9", "http://127.0.0.1:9/v1", "vllm", ()))
        server.route("GET", path, *steps)
        began = time.perf_counter()
        worst, status = await lag_of(monitor, target)
        whole_look = time.perf_counter() - began
        await monitor.stop()
    print(
        f"{name:<16} lag {worst * 1000:6.1f} ms  look {whole_look * 1000:6.0f} ms  "
        f"{status.state}  {status.reason}"
    )


async def main() -> None:
    """Measure every case."""
    for name, (path, steps) in CASES.items():
        await measure(name, path, steps)


if __name__ == "__main__":
    asyncio.run(main())
