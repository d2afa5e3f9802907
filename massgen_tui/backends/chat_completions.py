"""The backend of every chat-completions API: the openai client carries the request, we decode it.

openai, httpx2 and aiohttp take about a second to import: they come with `client` and
`response_stream`, in a thread, when the first request is sent (or by `warm_up`, after the first
paint).
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from massgen_tui.backends.adapt import Adaptation, Correction, correct
from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.errors.http import (
    Diagnosis,
    RequestError,
    Situation,
    StatusError,
    refusal,
)
from massgen_tui.backends.errors.remedies import for_others
from massgen_tui.backends.events import (
    BackendError,
    ErrorKind,
    Opened,
    RequestSent,
    Retrying,
    StreamEvent,
    Warned,
)
from massgen_tui.backends.exchange import Exchange
from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.gateways import asks_for_names, may_lack_key
from massgen_tui.backends.request import build_request
from massgen_tui.backends.retries import Failed, Retries
from massgen_tui.config.extras import replaces_key
from massgen_tui.config.model import AgentConfig, Timeouts
from massgen_tui.config.reach import within_reach
from massgen_tui.config.secrets import secrets_of, without
from massgen_tui.descriptors import HINT, exhausted
from massgen_tui.dialects import resolve
from massgen_tui.net.address import root_of
from massgen_tui.pulse import pulse, running_time

if TYPE_CHECKING:
    from massgen_tui.backends.client import Client
    from massgen_tui.backends.response_stream import ResponseStream

Sleep = Callable[[float], Awaitable[object]]
"""Waits for so many seconds."""
_CLOSING = 1.0
"""Seconds that closing may take."""
_ROOMS = ("massgen_tui.backends.client", "massgen_tui.backends.response_stream")


async def warm_up() -> None:
    """Import what a request needs, in a thread, so that the first prompt does not wait for it."""
    for room in _ROOMS:
        await asyncio.to_thread(importlib.import_module, room)


class ChatCompletionsBackend:
    """One agent's way to a server that speaks chat completions.

    Retries and the one correction of a request happen here, and only before the first byte.
    """

    def __init__(
        self,
        agent: AgentConfig,
        *,
        gate: ReadGate | None = None,
        sleep: Sleep = asyncio.sleep,
        recording: bool = False,
        merging: bool = False,
    ) -> None:
        """Make ready to ask `agent`'s server; nothing is imported, opened or sent yet.

        Args:
            agent: the agent, as the config was read.
            gate: polls the reads of all streams that share it; plain reads without.
            sleep: waits between two tries.
            recording: what comes is given as it comes too, within an `Exchange`.
            merging: the pieces of text that one reading brings are one event.
        """
        dialect = resolve(agent.endpoint.type, agent.endpoint.base_url)
        self.agent = agent.id
        self.provider = dialect.provider if dialect else agent.endpoint.type
        self.server = root_of(agent.endpoint.base_url)
        self.url = f"{agent.endpoint.base_url}/chat/completions"
        self.model = agent.settings.model
        self._config = agent
        self._key_vars = dialect.key_vars if dialect else ()
        self._finishes = dialect is not None and dialect.finishes
        self._own = within_reach(agent.endpoint)
        """It may be the reader's own: to be started, and with a log to look into."""
        self._gate = gate
        self._sleep = sleep
        self._recording = recording
        self._merging = merging
        self._adaptation = Adaptation()
        self._told: tuple[str, ...] = ()
        self._client: Client | None = None
        self._running: set[ResponseStream] = set()

    def request(self, call: Call) -> ChatRequest:
        """Build the request of a call, without what this server is known to refuse."""
        built = build_request(self._config, call)
        body = self._adaptation.apply(built.body)
        return ChatRequest(body, built.warnings + self._told, built.as_sent)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Send it and give its events as they come; closing the generator closes the socket.

        Raises:
            BackendError: the answer failed; what came before stands.
        """
        client = await self._connected()
        body = self._adaptation.apply(request.body)
        end = running_time() + (self._limits.total or float("inf"))
        retries, corrected = Retries(self._config.settings.retries), False
        while True:
            async with self._response(client, end, as_sent=request.as_sent) as response:
                yield RequestSent(body, response.exchange)
                failed = await self._sent(response, body, correctable=not corrected)
                if failed is None:
                    if response.opened:
                        yield Opened(response.waited)
                    try:
                        while (events := await self._read(response)) is not None:
                            retries.see(events)
                            response.giving = iter(events)
                            for event in response.giving:
                                yield event
                    except BackendError as error:
                        failed = retries.failed_in_stream(error)
                        if failed is None:
                            raise
                    else:
                        return
            if failed.correction is not None:
                corrected = True
                body = self._learn(failed.correction, request)
                yield Warned(failed.correction.told)
                continue
            seconds = retries.wait(failed)
            if seconds is None:
                raise failed.error
            retries.done += 1
            yield Retrying(failed.error.message, seconds, retries.done)
            await self._sleep(seconds)

    def drain(self) -> list[StreamEvent]:
        """Give what has come of the running answer and was not given yet; it ends here."""
        return self._told_safely([event for one in self._running for event in one.drain()])

    async def aclose(self) -> None:
        """Close all connections; takes at most a second, whatever the server does.

        An answer that still streams ends as interrupted.
        """
        for response in tuple(self._running):
            response.cut()
        client, self._client = self._client, None
        if client is not None:
            try:
                async with asyncio.timeout(_CLOSING):
                    await client.aclose()
            except TimeoutError:
                return

    @property
    def _limits(self) -> Timeouts:
        return self._config.settings.timeout

    async def _connected(self) -> "Client":
        try:
            await warm_up()
        except (OSError, ImportError) as error:
            words = exhausted(error)
            told = words or f"{type(error).__name__}: {error}"
            cause = Diagnosis(
                ErrorKind.UNREACHABLE, told, HINT if words else "", retried=bool(words)
            )
            raise self._signed(cause.error()) from None
        if self._client is None:
            room = importlib.import_module(_ROOMS[0])
            endpoint = self._config.endpoint
            try:
                self._client = room.Client(
                    endpoint.base_url,
                    endpoint.api_key,
                    headers=endpoint.extra_headers,
                    query=endpoint.extra_query,
                )
            except (ValueError, OSError) as error:
                cause = Diagnosis(ErrorKind.CONFIG, f"{self.server}: {error}", "see base_url")
                raise self._signed(cause.error()) from None
        return self._client

    @asynccontextmanager
    async def _response(
        self, client: "Client", end: float, *, as_sent: bool
    ) -> AsyncIterator["ResponseStream"]:
        base_url, end = self._config.endpoint.base_url, end + pulse().lost
        response: ResponseStream = importlib.import_module(_ROOMS[1]).ResponseStream(
            client,
            base_url,
            self._limits,
            self._gate,
            end,
            finishes=self._finishes,
            as_sent=as_sent,
            merging=self._merging,
            exchange=Exchange() if self._recording else None,
        )
        self._running.add(response)
        try:
            yield response
        finally:
            self._running.discard(response)
            await response.aclose()

    async def _read(self, response: "ResponseStream") -> list[StreamEvent] | None:
        """The next events; none of what is told of a failure holds the key."""
        try:
            events = await response.read()
        except RequestError as failure:
            raise self._signed(failure.cause.error()) from None
        except BackendError as error:
            raise self._signed(error) from None
        return self._told_safely(events) if events else events

    def _told_safely(self, events: list[StreamEvent]) -> list[StreamEvent]:
        if Warned not in map(type, events):
            return events
        return [
            Warned(self._masked(event.text)) if isinstance(event, Warned) else event
            for event in events
        ]

    async def _sent(
        self, response: "ResponseStream", body: dict[str, object], *, correctable: bool
    ) -> Failed | None:
        """Send one try; None when the answer is open."""
        try:
            await response.send(body)
            self._own = self._own and not response.relayed
        except RequestError as failure:
            return Failed(failure.cause, self._signed(failure.cause.error()))
        except StatusError as refused:
            self._own = self._own and not refused.relayed
            if correctable:
                correction = correct(refused.status, refused.said, body, self._adaptation)
                if correction is not None:
                    nothing = Diagnosis(ErrorKind.BAD_REQUEST, refused.said)
                    return Failed(nothing, nothing.error(), correction)
            cause = refusal(refused, await self._situation(refused, body))
            error = self._signed(cause.error(refused.status, refused.retry_after))
            return Failed(cause, error)
        return None

    async def _situation(self, refused: StatusError, body: dict[str, object]) -> Situation:
        endpoint, client = self._config.endpoint, self._client
        lists = asks_for_names(refused.status, refused.said)
        keyed = endpoint.api_key is not None or replaces_key(endpoint.extra_headers)
        unkeyed = not keyed and may_lack_key(refused.status, refused.body)
        return Situation(
            model=str(body.get("model", self.model)),
            base_url=endpoint.base_url,
            provider=self.provider,
            key_vars=self._key_vars,
            key_source=endpoint.key_source if keyed else "",
            served=await client.models() if lists and client else None,
            keyless=await client.is_litellm(self.server) if unkeyed and client else False,
        )

    def _learn(self, correction: Correction, request: ChatRequest) -> dict[str, object]:
        self._adaptation = correction.adaptation
        self._told += (correction.told,)
        return self._adaptation.apply(request.body)

    def _signed(self, error: BackendError) -> BackendError:
        """The error as ours: with agent and server, without the key that a server may repeat."""
        return replace(
            error,
            message=self._masked(error.message),
            detail=self._masked(error.detail),
            hint=self._masked(error.hint if self._own else for_others(error.hint)),
            agent=self.agent,
            server=self.server,
        )

    def _masked(self, text: str) -> str:
        return without(text, secrets_of(self._config.endpoint))
