"""An answer that is ended from outside keeps all that came, half a tag and half a line included."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp.client_proto import ResponseHandler

from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import ContentDelta, StreamEvent
from massgen_tui.config.model import Config
from massgen_tui.session import stall
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import Health, HealthCheck, HealthReport, connect_health
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from tests.support.asking import agent_at
from tests.support.fakes import FakeBackend
from tests.support.hearing import Heard, hear
from tests.support.server import Hang, ScriptedServer, Wait, chunk, delta, head, sse, sse_chat

ROLE = sse(delta(role="assistant", content=""))
END = sse(delta("stop"))


def config_at(server: ScriptedServer, **limits: float) -> Config:
    return Config(agents=(agent_at(server.base_url, timeout=limits),))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], asyncio.Event]:
    """Gives an event that is set once bytes that end so were decoded."""
    feed = StreamDecoder.feed
    awaited: list[tuple[bytes, asyncio.Event]] = []
    seen = bytearray()

    def noted(self: StreamDecoder, data: bytes) -> list[StreamEvent]:
        seen.extend(data)
        for end, event in awaited:
            if seen.endswith(end):
                event.set()
        return feed(self, data)

    def until(end: bytes) -> asyncio.Event:
        awaited.append((end, asyncio.Event()))
        return awaited[-1][1]

    monkeypatch.setattr(StreamDecoder, "feed", noted)
    return until


@asynccontextmanager
async def asked(
    server: ScriptedServer, health: HealthCheck | None = None
) -> AsyncIterator[tuple[Session, Attempt]]:
    """A session whose only agent was asked."""
    one = Session(config_at(server), health=health)
    try:
        async with asyncio.timeout(5):
            (exchange,) = one.ask("hi")
            yield one, exchange.attempts[0]
    finally:
        await one.aclose()


ROWS: dict[str, tuple[list[bytes], str, str]] = {
    # what came · reasoning · content
    "the start of a tag": ([sse(delta(content="<thi"))], "", "<thi"),
    "white space": ([sse(delta(content="\n "))], "", "\n "),
    "a closing tag's start": ([sse(delta(content="half</th"))], "", "half</th"),
    "in the thinking": ([sse(delta(content="<think>hm</thi"))], "hm</thi", ""),
    "half a character": ([sse(delta(content="a#")).replace(b"#", b"\\ud83d")], "", "a\ufffd"),
    "an event without its blank line": ([sse(delta(content="half")).rstrip(b"\n")], "", "half"),
    "an event without its end": ([sse(delta(content="a")), b'data: {"choices"'], "", "a"),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("how", ["cancel", "rerun", "close", "start_over"])
async def test_stopping_keeps_what_was_held_back(
    server: ScriptedServer, read: Callable[[bytes], asyncio.Event], row: str, how: str
) -> None:
    sent, reasoning, content = ROWS[row]
    server.answer(head(), *map(chunk, [ROLE, *sent]), Hang())
    server.answer(*sse_chat(content=["again"]))
    come = read(sent[-1])
    async with asked(server) as (session, attempt):
        await come.wait()
        ends: dict[str, Callable[[], object]] = {
            "cancel": session.cancel,
            "rerun": session.rerun,
            "start_over": session.start_over,
        }
        if how == "close":
            await session.aclose()
        else:
            ends[how]()
            assert attempt.status.ended
            await session.wait()
    assert attempt.status is Status.CANCELLED
    assert (str(attempt.reasoning), str(attempt.content)) == (reasoning, content)


async def test_what_the_loop_had_not_handed_on_yet_is_kept(
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[bytes], asyncio.Event],
) -> None:
    more, one = asyncio.Event(), sse(delta(content="one "))
    server.answer(
        *(head(), chunk(ROLE + one), Wait(more)),
        *(chunk(sse(delta(content="two ")) + END), Hang()),
    )
    receive = ResponseHandler.data_received
    stopping: list[Session] = []

    def then_stop(self: ResponseHandler, data: bytes) -> None:
        receive(self, data)
        if b"two" in data:
            stopping[0].cancel()

    monkeypatch.setattr(ResponseHandler, "data_received", then_stop)
    come = read(one)
    async with asked(server) as (session, attempt):
        stopping.append(session)
        await come.wait()
        more.set()
        await session.wait()
    assert str(attempt.content) == "one two "
    assert attempt.status is Status.DONE


async def test_stopping_in_the_middle_of_one_read_keeps_the_rest_of_it(
    server: ScriptedServer,
) -> None:
    pieces = [sse(delta(content=text)) for text in ("one ", "two ", "three</thi")]
    server.answer(head(), chunk(b"".join([ROLE, *pieces])), Hang())

    async with asked(server) as (session, attempt):

        def stop(observed: Heard) -> None:
            if isinstance(observed.event, ContentDelta):
                session.cancel()

        hear(session, stop)
        await session.wait()
    assert str(attempt.content) == "one two three</thi"
    assert attempt.status is Status.CANCELLED


@pytest.mark.parametrize(("finish", "status"), [(b"", Status.FAILED), (END, Status.DONE)])
async def test_a_server_that_is_gone_leaves_all_that_came(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, finish: bytes, status: Status
) -> None:
    monkeypatch.setattr(stall, "SILENT_AFTER", 0.02)
    monkeypatch.setattr(stall, "PACE", 0.01)

    async def gone(_: Agent) -> HealthReport:
        return HealthReport(Health.GONE, "the server refuses connections")

    unended = (sse(delta(content="half</th")) + finish).rstrip(b"\n")
    server.answer(head(), chunk(ROLE), chunk(unended), Hang())
    async with asked(server, health=gone) as (session, attempt):
        await session.wait()
    assert str(attempt.content) == "half</th"
    assert attempt.status is status


@pytest.mark.parametrize("limit", ["first_token", "total"])
async def test_a_limit_of_ours_leaves_all_that_came(server: ScriptedServer, limit: str) -> None:
    server.answer(head(), chunk(ROLE), chunk(sse(delta(content="<thi")).rstrip(b"\n")), Hang())
    session = Session(config_at(server, **{limit: 0.1}), health=None)
    (exchange,) = session.ask("hi")
    await session.wait()
    await session.aclose()
    attempt = exchange.attempts[0]
    assert attempt.error is not None
    assert attempt.error.kind == "stalled"
    assert str(attempt.content) == "<thi"


async def test_a_hanging_name_look_up_beside_a_silent_stream_does_not_hold_the_exit(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def never(*_: object, **__: object) -> list[object]:
        threads.append(threading.current_thread())
        asked.set()
        answered.wait(5)
        return []

    named = server.root.replace("127.0.0.1", "gpu-box.invalid")
    agent = Agent(agent_at(named), FakeBackend("qwen1", server=named))
    monkeypatch.setattr("socket.getaddrinfo", never)
    look = asyncio.create_task(connect_health(agent))
    await asyncio.to_thread(asked.wait, 5)
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    answered.set()
    assert [thread.daemon for thread in threads] == [True]
