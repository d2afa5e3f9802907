import asyncio
from collections.abc import Callable

import pytest

from massgen_tui.console.frame_loop import FASTEST, FEW, SLOWEST, FrameLoop


class Bench:
    """A pump whose frames cost what the test says."""

    def __init__(self, frames: int = 0) -> None:
        self.events: list[str] = []
        self.frames_left = frames
        self.cpu = 0.0
        self.idle = asyncio.Event()
        self.cost = 0.0
        self.stands = False
        self.changed = 0
        self.pump = FrameLoop(
            busy=self.busy,
            open_gate=lambda: self.events.append("gate"),
            paint=self.paint,
            after_paint=self.painted,
            changed=lambda: self.changed,
            cpu=lambda: self.cpu,
        )

    def busy(self) -> bool:
        self.frames_left -= 1
        return self.frames_left > 0

    def painted(self, then: Callable[[], None]) -> None:
        then()
        if not self.frames_left:
            self.idle.set()

    def paint(self) -> bool:
        self.events.append("paint")
        self.cpu += self.cost
        return self.stands


def test_the_period_follows_what_a_frame_costs() -> None:
    bench = Bench()
    assert bench.pump.period == FASTEST
    bench.cost = 0.001
    bench.pump.frame()
    assert bench.pump.period == FASTEST
    bench.cost = 0.5
    for _ in range(3):
        bench.pump.frame()
    assert bench.pump.period == SLOWEST
    bench.cost = 0.012
    for _ in range(60):
        bench.pump.frame()
    assert FASTEST < bench.pump.period < SLOWEST


@pytest.mark.parametrize(
    ("changed", "least", "most"),
    [
        (4, FASTEST, FASTEST),
        (FEW, FASTEST, FASTEST),
        (24, 1 / 10, 1 / 6),
        (36, 1 / 6, SLOWEST),
        (200, SLOWEST, SLOWEST),
    ],
)
def test_frames_of_many_panes_come_further_apart_and_each_pane_is_drawn_5_times_a_second(
    changed: int, least: float, most: float
) -> None:
    bench = Bench()
    bench.changed = changed
    assert bench.pump.period == FASTEST
    bench.pump.frame()
    assert least <= bench.pump.period <= most
    assert SLOWEST <= 1 / 5
    bench.changed = 1
    assert bench.pump.period == FASTEST


async def test_a_frame_that_stands_at_once_is_measured_at_once() -> None:
    bench = Bench()
    bench.stands, bench.cost = True, 0.5
    bench.pump.frame()
    assert bench.pump.period == SLOWEST
    assert not bench.idle.is_set()


async def test_each_frame_lets_sockets_read_before_it_draws_and_the_last_comes_when_idle() -> None:
    bench = Bench(frames=2)
    task = asyncio.create_task(bench.pump.run())
    await asyncio.sleep(0)
    assert bench.events == []
    bench.pump.wake()
    async with asyncio.timeout(5):
        await bench.idle.wait()
    assert bench.events == ["gate", "paint", "gate", "paint"]
    assert not bench.pump.running
    task.cancel()
