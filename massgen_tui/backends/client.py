"""The openai client of one agent: built without the environment's say, on our own transport.

Imported when a backend is first used: openai takes about a second.
"""

import asyncio
import json
import os
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import unquote, urlsplit

import aiohttp
from pydantic import SecretStr

from massgen_tui.backends.errors.http import StatusError
from massgen_tui.backends.gateways import is_alive
from massgen_tui.backends.sdk import openai
from massgen_tui.backends.transport import (
    RESPONSE,
    WRITTEN,
    AiohttpTransport,
    RedirectedError,
    excerpt,
)
from massgen_tui.backends.wire import Written
from massgen_tui.config.extras import Extra, pairs, replaces_key, with_query
from massgen_tui.net.address import without_user

MODELS_PATIENCE = 2.0
"""Seconds that a server may take to name its models."""
_ENVIRONMENT = threading.Lock()


@contextmanager
def hidden_environment(prefix: str = "OPENAI_") -> Iterator[None]:
    """Take every variable with this prefix out of the environment for a moment.

    The client takes an organisation, a project and whole headers, Authorization among them, from
    variables of the user's own OpenAI account, whatever arguments it gets. Nothing is awaited
    meanwhile, and the lock keeps other threads that do the same from restoring half of it.
    """
    with _ENVIRONMENT:
        names = [name for name in os.environ if name.startswith(prefix)]
        taken = {name: os.environ.pop(name) for name in names}
        try:
            yield
        finally:
            os.environ.update(taken)


def _authorization(base_url: str, key: SecretStr | None) -> tuple[str, str]:
    return "Authorization", _credential(base_url, key)


def _credential(base_url: str, key: SecretStr | None) -> str:
    parts = urlsplit(base_url)
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    value = key.get_secret_value().strip() if key else ""
    return f"Bearer {value or 'EMPTY'}"


class Client:
    """One agent's connections to its server."""

    def __init__(
        self,
        base_url: str,
        key: SecretStr | None,
        *,
        headers: Sequence[Extra] = (),
        query: Sequence[Extra] = (),
    ) -> None:
        """Make ready to ask `base_url`; nothing is sent yet.

        The openai client never holds the key: the carrier adds it, at this origin only, as it does
        the headers of one's own; where these say who asks, no key goes beside them.
        """

        def credentials() -> list[tuple[str, str]]:
            own = pairs(headers)
            return own if replaces_key(headers) else [_authorization(base_url, key), *own]

        self._base_url = without_user(base_url)
        self._query = query
        self._carrier = AiohttpTransport(base_url, credentials)
        self._http = openai.DefaultAsyncHttpxClient(transport=self._carrier)
        with hidden_environment():
            self._sdk = openai.AsyncOpenAI(
                api_key="added-by-the-carrier",
                base_url=self._base_url,
                max_retries=0,
                http_client=self._http,
            )

    @asynccontextmanager
    async def ask(
        self, body: Mapping[str, object], connect: float | None
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, Written]]:
        """Send a request and give its answer once the headers came; leaving drops the connection.

        Beside it stands when the request was written.

        Args:
            body: the whole JSON body.
            connect: seconds until the connection must stand (name, TCP and TLS), or None.

        Raises:
            StatusError: the status is no success.
            RedirectedError: we were sent to another address.
            openai.OpenAIError, aiohttp.ClientError, OSError: the request failed.
        """
        try:
            async with self._sdk.chat.completions.with_streaming_response.create(
                model="",
                messages=[],
                stream=True,
                extra_query=dict(pairs(self._query)),
                extra_body=dict(body),  # is the body: what it holds replaces what stands above
                timeout=openai.Timeout(None, connect=connect),
            ) as answer:
                extensions = answer.http_response.extensions
                yield extensions[RESPONSE], extensions[WRITTEN]
        except openai.APIStatusError as error:
            response = error.response
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise StatusError(response.status_code, headers, response.content) from None

    async def models(self) -> tuple[str, ...] | None:
        """The names that the server says it serves; None when it does not say so in time."""
        body = await self._read(f"{self._base_url}/models")
        return _names(body) if body is not None else None

    async def is_litellm(self, server: str) -> bool:
        """Whether LiteLLM stands there, as a path of its own tells to everybody."""
        return is_alive(await self._read(f"{server}/health/liveliness") or b"")

    async def _read(self, url: str) -> bytes | None:
        """The beginning of what stands at an address of the server; None: nothing, in time."""
        try:
            async with (
                asyncio.timeout(MODELS_PATIENCE),
                self._http.stream("GET", with_query(url, self._query)) as answer,
            ):
                response = answer.extensions.get(RESPONSE)
                return await excerpt(response) if response is not None else None
        except (aiohttp.ClientError, OSError, RedirectedError):
            return None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._carrier.aclose()


def _names(body: bytes) -> tuple[str, ...] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    listed = value.get("data") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return None
    names = (entry.get("id") for entry in listed if isinstance(entry, dict))
    return tuple(name for name in names if isinstance(name, str))
