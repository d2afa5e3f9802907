"""What came is kept as it came, within bounds: status line, headers without secrets, bytes."""

import gzip
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import RequestSent
from massgen_tui.backends.exchange import HEAD, OVERHEAD, Exchange
from massgen_tui.session.raw_answers import KEPT, RawAnswers
from tests.support.asking import Outcome, agent_at, ask, no_wait
from tests.support.fakes import FakeClock
from tests.support.server import END, Close, ScriptedServer, chunk, head, sse_events, whole

EVENTS = sse_events(["thinks"], ["half an ", "answer"])
BODY = b"".join(EVENTS)


async def asked(server: ScriptedServer, retries: int = 0) -> tuple[list[Exchange], Outcome]:
    agent = agent_at(server.base_url, retries=retries)
    backend = ChatCompletionsBackend(agent, sleep=no_wait([]), recording=True)
    outcome = await ask(backend)
    await backend.aclose()
    sent = [event for event in outcome.events if isinstance(event, RequestSent)]
    return [event.exchange for event in sent if event.exchange is not None], outcome


def body_of(exchange: Exchange) -> bytes:
    return b"".join(piece.data for piece in (*exchange.head, *exchange.tail))


@pytest.mark.parametrize("size", [1, 50, 100_000])
@pytest.mark.parametrize("coding", ["", "gzip"])
async def test_a_stream_is_kept_as_it_came(server: ScriptedServer, size: int, coding: str) -> None:
    packed = gzip.compress(BODY) if coding else BODY
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    left = "149981"
    begin = head(
        set_cookie="id=tasty-cookie",
        x_ratelimit_remaining_tokens=left,
        x_api_key="k-0123",
        content_encoding=coding or "identity",
    )
    server.answer(begin, *map(chunk, pieces), END)
    (exchange,), outcome = await asked(server)
    assert outcome.content == "half an answer"
    assert body_of(exchange) == BODY
    assert (exchange.size, exchange.left_out) == (len(BODY), 0)
    assert exchange.status_line == "HTTP/1.1 200 Scripted"
    headers = dict(exchange.headers)
    assert headers["content-type"] == "text/event-stream"
    assert headers["x-ratelimit-remaining-tokens"] == left
    assert (headers["set-cookie"], headers["x-api-key"]) == ("***", "***")
    assert exchange.answered_s is not None
    assert exchange.ended_s is not None
    times = [exchange.answered_s, *(piece.at for piece in exchange.head), exchange.ended_s]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ((whole(404, b'{"detail":"Not Found"}'),), b'{"detail":"Not Found"}'),
        ((whole(422, b"no!", "text/plain"),), b"no!"),
        ((whole(200, b"<html>hello</html>", "text/html"),), b"<html>hello</html>"),
        ((head(), chunk(EVENTS[0]), chunk(b'data: {"error": "x"}\n\n'), END), None),
        ((head(connection="close"), EVENTS[0]), EVENTS[0]),
    ],
    ids=["404", "422 of text", "200 of HTML", "an error in the stream", "cut off"],
)
async def test_what_failed_is_kept_as_it_came(
    server: ScriptedServer, answer: tuple[bytes, ...], body: bytes | None
) -> None:
    server.answer(*answer, Close())
    (exchange,), outcome = await asked(server)
    assert outcome.error is not None
    assert body_of(exchange) == (EVENTS[0] + b'data: {"error": "x"}\n\n' if body is None else body)
    assert str(exchange.status) in exchange.status_line


async def test_an_answer_that_is_no_stream_is_kept_as_it_came(server: ScriptedServer) -> None:
    said = {"message": {"role": "assistant", "content": "at once"}, "finish_reason": "stop"}
    answer = json.dumps({"id": "1", "object": "chat.completion", "choices": [said | {"index": 0}]})
    server.answer(whole(200, answer.encode()))
    (exchange,), outcome = await asked(server)
    assert outcome.content == "at once"
    assert body_of(exchange) == answer.encode()


async def test_each_try_is_kept_by_itself(server: ScriptedServer) -> None:
    server.answer(whole(503, b"busy", "text/plain"))
    server.answer(head(), chunk(BODY), END)
    exchanges, _ = await asked(server, retries=1)
    assert [one.status for one in exchanges] == [503, 200]
    assert [body_of(one) for one in exchanges] == [b"busy", BODY]


async def test_nothing_is_kept_where_nobody_looks(server: ScriptedServer) -> None:
    server.answer(head(), chunk(BODY), END)
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    outcome = await ask(backend)
    await backend.aclose()
    assert [one.exchange for one in outcome.events if isinstance(one, RequestSent)] == [None]


def memory(exchange: Exchange) -> int:
    pieces = [*exchange.head, *exchange.tail]
    return sum(map(sys.getsizeof, pieces)) + sum(
        sys.getsizeof(value) for piece in pieces for value in piece
    )


@given(st.lists(st.one_of(st.integers(1, 400), st.integers(1, 3 * HEAD)), max_size=60))
def test_whatever_comes_the_begin_and_the_end_are_kept_within_bounds(sizes: list[int]) -> None:
    exchange, came = Exchange(FakeClock()), b""
    for number, size in enumerate(sizes):
        data = bytes([number % 251]) * size
        came += data
        exchange.take(data)
    begin = b"".join(piece.data for piece in exchange.head)
    end = b"".join(piece.data for piece in exchange.tail)
    assert came.startswith(begin)
    assert came.endswith(end)
    assert exchange.size == len(came)
    assert exchange.left_out == len(came) - len(begin) - len(end)
    assert len(begin) + len(end) <= 2 * HEAD
    if len(came) + OVERHEAD * len(sizes) <= HEAD:
        assert exchange.left_out == 0


@pytest.mark.parametrize("size", [1, 40, 250, 16_384, 262_144])
def test_a_million_bytes_take_no_more_than_the_bound(size: int) -> None:
    exchange = Exchange()
    for at in range(0, 1_000_000, size):
        exchange.take(at.to_bytes(8, "big") * (size // 8) or b"x")
    assert memory(exchange) <= 2 * HEAD + 4 * OVERHEAD + sys.getsizeof(b"")
    assert len(exchange.headers) == 0


def test_times_are_those_of_arrival_where_they_are_known_and_never_go_back() -> None:
    clock = FakeClock()
    exchange = Exchange(clock)
    clock.tick(1.0)
    exchange.take(b"a")
    exchange.date(0.25)
    clock.tick(0.125)
    exchange.take(b"b")
    exchange.date(9.0)
    assert [piece.at for piece in exchange.head] == [0.75, 0.75]


def test_only_the_last_answers_of_an_agent_are_kept_with_their_bytes() -> None:
    raw, made = RawAnswers(), [Exchange() for _ in range(KEPT + 2)]
    for one in made:
        one.take(b"x" * 1000)
        raw.keep("a", one)
    other = Exchange()
    other.take(b"y")
    raw.keep("b", other)
    assert [one.gone for one in made] == [True, True, False, False]
    assert [len(body_of(one)) for one in made] == [0, 0, 1000, 1000]
    assert made[0].size == 1000
    raw.forget("a")
    assert all(one.gone for one in made)
    assert not other.gone
