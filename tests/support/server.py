"""A loopback HTTP server that answers with exactly the bytes, pauses and cuts it was told to.

async with ScriptedServer() as server:
    server.answer(*sse_chat(content=["Hello"]))          # the next POST
    server.route("GET", "/health", whole(200, b""))       # every GET of that path
    ...
    assert server.requests[0].json["model"] == "m"
"""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from massgen_tui.backends import finishes

CRLF = b"\r\n"
END = b"0\r\n\r\n"
"""The last chunk of a chunked body."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on when the test sets the event."""

    event: asyncio.Event


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on after so many seconds: for replays with their real timing, not for tests."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Cut the connection with a TCP reset, as a killed process does."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection in order."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more and leave the connection open."""


@dataclass(frozen=True, slots=True)
class Again:
    """Send the bytes over and over until the client goes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Deafen:
    """Take no more connections, as a server that was told to stop; those that are open stay."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Send what is made of the request: a server that repeats what it was sent."""

    make: Callable[["Recorded"], bytes]


Step = bytes | Wait | Pause | Reset | Close | Hang | Again | Deafen | Reply


@dataclass(slots=True, eq=False)
class Recorded:
    """One request as it arrived."""

    raw_head: bytes
    method: str
    path: str
    headers: list[tuple[str, str]]
    """In the order sent, names in lower case."""
    body: bytes = b""
    connection: int = 0
    """Which connection it came on, from 1."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when all steps of its answer were taken."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when its client closed the connection."""

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    def header(self, name: str) -> str | None:
        """The first header of that name, or None."""
        return next((value for key, value in self.headers if key == name.lower()), None)


class ScriptedServer:
    """Answers requests with scripted steps, and records them.

    A POST takes the next answer of the queue; anything else, and a POST when the queue is empty,
    its route, else a 404. After an answer without Close or Reset the connection is kept.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.requests: list[Recorded] = []
        self.connections = 0
        """How many were ever made."""
        self.open = 0
        """How many are open now."""
        self.port = port
        self._tls = tls
        self._queue: deque[tuple[Step, ...]] = deque()
        self._routes: dict[tuple[str, str], tuple[Step, ...]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None

    @property
    def root(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """The root with `/v1`."""
        return f"{self.root}/v1"

    @property
    def asked(self) -> list[str]:
        """The last message of every request that held some."""
        return [
            one.json["messages"][-1]["content"] for one in self.requests if one.method == "POST"
        ]

    def answer(self, *steps: Step) -> None:
        """Queue the answer to the next POST that has none yet."""
        self._queue.append(steps)

    def route(self, method: str, path: str, *steps: Step) -> None:
        """Answer every request of that method and path so; a queued answer goes first."""
        self._routes[method, path] = steps

    async def arrival(self, count: int = 1) -> Recorded:
        """Wait until `count` requests have come in all, and give that one."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests[count - 1]

    async def all_closed(self) -> None:
        """Wait until no connection is open."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.open == 0)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, ssl=self._tls, limit=2**26
        )
        self.port = self._server.sockets[0].getsockname()[1]
        finishes.forget()  # a server of another test may have stood at this port
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def deafen(self) -> None:
        """Refuse connections from now on; those that are open stay."""
        if self._server is not None:
            self._server.close()

    async def stop(self) -> None:
        """Refuse connections from now on and drop those that are open."""
        self.deafen()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.open += 1
        playing: asyncio.Task[None] | None = None
        request: Recorded | None = None
        try:
            while (request := await self._read(reader, number, request)) is not None:
                playing = asyncio.ensure_future(self._play(request, writer))
                self._tasks.add(playing)
                playing.add_done_callback(self._tasks.discard)
        finally:
            if playing is not None:
                playing.cancel()
            writer.transport.abort()
            self.open -= 1
            async with self._changed:
                self._changed.notify_all()

    async def _read(
        self, reader: asyncio.StreamReader, number: int, last: Recorded | None
    ) -> Recorded | None:
        try:
            head = await reader.readuntil(CRLF * 2)
            request = _parsed(head, number)
            request.body = await reader.readexactly(int(request.header("content-length") or 0))
        except (asyncio.IncompleteReadError, OSError):
            if last is not None:
                last.closed.set()
            return None
        if last is not None:
            await last.answered.wait()
        self.requests.append(request)
        async with self._arrived:
            self._arrived.notify_all()
        return request

    async def _play(self, request: Recorded, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            for step in self._steps(request):
                if isinstance(step, Reply):
                    await _take(step.make(request), writer)
                elif isinstance(step, Deafen):
                    self.deafen()
                else:
                    await _take(step, writer)
            request.answered.set()

    def _steps(self, request: Recorded) -> tuple[Step, ...]:
        if request.method == "POST" and self._queue:
            return self._queue.popleft()
        path = request.path.partition("?")[0]
        return self._routes.get((request.method, path), (whole(404, b'{"detail":"Not Found"}'),))


def _parsed(head: bytes, connection: int) -> Recorded:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = [line.partition(":") for line in lines]
    headers = [(name.lower(), value.strip()) for name, _, value in pairs]
    return Recorded(head, method, path, headers, connection=connection)


async def _take(step: Step, writer: asyncio.StreamWriter) -> None:
    match step:
        case bytes():
            writer.write(step)
            await writer.drain()
        case Wait(event=event):
            await event.wait()
        case Pause(seconds=seconds):
            await asyncio.sleep(seconds)
        case Again(data=data):
            while True:
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(0)
        case Hang():
            await asyncio.Event().wait()
        case Reset():
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        case Close():
            writer.close()


def head(status: int = 200, content_type: str = "text/event-stream", **headers: str) -> bytes:
    """A response head (`_` for `-` in names); chunked unless it has a length or closes."""
    lines = [f"HTTP/1.1 {status} Scripted"]
    if content_type:
        lines.append(f"content-type: {content_type}")
    names = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if "content-length" not in names and names.get("connection") != "close":
        names["transfer-encoding"] = "chunked"
    lines += [f"{name}: {value}" for name, value in names.items()]
    return "\r\n".join(lines).encode("latin-1") + CRLF * 2


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def whole(
    status: int, body: bytes | object, content_type: str = "application/json", **headers: str
) -> bytes:
    """A whole answer with its length; anything but bytes is written as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return head(status, content_type, content_length=str(len(data)), **headers) + data


def sse(data: object) -> bytes:
    """One server-sent event; anything but a string is written as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def delta(finish: str | None = None, *, model: str = "m", **fields: object) -> dict[str, object]:
    """One chat-completion chunk with these fields in its delta."""
    choice = {"index": 0, "delta": fields, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [choice],
    }


def sse_events(
    reasoning: Sequence[str] = (),
    content: Sequence[str] = (),
    *,
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (7, 9),
    model: str = "m",
    field: str = "reasoning",
    done: bool = True,
) -> list[bytes]:
    """The events of a whole streamed answer; `usage` is prompt and completion tokens."""
    events = [sse(delta(model=model, role="assistant", content=""))]
    events += [sse(delta(model=model, **{field: text})) for text in reasoning]
    events += [sse(delta(model=model, content=text)) for text in content]
    if finish is not None:
        events.append(sse(delta(finish, model=model)))
    if usage is not None:
        counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        counts["total_tokens"] = sum(usage)
        events.append(sse({"model": model, "choices": [], "usage": counts}))
    if done:
        events.append(sse("[DONE]"))
    return events


def streamed(*parts: Step) -> tuple[Step, ...]:
    """A 200 event stream: bytes become chunks, other steps stay, and the body ends in order."""
    return (head(), *(chunk(part) if isinstance(part, bytes) else part for part in parts), END)


def sse_chat(
    reasoning: Sequence[str] = (),
    content: Sequence[str] = (),
    *,
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (7, 9),
    model: str = "m",
    field: str = "reasoning",
) -> tuple[Step, ...]:
    """A whole good answer, ready for `ScriptedServer.answer`."""
    return streamed(
        *sse_events(reasoning, content, finish=finish, usage=usage, model=model, field=field)
    )


def replay(body: Path, *, timed: bool = False) -> tuple[Step, ...]:
    """A recorded `.sse` body, in the chunks it came in where `.chunks.jsonl` tells them."""
    data = body.read_bytes()
    index = body.with_suffix(".chunks.jsonl")
    if not index.exists():
        return streamed(data)
    steps: list[Step] = []
    before = 0.0
    for row in map(json.loads, index.read_text().splitlines()):
        if timed and row["t"] > before:
            steps.append(Pause(row["t"] - before))
            before = row["t"]
        steps.append(data[row["off"] : row["off"] + row["n"]])
    return streamed(*steps)


@contextlib.contextmanager
def mute_port() -> Iterator[int]:
    """A port that takes a connection and never says a word (a hung TLS handshake, a dead proxy)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port that never takes a connection: its queue is full, so a connect hangs (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
