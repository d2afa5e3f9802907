"""When bytes went out and came in, as the kernel and the transport know it."""

import asyncio
import socket
import struct
import sys
from types import SimpleNamespace
from typing import NamedTuple

import aiohttp

from massgen_tui.backends.events import Arrived

_TIMES = struct.Struct("=44x4I")
_WHOLE = struct.Struct("=44x4I92xI")
"""What `struct tcp_info` (linux/tcp.h) has of milliseconds since data was sent, an acknowledgement
was, data was received, an acknowledgement was; and, since Linux 4.6, of the segments with data in.
"""
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
        known = _ask(transport)
        return known.sent if known is not None and 0 < known.sent < waited - _LATE else waited


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


class Dating:
    """Dates what one connection brought, where it is read by the frame: a call of a microsecond.

    Of several packets between two readings only the last one's time is known.
    """

    __slots__ = ("_dated", "_packets")

    def __init__(self) -> None:
        """Nothing was dated yet."""
        self._dated = False
        self._packets = 0

    def knows(self, transport: asyncio.Transport | None) -> bool:
        """Whether the system tells anything of this connection."""
        return _ask(transport) is not None

    def date(self, transport: asyncio.Transport | None, *, framed: bool) -> Arrived | None:
        """Tell when what was just read came; None: now, or the system does not say."""
        known = _ask(transport) if framed else None
        if known is None and not self._dated:
            return None
        self._dated = known is not None
        if known is None:
            return Arrived(None)
        before, self._packets = self._packets, known.packets
        return Arrived(known.received, known.packets - before)


class Known(NamedTuple):
    """What Linux knows of a connection."""

    sent: float
    """Seconds since data was last sent."""
    received: float
    """Seconds since data was last received."""
    packets: int
    """Packets with data that came; 0 where it does not say."""


def _ask(transport: asyncio.Transport | None) -> Known | None:
    sock = transport.get_extra_info("socket") if _KNOWN and transport is not None else None
    if sock is None:
        return None
    try:
        info: bytes = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _WHOLE.size)
        if len(info) == _WHOLE.size:
            sent, _, received, acknowledged, packets = _WHOLE.unpack(info)
        else:
            (sent, _, received, acknowledged), packets = _TIMES.unpack_from(info), 0
    except (OSError, struct.error):
        return None
    if not (sent or received or acknowledged):  # a kernel that fills none of them in (gVisor)
        return None
    return Known(sent / 1000, received / 1000, packets)
