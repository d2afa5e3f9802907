"""What `massgen-tui watch` looks like, and all about a server and about a GPU."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from textual.pilot import Pilot

from massgen_tui.console.watch import WatchApp
from massgen_tui.monitor.gpu_status import GpuProcess, GpuSnapshot
from massgen_tui.monitor.status import Load
from tests.support import scenes
from tests.support.console import FixedWatching
from tests.support.fakes import FakeClock

Before = Callable[[Pilot[None]], Awaitable[None]]
SPEEDS = (0.0, 22.0, 64.0, 96.0, 141.0, 138.0, 120.0, 141.0)
COMMAND = "VLLM::EngineCore"


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: WatchApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


def busy(many: int) -> GpuSnapshot:
    """So many GPUs that work, the first for the vLLM server, and hold their clocks back."""
    first, second = scenes.two_gpus().gpus
    known = replace(
        first,
        chosen=True,
        memory_clock=2619,
        memory_history=(0.1, 0.4, 0.7, 0.75, 0.75),
        power_history=(90.0, 310.0, 690.0, 412.0, 412.0),
        throttled=("power limit",),
        ecc_errors=0,
        processes=(GpuProcess(4711, 58 * scenes.GIB, COMMAND, server=":8000"),),
    )
    idle = replace(second, memory_history=(0.05,) * 5, power_history=(90.0,) * 5)
    rows = (known, *(replace(idle, index=at, uuid=f"GPU-{at}") for at in range(1, many)))
    return GpuSnapshot(rows, sampled_at=100.0)


def watching(many: int) -> WatchApp:
    """Two servers that work, so many GPUs."""
    history = tuple(
        Load(speed, running=2, waiting=0, kv_usage=speed / 200, ttft_s=0.085, itl_s=0.007)
        for speed in SPEEDS
    )
    servers = {
        root: replace(status, history=history, ttft_s=0.085, itl_s=0.007, cache_hits=0.62)
        for root, status in scenes.both_up().items()
    }
    return WatchApp(scenes.two_agents(), FixedWatching(servers, busy(many)), clock=FakeClock())


def pressed(*keys: str) -> Before:
    """Press these keys, and draw."""

    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return before


def test_watch(snap_compare: SnapCompare) -> None:
    assert snap_compare(watching(2), terminal_size=(100, 28), run_before=pressed())


def test_watch_eight_gpus(snap_compare: SnapCompare) -> None:
    assert snap_compare(watching(8), terminal_size=(160, 28), run_before=pressed())


def test_watch_at_60_columns(snap_compare: SnapCompare) -> None:
    assert snap_compare(watching(8), terminal_size=(60, 28), run_before=pressed())


def test_all_about_a_server(snap_compare: SnapCompare) -> None:
    app = watching(2)
    assert snap_compare(app, terminal_size=(100, 28), run_before=pressed("down", "enter"))


def test_all_about_a_gpu(snap_compare: SnapCompare) -> None:
    app = watching(2)
    keys = "down", "down", "down", "down", "enter"
    assert snap_compare(app, terminal_size=(100, 28), run_before=pressed(*keys))
