"""What waits of a body is read at once, with what aiohttp keeps inside and without."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol

from massgen_tui.backends.waiting import gathered, is_known

PIECES = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]


class Public:
    """The public face of a body that is kept elsewhere than today."""

    def __init__(self, reader: aiohttp.StreamReader) -> None:
        self.readchunk, self.read_nowait = reader.readchunk, reader.read_nowait
        self.at_eof, self.exception = reader.at_eof, reader.exception


def as_it_is(reader: aiohttp.StreamReader) -> object:
    return reader


@pytest.fixture(params=[as_it_is, Public])
def read(request: pytest.FixtureRequest) -> Callable[[aiohttp.StreamReader], asyncio.Future[bytes]]:
    def read(reader: aiohttp.StreamReader) -> asyncio.Future[bytes]:
        response = cast("aiohttp.ClientResponse", SimpleNamespace(content=request.param(reader)))
        return asyncio.ensure_future(gathered(response))

    return read


def body() -> aiohttp.StreamReader:
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    return aiohttp.StreamReader(protocol, 1 << 16, loop=loop)


def feed(reader: aiohttp.StreamReader, piece: bytes, *, chunked: bool) -> None:
    if chunked:
        reader.begin_http_chunk_receiving()
    reader.feed_data(piece)
    if chunked:
        reader.end_http_chunk_receiving()


@pytest.mark.parametrize("chunked", [True, False])
async def test_all_that_waits_comes_at_once(
    read: Callable[[aiohttp.StreamReader], asyncio.Future[bytes]], chunked: bool
) -> None:
    reader = body()
    waiting = read(reader)
    await asyncio.sleep(0)
    for piece in PIECES:
        feed(reader, piece, chunked=chunked)
    assert await waiting == b"".join(PIECES)
    for piece in PIECES[:2]:
        feed(reader, piece, chunked=chunked)
    assert await read(reader) == b"".join(PIECES[:2])
    more = read(reader)
    await asyncio.sleep(0)
    assert not more.done()
    feed(reader, PIECES[2], chunked=chunked)
    reader.feed_eof()
    assert await more == PIECES[2]
    assert [await read(reader), await read(reader)] == [b"", b""]
    assert reader.total_bytes == 6 * len(PIECES[0])


async def test_the_end_of_a_chunk_that_comes_alone_is_no_end_of_the_body(
    read: Callable[[aiohttp.StreamReader], asyncio.Future[bytes]],
) -> None:
    reader = body()
    reader.begin_http_chunk_receiving()
    reader.feed_data(PIECES[0])
    assert await read(reader) == PIECES[0]
    waiting = read(reader)
    await asyncio.sleep(0)
    reader.end_http_chunk_receiving()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    feed(reader, PIECES[1], chunked=True)
    assert await waiting == PIECES[1]


async def test_a_break_is_told_behind_what_came(
    read: Callable[[aiohttp.StreamReader], asyncio.Future[bytes]],
) -> None:
    reader = body()
    waiting = read(reader)
    await asyncio.sleep(0)
    feed(reader, PIECES[0], chunked=True)
    assert await waiting == PIECES[0]
    reader.set_exception(ConnectionResetError("reset"))
    with pytest.raises(ConnectionResetError):
        await read(reader)


async def test_what_was_read_before_does_not_come_again(
    read: Callable[[aiohttp.StreamReader], asyncio.Future[bytes]],
) -> None:
    reader = body()
    for piece in PIECES:
        feed(reader, piece, chunked=False)
    assert await reader.read(4) == PIECES[0][:4]
    assert await read(reader) == b"".join(PIECES)[4:]


async def test_what_is_read_at_once_is_where_aiohttp_keeps_it() -> None:
    reader = body()
    for piece in PIECES:
        feed(reader, piece, chunked=True)
    assert list(getattr(reader, "_buffer", ())) == PIECES
    assert is_known(reader)
    assert not is_known(Public(reader))


async def test_more_than_is_held_is_let_in_again_once_it_is_read(
    read: Callable[[aiohttp.StreamReader], asyncio.Future[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, paused = body(), list[bool]()
    protocol = reader._protocol
    parser = SimpleNamespace(
        pause_reading=lambda: paused.append(True), feed_data=lambda _: ([], False, b"")
    )
    monkeypatch.setattr(protocol, "_parser", parser)
    feed(reader, b"x" * (1 << 18), chunked=False)
    assert (protocol._reading_paused, paused) == (True, [True])
    assert len(await read(reader)) == 1 << 18
    assert not protocol._reading_paused
