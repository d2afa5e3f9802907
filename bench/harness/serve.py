"""The server of the benchmarks, run as a process of its own and led by lines on its input.

    python -m bench.harness.serve [PORTS]

Prints its ports, then a line `joined N` when the N-th stream is open. Each line of input is a JSON
object: `{"play": KIND, "count": N, "rate": R, "words": W, "marks": M}` streams N chunks to every
open stream at once, R a second (0: as fast as they are taken), every M-th a mark; `{"end": true}`
ends the streams. Both are answered by `done` and the times at which marks were sent.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness.wire import LAST, Kind, event, events, mark

_BURST = 64
"""Chunks written at once where no rate is asked for."""
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
_WIRE = Path(__file__).parents[2] / "tests" / "data" / "wire" / "vllm-0.32.0"
_MODELS = {"object": "list", "data": [{"id": "bench", "object": "model", "max_model_len": 40960}]}
_PAGES = {
    "/health": b"",
    "/version": json.dumps({"version": "0.32.0"}).encode(),
    "/v1/models": json.dumps(_MODELS).encode(),
    "/metrics": (_WIRE / "get_metrics_idle.txt").read_bytes(),
}


@dataclass
class Server:
    """All open streams."""

    open: list[asyncio.StreamWriter] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    marks: dict[str, float] = field(default_factory=dict)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                await reader.readexactly(int(fields.get("content-length", 0)))
                method, path, _ = head[0].split()
                if method == "POST":
                    await self._stream(writer)
                else:
                    writer.write(_page(path))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD)
        self.open.append(writer)
        print("joined", len(self.open), flush=True)
        await self.ended.wait()

    async def play(self, kind: Kind, count: int, rate: float, words: int, marks: int) -> None:
        """Send `count` chunks to every stream."""
        pieces = events(kind, count, words)
        if not rate:
            await asyncio.gather(*(_burst(writer, pieces) for writer in self.open))
            return
        began = time.monotonic()
        for number, piece in enumerate(pieces):
            for index, writer in enumerate(self.open):
                if marks and number % marks == index % marks:
                    self._mark(writer, index, number)
                else:
                    writer.write(piece)
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))

    def _mark(self, writer: asyncio.StreamWriter, stream: int, number: int) -> None:
        word = mark(stream, number)
        self.marks[word] = time.monotonic()
        writer.write(event(f"{word} "))

    async def end(self) -> None:
        """End every stream."""
        for writer in self.open:
            writer.write(LAST)
        self.open = []
        ended, self.ended = self.ended, asyncio.Event()
        ended.set()

    async def obey(self, line: str) -> None:
        """Do what one line of input asks for."""
        order = json.loads(line)
        if "play" in order:
            await self.play(
                order["play"], order["count"], order["rate"], order["words"], order["marks"]
            )
        else:
            await self.end()
        print("done", json.dumps(self.marks), flush=True)
        self.marks = {}


def _page(path: str) -> bytes:
    body = _PAGES.get(path)
    status = b"404 Not Found" if body is None else b"200 OK"
    body = body or b""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


async def _burst(writer: asyncio.StreamWriter, pieces: list[bytes]) -> None:
    for at in range(0, len(pieces), _BURST):
        writer.write(b"".join(pieces[at : at + _BURST]))
        await writer.drain()


async def main() -> None:
    """Serve until the input ends."""
    server = Server()
    ports = []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
        ports.append(listening.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await server.obey(line)


if __name__ == "__main__":
    asyncio.run(main())
