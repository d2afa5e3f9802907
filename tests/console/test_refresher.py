"""What a look at servers or GPUs learns is shown at once, and ages once a second."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from massgen_tui.console import refresher
from massgen_tui.console.refresher import SECOND, SOON, Refresher
from massgen_tui.console.watch import WatchApp
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.gpus import GpuMonitor
from massgen_tui.monitor.nvml import NoGpus, Nvml
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerTarget
from tests.support import scenes
from tests.support.console import FixedWatching, staged
from tests.support.fakes import config_of
from tests.support.server import ScriptedServer, whole


class Handle(asyncio.TimerHandle):
    """A call that is due when the test says so."""


class Later:
    """Keeps what is to be called."""

    def __init__(self) -> None:
        self.waits: list[tuple[float, Handle]] = []

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Handle:
        handle = Handle(0.0, callback, (), asyncio.get_running_loop())
        self.waits.append((delay, handle))
        return handle

    @property
    def open(self) -> list[tuple[float, Handle]]:
        return [wait for wait in self.waits if not wait[1].cancelled()]

    def pass_by(self) -> float:
        """Let the one wait end; gives how long it was."""
        (wait,) = self.open
        self.waits.clear()
        wait[1]._run()
        return wait[0]


async def test_what_is_learned_together_is_shown_together_and_soon() -> None:
    later, shown = Later(), list[int]()
    refreshing = Refresher(lambda: shown.append(1), later=later)
    refreshing.learned()
    assert later.waits == [], "nothing is shown before the start"
    refreshing.start()
    for _ in range(4):
        refreshing.learned()
    assert [later.pass_by(), len(shown)] == [SOON, 1]
    assert [later.pass_by(), len(shown)] == [SECOND, 2]
    refreshing.learned()
    refreshing.stop()
    refreshing.learned()
    assert later.open == []


async def test_what_is_learned_while_it_is_shown_is_shown_too() -> None:
    later, shown = Later(), list[int]()

    def show() -> None:
        shown.append(1)
        if len(shown) == 1:
            refreshing.learned()

    refreshing = Refresher(show, later=later)
    refreshing.start()
    assert [later.pass_by(), later.pass_by(), len(shown)] == [SECOND, SOON, 2]


def test_it_is_within_50_ms() -> None:
    assert SOON <= 0.03


async def test_the_console_shows_what_is_learned_and_waits_for_no_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refresher, "SECOND", 3600.0)
    watching = FixedWatching(scenes.both_up(), scenes.two_gpus())
    async with staged(scenes.two_agents(), watching=watching) as stage:
        await stage.settle()
        hot = replace(watching.gpus.gpus[0], temperature=97)
        watching.gpus = replace(watching.gpus, gpus=(hot, *watching.gpus.gpus[1:]))
        for learned in watching.learned:
            learned()
        while not any("97 °C" in line for line in stage.app.main.sidebar.lines):
            await stage.pilot.pause()


async def test_watch_shows_what_is_learned_and_waits_for_no_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refresher, "SECOND", 3600.0)
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "m", "owned_by": "vllm"}]}))
        server.route("GET", "/health", whole(200, b""))
        app = WatchApp(config_of("m", base_url=server.base_url))
        async with app.run_test(size=(90, 20)) as pilot:
            while not any("● vLLM" in line for line in app.sidebar.lines):
                await pilot.pause()


async def test_a_monitor_tells_of_each_status_that_changed() -> None:
    told = list[int]()
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "m", "owned_by": "vllm"}]}))
        server.route("GET", "/health", whole(200, b""))
        target = ServerTarget(server.root, server.base_url, "vllm", ("m",))
        monitor = ServerMonitor([target], fetcher=Fetcher(), learned=lambda: told.append(1))
        before = len(told)
        await monitor.look(target)
        await monitor.stop()
    assert len(told) == before + 1


def test_a_gpu_monitor_tells_of_each_snapshot() -> None:
    def none() -> Nvml:
        raise NoGpus("no NVIDIA driver on this host")

    told = list[int]()
    monitor = GpuMonitor(open_nvml=none, sampled=lambda: told.append(1))
    monitor.start()
    monitor.wait_for(lambda snapshot: bool(snapshot.reason))
    assert monitor.stop(10.0)
    assert len(told) == 2, "when the driver was asked, and when it had answered"
