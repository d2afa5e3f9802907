"""A gate that opens reads what rests, without waiting for each connection anew."""

import asyncio
import socket

import pytest

from massgen_tui.backends.gate import ReadGate


class Resting(asyncio.ReadTransport):
    """A connection that counts how often it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.waited_for = True, 0

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.waited_for += not self.reads
        self.reads = True


class Plain(Resting):
    """One that can be read while it rests, as asyncio's own without TLS."""

    def __init__(self, gate: ReadGate, *, brings: bool, closing: bool = False) -> None:
        super().__init__()
        self._gate, self._brings, self._closing = gate, brings, closing
        self.readings = 0

    def is_closing(self) -> bool:
        return self._closing

    def _read_ready(self) -> None:
        self.readings += 1
        if self._brings:  # who takes it lets it rest again
            asyncio.get_running_loop().call_soon(self._gate.pause, self)


def active() -> ReadGate:
    gate = ReadGate()
    gate.active = True
    return gate


async def opened(gate: ReadGate, times: int) -> None:
    for _ in range(times):
        gate.open()
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("brings", "counts"), [(True, (5, 0, False)), (False, (1, 1, True))], ids=["all", "nothing"]
)
async def test_only_what_brings_nothing_is_waited_for(
    brings: bool, counts: tuple[int, int, bool]
) -> None:
    gate = active()
    transport = Plain(gate, brings=brings)
    gate.pause(transport)
    await opened(gate, 5)
    assert (transport.readings, transport.waited_for, transport.reads) == counts
    assert gate.release(transport) is brings
    assert transport.reads


@pytest.mark.parametrize("end", ["release", "inactive", "turns"])
async def test_what_was_just_read_is_let_go_of_before_it_rests(end: str) -> None:
    gate = active()
    transport = Plain(gate, brings=False)
    gate.pause(transport)
    gate.open()
    assert not transport.reads
    if end == "release":
        assert gate.release(transport)
    elif end == "inactive":
        gate.active = False
    else:
        gate.take_turns(transport)
        await asyncio.sleep(0)
    assert (transport.reads, transport.waited_for) == (True, 1)
    await asyncio.sleep(0)
    assert transport.waited_for == 1


async def test_with_tls_it_is_waited_for_each_time() -> None:
    gate, transport = active(), Resting()
    for _ in range(3):
        gate.pause(transport)
        gate.open()
        assert transport.reads
    assert transport.waited_for == 3


async def test_what_is_closing_is_not_read() -> None:
    gate = active()
    transport = Plain(gate, brings=True, closing=True)
    gate.pause(transport)
    await opened(gate, 1)
    assert (transport.readings, transport.reads) == (0, True)


async def test_a_connection_of_asyncio_can_be_read_while_it_rests() -> None:
    gate, came = active(), bytearray()
    mine, theirs = socket.socketpair()

    class Reader(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            came.extend(data)

    transport, _ = await asyncio.get_running_loop().create_connection(Reader, sock=mine)
    with theirs:
        gate.pause(transport)
        theirs.sendall(b"one")
        for _ in range(3):
            await asyncio.sleep(0)
        assert not came
        gate.open()
        assert bytes(came) == b"one"
        await asyncio.sleep(0)
        assert transport.is_reading()
        transport.close()
