"""Repeats GETs that went well before, over connections of its own.

aiohttp takes 0.2 ms of CPU for a GET, and a look at a server is two of them every 2.5 s; this takes
a third of it. Only what aiohttp has asked and had a plain answer to is repeated, in the very same
bytes: over http without a proxy, an answer of HTTP/1.1 that has a length and is not packed.
Whatever is not so any more is left to aiohttp, which asks again and knows what it is called.
"""

import asyncio
import re
import socket
from dataclasses import dataclass

import aiohttp

from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.net.lookup import look_up, numeric
from massgen_tui.text import one_line

Key = tuple[str, tuple[tuple[str, str], ...]]
"""An address, and the headers it is asked with."""
Origin = tuple[str, int]

_MOST = 4096
"""Addresses that are known."""
_TRIES = 3
"""Failures in a row after which an address is left to aiohttp for good."""
_LONGEST_HEAD = 1 << 16
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5]\d\d)(?: [^\r\n]*)?")
_BODILESS = (204, 304)
_UNUSUAL = (b"transfer-encoding", b"content-encoding", b"connection")
_ONCE = (b"content-length", b"server", b"location")
_SAFE = re.compile(r"[^\r\n\0]*")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked at an address."""

    origin: Origin
    request: bytes


class Repeated:
    """GETs that are known, and a connection a server."""

    def __init__(self) -> None:
        """None is known."""
        self._known: dict[Key, _Known] = {}
        self._failed: dict[Key, int] = {}
        self._idle: dict[Origin, _Connection] = {}

    def learn(self, key: Key, response: aiohttp.ClientResponse) -> None:
        """Take in what was asked where the answer was plain."""
        url, status = response.request_info.url, response.status
        version = response.version
        plain = (
            url.scheme == "http"
            and url.host is not None
            and version is not None
            and tuple(version) == (1, 1)
            and status not in _BODILESS
            and "Content-Length" in response.headers
            and not {"Transfer-Encoding", "Content-Encoding", "Connection"} & {*response.headers}
        )
        if not plain or self._failed.get(key, 0) >= _TRIES:
            return
        headers = response.request_info.headers.items()
        lines = [f"GET {url.raw_path_qs} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers]
        if all(_SAFE.fullmatch(line) for line in lines):
            if len(self._known) >= _MOST:
                self._known.clear()
            origin = str(url.host), int(url.port or 80)
            self._known[key] = _Known(origin, "\r\n".join([*lines, "", ""]).encode())

    async def get(self, key: Key, *, limit: int, connect: float) -> Answer | None:
        """Ask again; None: it is to be asked by aiohttp. Raises nothing.

        Args:
            key: The address, and headers.
            limit: Bytes of a body that are read at most.
            connect: Seconds in which a connection must be taken.
        """
        known = self._known.get(key)
        if known is None:
            return None
        connection = self._idle.pop(known.origin, None)
        if connection is None or connection.closed:
            try:
                async with asyncio.timeout(connect):
                    connection = await _connected(known.origin)
            except TimeoutError:
                return Answer(fault=Fault.UNCONNECTED, words=f"no connection in {connect:g} s")
            except OSError:
                connection = None
        answer = await self._asked(connection, known, limit) if connection else None
        if answer is None:
            self._failed[key] = self._failed.get(key, 0) + 1
            self._known.pop(key, None)
        else:
            self._failed.pop(key, None)
        return answer

    async def _asked(self, connection: "_Connection", known: _Known, limit: int) -> Answer | None:
        try:
            answer = await connection.ask(known.request, limit)
        except asyncio.CancelledError:
            connection.close()
            raise
        if answer is None or connection.closed or known.origin in self._idle:
            connection.close()
        else:
            self._idle[known.origin] = connection
        return answer

    def close(self) -> None:
        """Close all connections."""
        for connection in self._idle.values():
            connection.close()
        self._idle.clear()
        self._known.clear()


async def _connected(origin: Origin) -> "_Connection":
    """A connection to the first of a server's addresses that takes one.

    Raises:
        OSError: none does.
    """
    host, port = origin
    refused = OSError(f"{host} has no address")
    for info in await look_up(host, port, socket.AF_UNSPEC):
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, numeric(info), port
            )
        except OSError as error:
            refused = error
        else:
            return connection
    raise refused


@dataclass(frozen=True, slots=True)
class _Head:
    """What comes before a body."""

    status: int
    size: int
    server: str
    location: str


def _head(came: bytes) -> _Head | None:
    """What a head says; None: its answer is not plain."""
    first, *lines = came.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        name = name.lower()
        folded = not colon or line[:1].isspace()
        if folded or name in _UNUSUAL or (name in _ONCE and name in fields):
            return None
        fields.setdefault(name, value.strip())
    size = fields.get(b"content-length", b"")
    if status is None or not size.isdigit() or int(status[1]) in _BODILESS:
        return None
    server, location = (
        fields.get(name, b"").decode("utf-8", "replace") for name in (b"server", b"location")
    )
    return _Head(int(status[1]), int(size), one_line(server, 80), one_line(location, 200))


class _Connection(asyncio.Protocol):
    """One connection, for one question at a time."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._head: _Head | None = None
        self._limit = 0
        self._waiting: asyncio.Future[Answer | None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    async def ask(self, request: bytes, limit: int) -> Answer | None:
        """The answer; None: it is not plain, or did not come whole."""
        if self._transport is None:
            return None
        self._limit, self._head = limit, None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Close it at once."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._waiting is None:
            self.close()  # nobody asked
            return
        if self._head is None:
            end = self._came.find(b"\r\n\r\n")
            if end < 0:
                if len(self._came) > _LONGEST_HEAD:
                    self._end(None)
                return
            self._head = _head(bytes(self._came[:end]))
            if self._head is None or self._head.size > self._limit:
                self._end(None)
                return
            del self._came[: end + 4]
        head = self._head
        if len(self._came) >= head.size:
            body = bytes(self._came)
            self._came.clear()
            answer = Answer(head.status, body, server=head.server, location=head.location)
            self._end(answer if len(body) == head.size else None)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self._end(None)

    def _end(self, answer: Answer | None) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
