"""Scripted servers that answer probes as recorded ones did."""

from pathlib import Path

from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerStatus, ServerTarget
from tests.support.fakes import FakeClock
from tests.support.server import ScriptedServer, whole

WIRE = Path(__file__).parents[1] / "data" / "wire"
QWEN = "Qwen/Qwen3-4B"


def target(
    server: ScriptedServer,
    dialect: str = "vllm",
    *,
    models: tuple[str, ...] = (QWEN,),
    key: str = "EMPTY",
    thinks: bool = False,
    hosted: bool = False,
) -> ServerTarget:
    return ServerTarget(
        server.root, server.base_url, dialect, models, key=key, thinks=thinks, hosted=hosted
    )


async def look(at: ServerTarget) -> ServerStatus:
    monitor = ServerMonitor([at], clock=FakeClock())
    try:
        return await monitor.look(at)
    finally:
        await monitor.stop()


def recorded(server: ScriptedServer, folder: str, **files: str) -> None:
    """Route paths (with _ for /) to recorded bodies."""
    for path, name in files.items():
        server.route("GET", "/" + path.replace("__", "/"), body(folder, name))


def body(folder: str, name: str, status: int = 200, **headers: str) -> bytes:
    return whole(status, (WIRE / folder / name).read_bytes(), **headers)


def vllm(server: ScriptedServer, metrics: str = "conc8_metrics_under_load.txt") -> None:
    recorded(
        server,
        "vllm-0.32.0",
        v1__models="get_v1_models.json",
        version="get_version.json",
        health="get_health.txt",
        metrics=metrics,
    )


def sglang(server: ScriptedServer) -> None:
    recorded(
        server,
        "sglang-0.5.23",
        v1__models="get_v1_models.json",
        model_info="get_model_info.json",
        v1__loads="conc8_loads_under_load.json",
        ping="get_health.txt",
        metrics="conc8_metrics_under_load.txt",
    )


def llamacpp(server: ScriptedServer) -> None:
    folder = "llamacpp-xllamacpp-2026.10.11549"
    recorded(
        server,
        folder,
        v1__models="get_v1_models.body",
        health="get_health.body",
        props="get_props.body",
        slots="get_slots_busy.body",
        metrics="get_metrics_busy.body",
    )
