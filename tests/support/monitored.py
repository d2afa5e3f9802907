"""Servers and GPUs as the monitors would tell of them, for what shows them."""

from collections.abc import Mapping

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.widgets.gpu_rows import gpu_sections
from massgen_tui.console.widgets.server_rows import server_rows
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Load, ServedModel, ServerState, ServerStatus, ServerTarget

GIB = 2**30
NOW = 100.0
COMMAND = "python -m sglang.launch_server --model-path Qwen/Qwen3-4B --port 30000"


def target(root: str, dialect: str = "vllm", command: str = "") -> ServerTarget:
    return ServerTarget(root, f"{root}/v1", dialect, ("Qwen/Qwen3-4B",), start_command=command)


UP = ServerStatus(
    target("http://localhost:8000"),
    ServerState.UP,
    kind="vLLM",
    version="0.33.0",
    models=(ServedModel("Qwen/Qwen3-4B", 40960),),
    running=1,
    waiting=0,
    kv_usage=0.12,
    tokens_per_s=141.2,
    history=(Load(0.0), Load(70.0), Load(141.2)),
    checked_at=NOW,
    since=NOW,
)
DOWN = ServerStatus(
    target("http://gpubox:30000", "sglang", COMMAND),
    ServerState.DOWN,
    "connection refused by a server that nobody started",
    since=NOW - 12,
    checked_at=NOW,
)
GPU = GpuStatus(
    0,
    "H100 80GB HBM3",
    "GPU-0",
    utilisation=87,
    memory_used=60 * GIB,
    memory_total=80 * GIB,
    temperature=64,
    power=412.5,
    history=(10, 50, 87),
)


def lines(status: ServerStatus, width: int = 40, now: float = NOW) -> list[str]:
    return [row.text.rstrip() for row in server_rows(status, width, now, copy_key="c")]


def gpus(snapshot: GpuSnapshot, width: int = 40, now: float = NOW) -> list[str]:
    return [row.text.rstrip() for row in gpu_rows(snapshot, width, now)]


def gpu_rows(snapshot: GpuSnapshot, width: int, now: float) -> list[Row]:
    return [row for _, rows in gpu_sections(snapshot, width, now) for row in rows]


def sampled(*found: GpuStatus, reason: str = "", at: float = NOW) -> GpuSnapshot:
    return GpuSnapshot(found, reason, at)


def of(*statuses: ServerStatus) -> Mapping[str, ServerStatus]:
    return {status.target.root: status for status in statuses}
