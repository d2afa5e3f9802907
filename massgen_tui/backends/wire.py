"""When bytes went out and came in, as the kernel and the transport know it."""

import asyncio
import socket
import struct
import sys
from types import SimpleNamespace

import aiohttp

_SENT, _RECEIVED = 44, 52
"""Where `struct tcp_info` of Linux has the milliseconds since data was last sent, and received."""
_SIZE = 56
_KNOWN = sys.platform == "linux"
_LATE = 0.01
"""Seconds: the kernel counts in its own ticks, of up to ten milliseconds."""


class Written:
    """When the last byte of one request was handed to the connection, in the loop's time."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        """Nothing was written yet."""
        self.at: float | None = None

    def since(self, transport: asyncio.Transport | None) -> float | None:
        """Seconds since then; of a large request the kernel knows better when its end went out."""
        if self.at is None:
            return None
        waited = asyncio.get_running_loop().time() - self.at
        sent = _ago(transport, _SENT)
        return sent if sent is not None and 0 < sent < waited - _LATE else waited


def trace_writing() -> aiohttp.TraceConfig:
    """Tell the `Written` that is a request's `trace_request_ctx` when its pieces are written."""
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note)
    trace.on_request_chunk_sent.append(_note)
    return trace


async def _note(_session: aiohttp.ClientSession, context: SimpleNamespace, _: object) -> None:
    written = context.trace_request_ctx
    if isinstance(written, Written):
        written.at = asyncio.get_running_loop().time()


def last_received(transport: asyncio.Transport | None) -> float | None:
    """Seconds since data last came on a connection; None where the system does not say so."""
    return _ago(transport, _RECEIVED)


def _ago(transport: asyncio.Transport | None, place: int) -> float | None:
    sock = transport.get_extra_info("socket") if _KNOWN and transport is not None else None
    if sock is None:
        return None
    try:
        info: bytes = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
        milliseconds: int = struct.unpack_from("=I", info, place)[0]
    except (OSError, struct.error):
        return None
    return milliseconds / 1000
