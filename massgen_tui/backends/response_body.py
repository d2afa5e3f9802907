"""The body of a response, out of its packing: a stream's reads, or an answer that is whole.

Imported when a backend is first used, with the client it works on.
"""

import aiohttp

from massgen_tui.backends.errors.http import Diagnosis, RequestError
from massgen_tui.backends.exchange import Exchange
from massgen_tui.backends.replies import (
    answer_in,
    mislabelled,
    no_stream,
    streamed_all_the_same,
    streams,
)
from massgen_tui.backends.transport import coding_of, excerpt
from massgen_tui.backends.unpack import PackedError, Unpacker
from massgen_tui.backends.waiting import gathered, leftover

_WHOLE = 8 * 1024 * 1024
"""Bytes of an answer that is not streamed; a larger one is none of a model."""


class ResponseBody:
    """What comes of one response: `begin` once, then `more` until it gives nothing."""

    def __init__(self, response: aiohttp.ClientResponse, exchange: Exchange | None = None) -> None:
        """Read the body of `response`, of which nothing was read; `exchange` takes all of it."""
        self._response = response
        self._exchange = exchange
        if exchange is not None:
            version, reason = _version(response), response.reason or ""
            pairs = response.raw_headers
            headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
            exchange.answer(response.status, headers, version, reason)
        self._unpacker = Unpacker(coding_of(response))

    async def begin(self, *, streamed: bool) -> tuple[bytes, Diagnosis | None]:
        """Give the first bytes, and why nothing good can follow them.

        Args:
            streamed: a stream was asked for; else the whole answer is read, and given as one event.

        Raises:
            RequestError: what comes is no answer.
        """
        kind = self._response.content_type
        first = await self.more()
        if first and not streamed:
            return await self._whole(first), None
        if first and not streams(kind, first):
            whole = await excerpt(self._response, first, self._unpacker)
            self._taken(whole[len(first) :])
            failure, answer = no_stream(kind, whole), answer_in(whole)
            if failure is not None and answer is None:
                raise RequestError(failure)
            return answer or whole, failure
        return first, None

    async def _whole(self, first: bytes) -> bytes:
        """An answer that is not streamed, as one event of a stream; it may begin long before."""
        kind = self._response.content_type
        if streams(kind, first):
            raise RequestError(streamed_all_the_same())
        body = bytearray(first)
        while len(body) < _WHOLE and (data := await self.more()):
            body += data
        answer = answer_in(bytes(body))
        if answer is None:
            failure = no_stream(kind, bytes(body), wanted="an answer")
            assert failure is not None  # None is for whole answers
            raise RequestError(failure)
        return answer

    async def more(self) -> bytes:
        """The next bytes of the answer as they were meant; empty at its end."""
        while data := await gathered(self._response):
            if text := self._unpacker.feed(data):
                return self._taken(text)
        return self._taken(self._unpacker.close())

    def _taken(self, text: bytes) -> bytes:
        if text and self._exchange is not None:
            self._exchange.take(text)
        return text

    def leftover(self) -> bytes:
        """What came and was not read, as far as it can be unpacked."""
        try:
            rest = self._unpacker.feed(leftover(self._response)) + self._unpacker.close()
            return self._taken(rest)
        except PackedError:
            return b""

    @property
    def failure(self) -> Diagnosis | None:
        """What was wrong with the packing of a body that has ended."""
        return mislabelled(self._unpacker.coding) if self._unpacker.stale else None


def _version(response: aiohttp.ClientResponse) -> str:
    known = response.version
    return f"/{known.major}.{known.minor}" if known is not None else ""
