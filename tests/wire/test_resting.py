"""Connections that nobody draws rest by a gate that opens by itself, where nothing is lost."""

import asyncio
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.resting import Resting
from massgen_tui.backends.wire import Dating
from tests.support.fakes import FakeClock

FRAME = 0.125
KNOWN = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when bytes came")


class Paused(asyncio.Transport):
    """A connection that is only paused and resumed, and of which the system may know."""

    def __init__(self, sock: socket.socket | None) -> None:
        super().__init__()
        self._sock = sock
        self.reads = asyncio.Event()
        self.reads.set()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._sock if name == "socket" else default

    def pause_reading(self) -> None:
        self.reads.clear()

    def resume_reading(self) -> None:
        self.reads.set()


@pytest.fixture
def known() -> Iterator[socket.socket]:
    """A connection that has brought something."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        mine = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        with mine, theirs:
            theirs.sendall(b"x" * 100)
            mine.recv(100, socket.MSG_WAITALL)
            for _ in range(1000):
                if Dating().knows(Paused(mine)):  # it counts whole milliseconds
                    break
                time.sleep(0.001)
            else:
                pytest.skip("this kernel tells nothing (gVisor)")
            yield mine


def resting(sock: socket.socket | None, frame: float | None) -> tuple[Resting, Paused, FakeClock]:
    gate, clock = ReadGate(frame), FakeClock()
    gate.active = True
    rests = Resting(gate, clock)
    rests.transport = transport = Paused(sock)
    return rests, transport, clock


@KNOWN
async def test_a_stream_rests_once_it_is_old_and_the_gate_opens_by_itself(
    known: socket.socket,
) -> None:
    rests, transport, clock = resting(known, 0.05)
    for at in range(5):
        clock.now = 1.0 + at * 0.05
        rests.rest(100)
        assert transport.reads.is_set(), "its first quarter of a second is read as it comes"
        assert rests.date() is None
    clock.now = 1.25
    rests.rest(100)
    assert not transport.reads.is_set()
    async with asyncio.timeout(5):
        await transport.reads.wait()
    came = rests.date()
    assert came is not None
    assert came.ago is not None


@KNOWN
async def test_a_slow_stream_does_not_rest(known: socket.socket) -> None:
    rests, transport, clock = resting(known, FRAME)
    for at in range(10):
        clock.now = 1.0 + at * 0.2
        rests.rest(100)
        assert transport.reads.is_set()


async def test_what_the_system_does_not_date_does_not_rest() -> None:
    rests, transport, clock = resting(None, FRAME)
    for at in range(100):
        clock.now = 1.0 + at * 0.05
        rests.rest(100)
        assert transport.reads.is_set()
        assert rests.date() is None


async def test_a_stream_that_is_drawn_rests_from_its_first_piece_on() -> None:
    rests, transport, _ = resting(None, None)
    rests.rest(100)
    assert not transport.reads.is_set()
    assert rests.free()
    assert transport.reads.is_set()
    assert not rests.free()
