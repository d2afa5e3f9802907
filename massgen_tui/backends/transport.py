"""The transport under the openai client: aiohttp, with our rules for keys, proxies and names.

Why not the one the client brings: it looks names up in threads that hold the exit of the program,
leaves proxies to httpx2 (which sends loopback through HTTP_PROXY), and keeps the connection that
polled reads need behind private names. Imported when a backend is first used: aiohttp and httpx2
take a third of a second.
"""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Callable

import aiohttp
import httpx2
from yarl import URL

from massgen_tui.backends.unpack import PackedError, Unpacker
from massgen_tui.backends.wire import Written, trace_writing
from massgen_tui.net.address import proxy_for
from massgen_tui.net.proxy import refuse_login
from massgen_tui.net.resolver import DaemonResolver

RESPONSE = "massgen_tui.response"
"""The key of a response's extensions under which the `aiohttp.ClientResponse` is found."""
WRITTEN = "massgen_tui.written"
"""The key under which is found when its request was `Written`."""
ERROR_LIMIT = 256 * 1024
"""Bytes that are read of the body of an error."""
ERROR_PATIENCE = 5.0
"""Seconds that the body of an error may take."""
READ_BUFFER = 256 * 1024
"""Bytes; a buffer that held no more than the event loop reads would stop and go in bursts."""
AT_ONCE = 64 * 1024
"""Bytes of an answer that the event loop reads at once: decoding them takes some milliseconds."""
_MOST = "max_size"
"""What asyncio's transports call that (3.11 to 3.14); where it is not set they read 256 KB."""
_OURS = frozenset({"accept-encoding", "authorization", "host"})
_TELEMETRY = "x-stainless-"
"""Headers in which the openai client tells of this machine."""
_CUT = (aiohttp.ClientError, OSError)


class RedirectedError(Exception):
    """The server sent us to an address where we do not take the key; `where` is that address."""

    def __init__(self, where: str) -> None:
        """Hold where we were sent."""
        super().__init__(where)
        self.where = where


class Body(httpx2.AsyncByteStream):
    """The body of an answer, off the wire; closing it early drops the connection at once."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """Read from `response`."""
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the bytes as they come."""
        async for data in self._response.content.iter_any():
            yield data

    async def aclose(self) -> None:
        """Drop the connection unless the body was read to its end."""
        drop(self._response)


def drop(response: aiohttp.ClientResponse) -> None:
    """Close what is left of a response, without a farewell that a hung server could draw out."""
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()
    response.close()


@functools.cache
def trusted() -> ssl.SSLContext:
    """What TLS trusts here: the system's authorities, or those that SSL_CERT_FILE names."""
    return httpx2.create_ssl_context()


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Carries the requests of one agent to one origin, its key and headers nowhere else."""

    def __init__(self, base_url: str, own: Callable[[], list[tuple[str, str]]]) -> None:
        """Carry to the origin of `base_url`; `own` gives headers to add there, on demand."""
        self._origin = URL(base_url).origin()
        self._own = own
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and give its answer; the body of an error is read, within bounds.

        Raises:
            RedirectedError: the request was sent on to another origin, or would become a GET.
            aiohttp.ClientError, OSError: as they are; the backend explains them.
        """
        url = URL(str(request.url), encoded=True)
        if _place(url) != _place(self._origin):
            raise RedirectedError(str(url.with_user(None)))
        written = Written()
        response = await self._send(request, url, written)
        try:
            if request.method == "POST" and response.status in (301, 302, 303):
                where = response.headers.get("location", "")
                raise RedirectedError(str(url.join(URL(where)).with_user(None)))
            return await self._answer(request, response, written)
        except BaseException:
            drop(response)
            raise

    async def _send(
        self, request: httpx2.Request, url: URL, written: Written
    ) -> aiohttp.ClientResponse:
        limits = request.extensions.get("timeout", {})
        own = self._own()
        gone = _OURS.union(name.lower() for name, _ in own)
        kept = [
            (name, value)
            for name, value in request.headers.multi_items()
            if name.lower() not in gone and not name.lower().startswith(_TELEMETRY)
        ]
        session, proxy = await self._opened(), proxy_for(str(url))
        response = await session.request(
            request.method,
            url.with_user(None),
            headers=[
                *kept,
                ("Accept-Encoding", "identity"),  # a compressed stream comes in lumps
                *own,
            ],
            data=await request.aread() or None,
            allow_redirects=False,
            proxy=proxy,
            timeout=aiohttp.ClientTimeout(total=None, connect=limits.get("connect")),
            trace_request_ctx=written,
        )
        refuse_login(response, proxy)
        return response

    async def _answer(
        self, request: httpx2.Request, response: aiohttp.ClientResponse, written: Written
    ) -> httpx2.Response:
        # aiohttp has undone the chunking, and `unpack` undoes the compression
        gone = (b"content-encoding", b"content-length", b"transfer-encoding")
        headers = [(k, v) for k, v in response.raw_headers if k.lower() not in gone]
        if response.status >= 300:
            content = await excerpt(response)
            return httpx2.Response(
                response.status, headers=headers, content=content, request=request
            )
        if response.connection is not None and hasattr(response.connection.transport, _MOST):
            setattr(response.connection.transport, _MOST, AT_ONCE)
        return httpx2.Response(
            response.status,
            headers=headers,
            stream=Body(response),
            request=request,
            extensions={RESPONSE: response, WRITTEN: written},
        )

    async def _opened(self) -> aiohttp.ClientSession:
        context: ssl.SSLContext | bool = True
        if self._session is None and self._origin.scheme == "https":
            context = await asyncio.to_thread(trusted)  # reads some hundred certificates
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, resolver=DaemonResolver(), ssl=context)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=READ_BUFFER,
                trace_configs=[trace_writing()],
                auto_decompress=False,  # what a wrong label does to it cannot be undone
            )
        return self._session

    async def aclose(self) -> None:
        """Close all connections, at once."""
        if self._session is not None:
            await self._session.close()


def _place(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port  # `https://host` and `https://host:443` are one


def coding_of(response: aiohttp.ClientResponse) -> str:
    """What the server says that its body is packed with."""
    return response.headers.get("content-encoding", "")


async def excerpt(
    response: aiohttp.ClientResponse, begun: bytes = b"", unpacker: Unpacker | None = None
) -> bytes:
    """The first part of a body that is no stream: what comes within the bounds of size and time.

    `begun` is what `unpacker` has given of it.
    """
    content = bytearray(begun)
    unpacker = unpacker or Unpacker(coding_of(response))
    with contextlib.suppress(TimeoutError, PackedError, *_CUT):
        async with asyncio.timeout(ERROR_PATIENCE):
            while len(content) < ERROR_LIMIT and (data := await response.content.readany()):
                content += unpacker.feed(data)
        content += unpacker.close()
    if response.connection is not None:
        drop(response)
    return bytes(content[:ERROR_LIMIT])
