"""Nothing hangs: limits of time, cancelling, closing, and reads by the frame."""

import asyncio
import math
import socket
import sys
import threading
import time

import pytest

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.deadline import Deadline
from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import Arrived, ContentDelta, Heartbeat, StreamEvent
from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.transport import AT_ONCE
from massgen_tui.config.model import Timeouts
from tests.support.asking import agent_at, ask, ask_at
from tests.support.server import (
    END,
    Again,
    Hang,
    Pause,
    ScriptedServer,
    Step,
    Wait,
    chunk,
    delta,
    head,
    sse,
    sse_chat,
    sse_events,
    streamed,
)

ROLE = sse(delta(role="assistant", content=""))
WORD = sse(delta(content="word "))
LAST = sse_events()[1:]


@pytest.mark.parametrize(
    ("limit", "before"),
    [
        ("first_token", ()),
        ("first_token", (chunk(ROLE),)),
        ("first_token", (chunk(ROLE), Again(chunk(b": still here\n\n")))),
        ("idle", (chunk(ROLE + WORD),)),
        ("total", (chunk(ROLE), Again(chunk(WORD)))),
    ],
    ids=["no byte", "no token", "comments only", "mid-stream", "endless"],
)
async def test_a_silent_server_stalls_by_our_own_limit(
    server: ScriptedServer, limit: str, before: tuple[Step, ...]
) -> None:
    server.answer(head(), *before, Hang())
    outcome = await ask_at(server.base_url, timeout={limit: 0.2})
    assert outcome.failure.kind == "stalled"
    assert f"timeout.{limit}" in outcome.failure.hint
    assert "0.2 s" in outcome.failure.message
    await server.requests[0].closed.wait()
    if limit == "idle":
        assert outcome.content == "word "


async def test_comments_count_as_life_between_tokens(server: ScriptedServer) -> None:
    comments: list[Step] = [Pause(0.05), b": still here\n\n"] * 8
    server.answer(*streamed(ROLE, WORD, *comments, *LAST))
    outcome = await ask_at(server.base_url, timeout={"idle": 0.35})
    assert outcome.error is None
    assert Heartbeat() in outcome.events


async def test_limits_of_none_are_no_limits(server: ScriptedServer) -> None:
    limits = {"connect": None, "first_token": None, "idle": None, "total": None}
    server.answer(*sse_chat(content=["hello"]))
    assert (await ask_at(server.base_url, timeout=limits)).content == "hello"


@pytest.mark.parametrize(
    "answer",
    [
        (Hang(),),
        (head(), Hang()),
        (head(), chunk(ROLE), Hang()),
        (head(), chunk(ROLE + WORD), Hang()),
        (head(), chunk(ROLE), Again(chunk(WORD))),
        (head(500, "text/plain"), chunk(b"half an err"), Hang()),
    ],
    ids=["no headers", "headers", "role", "mid-stream", "endless", "error body"],
)
async def test_cancelling_closes_the_socket_at_once(
    server: ScriptedServer, answer: tuple[Step, ...]
) -> None:
    server.answer(*answer)
    before = asyncio.all_tasks()
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    task = asyncio.create_task(ask(backend))
    request = await server.arrival()
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await task
        await request.closed.wait()
        await backend.aclose()
        await server.all_closed()
    left = {t for t in asyncio.all_tasks() - before if "ScriptedServer" not in repr(t.get_coro())}
    assert not left


async def test_cancelling_while_waiting_to_retry(server: ScriptedServer) -> None:
    waiting = asyncio.Event()

    async def forever(seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    server.answer(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")
    backend = ChatCompletionsBackend(agent_at(server.base_url, retries=2), sleep=forever)
    task = asyncio.create_task(ask(backend))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await backend.aclose()
    assert len(server.requests) == 1


async def test_closing_the_backend_while_it_connects_ends_at_once(server: ScriptedServer) -> None:
    server.answer(Hang())
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    task = asyncio.create_task(ask(backend))
    await server.arrival()
    async with asyncio.timeout(2):
        await backend.aclose()
        assert (await task).failure.kind == "unreachable"


async def test_what_came_while_the_program_was_stopped_is_read_before_it_is_judged() -> None:
    loop = asyncio.get_running_loop()
    expired: list[str] = []
    watch = Deadline(Timeouts(idle=0.05), math.inf, lambda: expired.append(watch.expired))
    watch.talking()
    server, client = socket.socketpair()
    with server, client:
        # as a stream does: the bytes wake a task, which is the one to call `alive`
        loop.add_reader(client, lambda: (client.recv(1), loop.call_soon(watch.alive)))
        server.send(b"x")
        stopped = time.monotonic() + 0.1
        while time.monotonic() < stopped:
            pass
        for _ in range(5):
            await asyncio.sleep(0)
        loop.remove_reader(client)
    watch.stop()
    assert expired == []


async def test_closing_the_backend_ends_a_running_answer_within_bounds(
    server: ScriptedServer,
) -> None:
    begun = asyncio.Event()
    server.answer(head(), chunk(ROLE + WORD), Hang())
    backend = ChatCompletionsBackend(agent_at(server.base_url))

    def seen(event: StreamEvent) -> None:
        if isinstance(event, ContentDelta):
            begun.set()

    task = asyncio.create_task(ask(backend, seen=seen))
    await begun.wait()
    async with asyncio.timeout(2):
        await backend.aclose()
        outcome = await task
    assert outcome.failure.kind == "interrupted"
    assert outcome.content == "word "


async def test_a_hanging_name_look_up_does_not_hold_the_exit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answer = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def never(*_: object, **__: object) -> list[object]:
        threads.append(threading.current_thread())
        asked.set()
        answer.wait(5)
        return []

    monkeypatch.setattr("socket.getaddrinfo", never)
    backend = ChatCompletionsBackend(agent_at("http://gpu-box.invalid/v1"))
    task = asyncio.create_task(ask(backend))
    await asyncio.to_thread(asked.wait, 5)
    task.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await task
        await backend.aclose()
    answer.set()
    assert [thread.daemon for thread in threads] == [True]


async def test_a_gate_lets_packets_gather_until_it_opens(server: ScriptedServer) -> None:
    gate, first, rest = ReadGate(), asyncio.Event(), asyncio.Event()
    gate.active = True
    words = [chunk(WORD)] * 30
    server.answer(
        head(), chunk(ROLE + WORD), Wait(first), *words, Wait(rest), chunk(b"".join(LAST)), END
    )
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    got: list[StreamEvent] = []

    def seen(event: StreamEvent) -> None:
        got.append(event)
        if isinstance(event, ContentDelta):
            first.set()

    task = asyncio.create_task(ask(backend, seen=seen))
    await first.wait()
    count = len(got)
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(got) == count  # nothing is read while the gate is shut
    rest.set()
    while not task.done():
        gate.open()
        await asyncio.sleep(0)
    outcome = await task
    assert outcome.content == "word " * 31
    assert outcome.error is None
    await backend.aclose()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when bytes came")
async def test_what_is_read_by_the_frame_is_dated_and_what_is_read_as_it_comes_is_not(
    server: ScriptedServer,
) -> None:
    gate, plain = ReadGate(), asyncio.Event()
    gate.active = True
    words = [step for _ in range(5) for step in (Pause(0.02), chunk(WORD))]
    last = (Wait(plain), chunk(WORD + b"".join(LAST)), END)
    server.answer(Pause(0.02), head(), chunk(ROLE), *words, *last)
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    came: list[Arrived] = []
    said = 0

    def seen(event: StreamEvent) -> None:
        nonlocal said
        if isinstance(event, Arrived):
            came.append(event)
        said += isinstance(event, ContentDelta)

    task = asyncio.create_task(ask(backend, seen=seen))
    while said < 5:
        gate.open()
        await asyncio.sleep(0)
    gate.active = False
    plain.set()
    assert (await task).content == "word " * 6
    agos = [each.ago for each in came]
    assert agos.pop() is None, "from here on it is read as it comes"
    assert all(ago is not None and 0 <= ago < 5 for ago in agos)
    assert sum(each.packets for each in came) >= 6
    await backend.aclose()


class Paused(asyncio.ReadTransport):
    """A connection that is only paused and resumed."""

    reads = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True


async def test_connections_that_bring_much_are_read_one_after_the_other() -> None:
    gate = ReadGate()
    gate.active = True
    many = [Paused() for _ in range(5)]
    for each in many:
        gate.take_turns(each)
    order = []
    for _ in many:
        await asyncio.sleep(0)
        order.append([each.reads for each in many])
    assert order == [[n <= turn for n in range(5)] for turn in range(5)]
    gate.take_turns(many[0])
    gate.take_turns(many[1])
    assert gate.release(many[1])
    gate.active = False
    assert all(each.reads for each in many)
    await asyncio.sleep(0)


async def test_of_much_that_has_come_little_is_read_at_once(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    feed = StreamDecoder.feed

    def counted(decoder: StreamDecoder, data: bytes) -> list[StreamEvent]:
        read.append(len(data))
        return feed(decoder, data)

    monkeypatch.setattr(StreamDecoder, "feed", counted)
    gate = ReadGate()
    gate.active = True
    burst = chunk(WORD * 20_000)
    server.answer(head(), chunk(ROLE + WORD), burst, chunk(b"".join(LAST)), END)
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    task = asyncio.create_task(ask(backend))
    while not task.done():
        gate.open()
        await asyncio.sleep(0)
    assert (await task).content == "word " * 20_001
    assert max(read[1:]) <= AT_ONCE, "but for what came with the headers"
    await backend.aclose()


async def test_a_connection_goes_back_to_the_pool_readable(server: ScriptedServer) -> None:
    gate = ReadGate()
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    for text in ("one", "two"):
        gate.active = True
        server.answer(*sse_chat(["thinks"], [text]))
        task = asyncio.create_task(ask(backend))
        while not task.done():
            gate.open()
            await asyncio.sleep(0)
        gate.active = False
        assert (await task).content == text
    await backend.aclose()
    assert server.connections == 1


async def test_a_gate_that_is_never_opened_is_not_the_servers_silence(
    server: ScriptedServer,
) -> None:
    gate = ReadGate()
    gate.active = True
    server.answer(*streamed(ROLE, WORD, Pause(0.01), WORD, Pause(0.01), *LAST))
    limited = agent_at(server.base_url, timeout={"idle": 0.05})
    backend = ChatCompletionsBackend(limited, gate=gate)
    outcome = await ask(backend)
    assert outcome.error is None
    assert outcome.content == "word word "
    await backend.aclose()


async def test_a_held_stream_can_be_cancelled(server: ScriptedServer) -> None:
    gate, begun = ReadGate(), asyncio.Event()
    gate.active = True
    server.answer(head(), chunk(ROLE + WORD), Hang())
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    task = asyncio.create_task(ask(backend, seen=lambda _: begun.set()))
    await begun.wait()
    request = await server.arrival()
    for _ in range(50):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await request.closed.wait()
    await backend.aclose()


async def test_a_burst_is_not_held_back_by_the_gate(server: ScriptedServer) -> None:
    gate = ReadGate()
    gate.active = True
    burst = chunk(WORD * 20_000)
    server.answer(head(), chunk(ROLE + WORD), burst, chunk(b"".join(LAST)), END)
    backend = ChatCompletionsBackend(agent_at(server.base_url), gate=gate)
    opened = 0
    task = asyncio.create_task(ask(backend))
    for _ in range(1000):
        await asyncio.sleep(0)
    while not task.done():
        gate.open()
        opened += 1
        for _ in range(1000):
            await asyncio.sleep(0)
    assert (await task).content == "word " * 20_001
    assert opened < 10
    await backend.aclose()
