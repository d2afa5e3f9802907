"""One try at one request: send it, read what comes, within the limits of time.

Imported when a backend is first used, with the client it works on.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, suppress

import aiohttp

from massgen_tui.backends.client import Client
from massgen_tui.backends.deadline import Deadline
from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.errors.http import Diagnosis, RequestError, StatusError
from massgen_tui.backends.errors.network import CAUGHT, cause_of
from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
)
from massgen_tui.backends.exchange import Exchange
from massgen_tui.backends.finishes import expected, remember
from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.replies import (
    redirected,
    stalled,
)
from massgen_tui.backends.response_body import ResponseBody
from massgen_tui.backends.resting import Resting
from massgen_tui.backends.sdk import openai
from massgen_tui.backends.transport import RedirectedError, drop
from massgen_tui.backends.wire import Written
from massgen_tui.config.model import Timeouts
from massgen_tui.dialects.headers import gateway_of

_FAREWELL = 0.25
"""Seconds after `[DONE]` in which the body may end, so that its connection can be used again."""
_LAST_WORDS = 1.0
"""Seconds after an error in the stream in which it may still tell what the answer cost."""
_TOKENS = frozenset((ContentDelta, ReasoningDelta, ToolCallDelta))
_SAID = _TOKENS | {UsageReported}


class ResponseStream:
    """One request and its answer. `send`, then `read` until it gives None, then `aclose`."""

    def __init__(
        self,
        client: Client,
        base_url: str,
        limits: Timeouts,
        gate: ReadGate | None,
        end: float,
        *,
        finishes: bool = False,
        as_sent: bool = False,
        merging: bool = False,
        exchange: Exchange | None = None,
    ) -> None:
        """Make ready.

        Args:
            client: the agent's connections.
            base_url: its server's address.
            limits: how long what may take.
            gate: polls the reads of all streams that share it.
            end: when the answer must be whole, in the loop's time.
            finishes: a server of this kind says why it stops.
            as_sent: nothing is read out of the answer's text.
            merging: the pieces of text of one reading are one event.
            exchange: takes what comes as it comes, where somebody may want to see that.
        """
        self._client = client
        self.exchange = exchange
        self._base_url = base_url
        self._limits = limits
        self._stack = AsyncExitStack()
        finishing = expected(base_url, by_kind=finishes)
        self._decoder = StreamDecoder(finishes=finishing, as_sent=as_sent, merging=merging)
        self._deadline = Deadline(limits, end, lambda: None)
        self._response: aiohttp.ClientResponse | None = None
        self._body: ResponseBody | None = None
        self._written = Written()
        self._resting = Resting(gate)
        self._data = b""
        self._failure: Diagnosis | None = None
        self._over = self._failing = False
        self._spared = False
        self.giving: Iterator[StreamEvent] = iter(())
        """What was read last and is being handed on."""

    @property
    def opened(self) -> bool:
        """Whether the first bytes of the answer wait to be read."""
        return bool(self._data)

    @property
    def relayed(self) -> bool:
        """Whether the headers of the answer are a gateway's."""
        names = self._response.headers if self._response is not None else ()
        return bool(gateway_of(name.lower() for name in names))

    @property
    def waited(self) -> float | None:
        """Seconds since the last byte of the request was written; None where nobody knows."""
        return self._written.since(self._resting.transport)

    async def send(self, body: Mapping[str, object]) -> None:
        """Send the request and wait for the first bytes of the answer.

        Raises:
            StatusError: the server's status is no success.
            RequestError: anything else went wrong.
        """
        try:
            async with asyncio.timeout(None) as limit:
                self._deadline.expire = lambda: limit.reschedule(0)
                self._data = await self._opened(body)
        except StatusError as error:
            if self.exchange is not None:
                self.exchange.answer(error.status, error.headers.items())
                self.exchange.take(error.body)
            raise
        except RedirectedError as error:
            raise RequestError(redirected(error.where)) from None
        except openai.OpenAIError as error:
            cause = error.__cause__ or error
            raise RequestError(self._cause(cause)) from None
        except CAUGHT as error:
            raise RequestError(self._cause(error)) from None
        self._deadline.expire = self._late

    async def _opened(self, body: Mapping[str, object]) -> bytes:
        ask = self._client.ask(body, self._limits.connect)
        response, self._written = await self._stack.enter_async_context(ask)
        self._response = response
        if response.connection is not None:
            self._resting.transport = response.connection.transport
        self._body = ResponseBody(response, self.exchange)
        first, self._failure = await self._body.begin(streamed=body.get("stream") is not False)
        return first

    async def read(self) -> list[StreamEvent] | None:
        """Give the events that the next bytes complete; None at the end of a good answer.

        Raises:
            RequestError: the answer failed; all its events were given before.
            BackendError: the stream itself said so; agent and server are not filled in.
        """
        if self._over:
            await self._end()
            return None
        if self._failing:
            return await self._last_words()
        assert self._body is not None
        data, self._data = self._data, b""
        if not data:
            try:
                data = await self._body.more()
            except CAUGHT as error:
                return self._broken(error)
        if not data:
            return self._closed()
        came = self._resting.date()
        events = self._decoder.feed(data)
        if self._decoder.finished:
            remember(self._base_url)
        if came is not None:
            events.insert(0, came)
            if came.ago and self.exchange is not None:
                self.exchange.date(came.ago)
        if self._failure is not None:
            return events + self._closed()
        if self._decoder.error is not None or self._decoder.done:
            self._over, self._failing = self._decoder.done, not self._decoder.done
            if self._decoder.done and self._decoder.error is None:
                events += self._decoder.close()
        else:
            self._mark(events, len(data))
        return events

    def _mark(self, events: list[StreamEvent], size: int) -> None:
        """Move the deadline, and let the connection rest when reads are polled."""
        deadline, kinds = self._deadline, set(map(type, events))
        if Finished in kinds:
            deadline.finishing()
        elif deadline.limit == "idle":
            if deadline.finished and kinds.isdisjoint(_SAID):
                return
            deadline.alive()
        elif not kinds.isdisjoint(_TOKENS):
            deadline.talking()
        else:
            return
        if self._response is not None and self._response.connection is not None:
            self._resting.rest(size)

    async def _last_words(self) -> list[StreamEvent]:
        """Read on behind an error, for a second: the token counts may follow it."""
        assert self._body is not None
        self._over = True
        self._resting.free()
        events: list[StreamEvent] = []
        with suppress(*CAUGHT):
            async with asyncio.timeout(_LAST_WORDS):
                while not self._decoder.done and (data := await self._body.more()):
                    events += self._decoder.feed(data)
        return events

    def _closed(self) -> list[StreamEvent]:
        self._over = True
        return self._decoder.close()

    def _broken(self, error: BaseException) -> list[StreamEvent]:
        assert self._body is not None
        self._over = True
        events = self._decoder.feed(self._body.leftover())
        events += self._decoder.close()
        if self._decoder.cut:
            self._failure = self._cause(error)
        return events

    async def _end(self) -> None:
        if self._failure is not None:
            raise RequestError(self._failure)
        if self._decoder.error is not None:
            raise self._decoder.error
        if self._body is not None and (failure := self._body.failure):
            raise RequestError(failure)
        await self._read_tail()

    async def _read_tail(self) -> None:
        """Read the end of the body, which comes after `[DONE]`, for the connection to be kept."""
        response = self._response
        if response is None or response.connection is None:
            return
        self._resting.free()
        try:
            async with asyncio.timeout(_FAREWELL):
                await response.content.readany()
        except CAUGHT:
            return

    def _late(self) -> None:
        """A limit ran out while the answer was read."""
        if self._resting.free() and not (self._deadline.finished and self._spared):
            self._spared = self._deadline.finished
            self._deadline.talking()  # the silence was ours: the gate was never opened
            self._deadline.expired = ""
        else:
            self.cut()

    def cut(self) -> None:
        """Drop the connection now; that wakes whoever reads."""
        self._resting.free()
        if self._response is not None:
            drop(self._response)
        else:
            self._deadline.expire()

    def drain(self) -> list[StreamEvent]:
        """Give all that came and was not handed on, half a tag among it; the answer ends here."""
        events = list(self.giving)
        if not self._over and self._body is not None:
            self._over = True
            events += self._decoder.feed(self._data + self._body.leftover())
            events += self._decoder.close()
        return events

    def _cause(self, error: BaseException) -> Diagnosis:
        if self._deadline.expired:
            return stalled(self._deadline.expired, self._limits)
        return cause_of(error, self._base_url, opened=self._response is not None)

    async def aclose(self) -> None:
        """Drop what is left of the answer, at once."""
        self._resting.free()
        self._deadline.stop()
        await self._stack.aclose()
        if self.exchange is not None:
            self.exchange.end()
