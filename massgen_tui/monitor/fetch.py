"""Small, bounded GET requests for probes: no redirects, every failure told in words."""

import asyncio
import importlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Never, Protocol, cast
from urllib.parse import urlsplit

from massgen_tui.descriptors import exhausted
from massgen_tui.net.address import proxy_for

LIMIT = 2 * 2**20
"""Bytes of a body that are read at most."""
PAGE_LIMIT = 16 * 2**20
"""The same of a page of metrics: 70 kB an engine, and a wide data-parallel server has hundreds."""
TIMEOUT, PATIENCE = 2.5, 12.0
"""Seconds for one request, all of it; and where it is known to be slow."""
_CONNECT = 0.8
"""Share of the time in which a connection must be taken: then it is the server that is silent."""
_CHUNK = 2**16


REFUSED = "connection refused"
NO_HOST = "no such host"


class Fault(StrEnum):
    """Why there is no whole answer."""

    NONE = ""
    REFUSED = "refused"
    """Nothing listens there."""
    TIMEOUT = "timeout"
    """It took the connection and did not answer in time."""
    UNCONNECTED = "unconnected"
    """It did not take the connection in time."""
    UNREACHABLE = "unreachable"
    """There is no way to it, or the connection was cut."""
    UNTRUSTED = "untrusted"
    """Its TLS is not to be trusted, or there is none."""
    PROXY = "proxy"
    """The proxy before it cannot be reached, refuses or is not spoken: nothing of the server."""
    BROKEN = "broken"
    """What came is no HTTP."""
    TOO_LARGE = "too large"
    UNASKED = "unasked"
    """It was not asked."""
    OURS = "ours"
    """Nothing was asked: we ran out of files. It says nothing of the server."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one GET, or why nothing did."""

    status: int = 0
    """HTTP status; 0 when there was none."""
    body: bytes = b""
    server: str = ""
    """The Server header."""
    location: str = ""
    """Where a redirect points: shown, never followed."""
    seconds: float = 0.0
    fault: Fault = Fault.NONE
    words: str = ""
    """The fault, for people."""
    patient: bool = False
    """It was given time."""

    @property
    def silent(self) -> bool:
        """Nothing came in time: slow or hung, one cannot tell yet."""
        return self.fault in (Fault.TIMEOUT, Fault.UNCONNECTED)

    @property
    def ok(self) -> bool:
        """A whole answer with a 2xx status."""
        return 200 <= self.status < 300 and not self.fault

    @property
    def refused_key(self) -> bool:
        """It wants a key, or another one."""
        return self.status in (401, 403)

    @property
    def shut(self) -> bool:
        """The path is not there, or kept from us."""
        return self.refused_key or self.status in (404, 405)

    def text(self) -> str:
        """The body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """The body as JSON, or None when it is none (NaN and Infinity are none)."""
        try:
            return json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None


def _refuse(constant: str) -> Never:
    raise ValueError(constant)


Take = Callable[[bytes], Awaitable[None]]
"""Takes a piece of a body in; the next is read when it has."""


class Client(Protocol):
    """What carries the requests: `monitor.client.AiohttpClient`."""

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
        """One GET without a time limit but that to connect. Raises nothing but TimeoutError."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class Fetcher:
    """Bounded GET requests over one client, which is imported at the first of them."""

    def __init__(
        self,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        limit: int = LIMIT,
        page_limit: int = PAGE_LIMIT,
    ) -> None:
        """Cost nothing yet.

        Args:
            timeout: Seconds for one request, all of it.
            patience: The same for one that may take its time.
            limit: Bytes of a body that are read at most.
            page_limit: The same of a page of metrics.
        """
        self.timeout, self.patience = timeout, patience
        self._limit, self._page_limit = limit, page_limit
        self._client: Client | None = None
        self._opening = asyncio.Lock()

    async def get(
        self,
        url: str,
        *,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
        patient: bool = False,
    ) -> Answer:
        """GET `url` within the limits, `patient` or not; no server can make it raise.

        `key` goes into the Authorization header and, as no redirect is followed, nowhere else; nor
        do `headers`, which stand in place of ours of the same name.
        """
        limit = self._page_limit if urlsplit(url).path.endswith("/metrics") else self._limit
        return await self._ask(url, key, limit, patient=patient, own=headers)

    async def read(
        self,
        url: str,
        take: Take,
        *,
        headers: Sequence[tuple[str, str]] = (),
        patient: bool = False,
        limit: int | None = None,
    ) -> Answer:
        """GET a page of metrics as it comes; the same but for the body, which the answer lacks.

        Of a 2xx answer `take` gets all pieces up to the limit of a page, or up to `limit` bytes.
        """
        most = self._page_limit if limit is None else limit
        return await self._ask(url, None, most, patient=patient, take=take, own=headers)

    async def _ask(
        self,
        url: str,
        key: str | None,
        limit: int,
        *,
        patient: bool,
        take: Take | None = None,
        own: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        try:
            client = await self._open()
        except (OSError, ImportError) as error:
            return Answer(fault=Fault.OURS, words=exhausted(error) or f"not asked: {error}")
        headers = {"Accept-Encoding": "identity"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        headers |= own
        began = time.monotonic()
        seconds = self.patience if patient else self.timeout
        try:
            async with asyncio.timeout(seconds):
                answer = await client.get(
                    url,
                    headers=headers,
                    proxy=proxy_for(url),
                    limit=limit,
                    take=take,
                    # where there is TLS, its server has a part in connecting
                    connect=_CONNECT * (seconds if url.startswith("https:") else self.timeout),
                )
        except TimeoutError:
            answer = Answer(fault=Fault.TIMEOUT, words=f"no answer in {seconds:g} s")
        return replace(answer, seconds=time.monotonic() - began)

    async def aclose(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _open(self) -> Client:
        if self._client is not None:
            return self._client
        async with self._opening:
            if self._client is None:
                name = "massgen_tui.monitor.client"
                module = await asyncio.to_thread(importlib.import_module, name)
                self._client = cast(Client, module.AiohttpClient())
            return self._client
