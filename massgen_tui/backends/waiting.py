"""What waits of a response's body, taken at once: aiohttp's public ways take it piece by piece.

Imported when a backend is first used, with the client it works on.
"""

import aiohttp
from aiohttp.base_protocol import BaseProtocol

_KEPT = (
    "_buffer",
    "_buffer_offset",
    "_cursor",
    "_http_chunk_splits",
    "_protocol",
    "_size",
    "_wait",
)
"""Where aiohttp 3.14 keeps a body; of a release that keeps it elsewhere it is read by its public
face, which is slower (a test tells)."""
_KNOWN = hasattr(BaseProtocol, "_reading_paused") and all(
    hasattr(aiohttp.StreamReader, name) for name in _KEPT
)


def leftover(response: aiohttp.ClientResponse) -> bytes:
    """What came before a connection broke and was not read yet.

    aiohttp raises the break before it gives that, so this looks behind its public face; empty where
    a later release keeps it elsewhere (a test tells).
    """
    pieces = getattr(response.content, "_buffer", ())
    offset = getattr(response.content, "_buffer_offset", 0)
    return b"".join(pieces)[offset:]


async def gathered(response: aiohttp.ClientResponse) -> bytes:
    """All that has come of a body by now, once something has; empty at its end.

    `readany` gives the same, but for each HTTP chunk, which with a stream is an event of it, it
    runs the parser once more and lets a connection be read that rests.
    """
    content = response.content
    if not is_known(content):
        return await _by_its_public_face(content)
    while True:
        if (broken := content.exception()) is not None:
            raise broken
        if content._buffer:
            return _taken(content)
        if content.is_eof():
            return b""
        await content._wait("gathered")


async def _by_its_public_face(content: aiohttp.StreamReader) -> bytes:
    data, ends = await content.readchunk()
    while ends and not data and not content.at_eof():
        data, ends = await content.readchunk()
    return data + content.read_nowait() if data and content.exception() is None else data


def is_known(content: object) -> bool:
    """Whether a body keeps what came where it is looked for."""
    return _KNOWN and type(content) is aiohttp.StreamReader


def _taken(content: aiohttp.StreamReader) -> bytes:
    """Take all that waits, and keep the books of it as aiohttp does."""
    buffer, offset = content._buffer, content._buffer_offset
    data = buffer[0] if len(buffer) == 1 else b"".join(buffer)
    if offset:
        data, content._buffer_offset = data[offset:], 0
    buffer.clear()
    content._size = 0
    content._cursor += len(data)
    if content._http_chunk_splits:
        content._http_chunk_splits.clear()
    if content._protocol._reading_paused:  # more had come than it holds
        content._protocol.resume_reading()
    return data
