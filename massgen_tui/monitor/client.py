"""The HTTP client of the probes, on aiohttp; imported late, as it costs 0.25 s of CPU."""

import errno
from collections.abc import Mapping

import aiohttp

from massgen_tui.descriptors import exhausted
from massgen_tui.monitor.fetch import NO_HOST, REFUSED, Answer, Fault, Take
from massgen_tui.monitor.repeated import Repeated
from massgen_tui.net.proxy import proxy_fault, refuse_login
from massgen_tui.net.resolver import DaemonResolver
from massgen_tui.net.tls import tls_hint
from massgen_tui.text import one_line

_CHUNK = 2**16
_CUT = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


class AiohttpClient:
    """GETs over kept-alive connections; reads no cookies, no netrc, follows no redirect."""

    def __init__(self) -> None:
        """Open the client; to be called on the event loop."""
        self._repeated = Repeated()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=DaemonResolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "massgen-tui"},
            trust_env=False,
        )

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        proxy: str | None,
        limit: int,
        connect: float,
        take: Take | None = None,
    ) -> Answer:
        """One GET; every failure of the network or the server comes back as an answer."""
        key, repeatable = (url, tuple(headers.items())), proxy is None and take is None
        if repeatable:
            known = await self._repeated.get(key, limit=limit, connect=connect)
            if known is not None:
                return known
        limits = aiohttp.ClientTimeout(total=None, sock_connect=connect)
        asked = self._session.get(
            url, headers=headers, proxy=proxy, allow_redirects=False, timeout=limits
        )
        opened = False
        try:
            async with asked as response:
                refuse_login(response, proxy)
                opened = True
                answer = await _answer(response, limit, take)
                if repeatable and not answer.fault:
                    self._repeated.learn(key, response)
                return answer
        except (aiohttp.ClientError, OSError, ValueError) as error:
            fault = proxy_fault(error, proxy) if proxy and not opened else None
            if fault is not None:
                return Answer(fault=Fault.PROXY, words=fault.words)
            if isinstance(error, aiohttp.ConnectionTimeoutError):
                return Answer(fault=Fault.UNCONNECTED, words=f"no connection in {connect:g} s")
            if isinstance(error, TimeoutError):
                raise
            return _failed(error)

    async def aclose(self) -> None:
        """Close all connections."""
        self._repeated.close()
        await self._session.close()


async def _answer(response: aiohttp.ClientResponse, limit: int, take: Take | None) -> Answer:
    body, size = bytearray(), 0
    handed = take if 200 <= response.status < 300 else None
    async for chunk in response.content.iter_chunked(_CHUNK):
        room = limit - size
        size += len(chunk)
        if handed is not None:
            await handed(chunk[:room])
        else:
            body += chunk
        if size > limit:
            response.close()
            break
    large = size > limit
    return Answer(
        status=response.status,
        body=b"" if large else bytes(body),
        server=one_line(response.headers.get("Server", ""), 80),
        location=one_line(response.headers.get("Location", ""), 200),
        fault=Fault.TOO_LARGE if large else Fault.NONE,
        words=f"answers with more than {limit // 1024} KiB" if large else "",
    )


def _failed(error: Exception) -> Answer:
    if words := exhausted(error):
        return Answer(fault=Fault.OURS, words=words)
    number = getattr(error, "errno", None)
    if isinstance(error, ConnectionRefusedError) or number == errno.ECONNREFUSED:
        return Answer(fault=Fault.REFUSED, words=REFUSED)
    if isinstance(error, aiohttp.ClientSSLError):
        return Answer(fault=Fault.UNTRUSTED, words=f"TLS: {_tls(error)}")
    if words := _way(error, number):
        return Answer(fault=Fault.UNREACHABLE, words=words)
    told = getattr(error, "message", "") or str(error)
    words = one_line(str(told), 120) or type(error).__name__
    return Answer(fault=Fault.BROKEN, words=f"no readable answer: {words}")


def _way(error: Exception, number: int | None) -> str:
    """What is wrong with the way to the server; empty: nothing."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NO_HOST
    if isinstance(error, aiohttp.ClientConnectorError):
        return one_line(error.os_error.strerror or str(error.os_error), 120).lower()
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut off, or cannot be unpacked"
    cut = isinstance(error, aiohttp.ServerDisconnectedError) or number in _CUT
    return "the connection was cut" if cut else ""


def _tls(error: aiohttp.ClientSSLError) -> str:
    """What is wrong with its TLS, without where that was found out, and what to do."""
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    verdict = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or str(cause)
    words = one_line(str(verdict), 80).lower().replace("_", " ")
    return f"{words} ({tls_hint(cause)})"
