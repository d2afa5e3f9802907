"""A server in a thread of this process: it answers a prompt with the long answer of that name.

A name it does not know it answers with two words.
"""

import asyncio
import json
import threading
from types import TracebackType
from typing import Self

from bench.harness.forms import answer
from bench.harness.wire import LAST, event

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
_PIECE = 40
"""Characters of an event: ten tokens."""
_AT_ONCE = 64
_MODELS = {"object": "list", "data": [{"id": "bench", "object": "model", "max_model_len": 40960}]}
_PAGES = {
    "/health": b"",
    "/version": json.dumps({"version": "0.32.0"}).encode(),
    "/v1/models": json.dumps(_MODELS).encode(),
}


class Answers:
    """Serves while it is entered."""

    def __init__(self, share: float = 1.0) -> None:
        """Give so much of each answer; the address is known once it serves."""
        self._share = share
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.run_forever()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._listens.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                method, path, _ = head[0].split()
                if method == "POST":
                    await self._stream(writer, json.loads(body)["messages"][-1]["content"])
                else:
                    writer.write(_page(path))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, form: str) -> None:
        text, field = answer(form, self._share), "reasoning" if form == "reasoning" else "content"
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        writer.write(_HEAD)
        for at in range(0, len(pieces), _AT_ONCE):
            writer.write(b"".join(event(piece, field) for piece in pieces[at : at + _AT_ONCE]))
            await writer.drain()
        writer.write(LAST)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listens.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def _page(path: str) -> bytes:
    body = _PAGES.get(path)
    status = b"404 Not Found" if body is None else b"200 OK"
    body = body or b""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)
