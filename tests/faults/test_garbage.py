"""Servers that answer garbage instead of HTTP: a clear end, and the next answer goes well."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.events import ErrorKind
from massgen_tui.backends.inference import InferenceBackend
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.text import one_line
from tests.faults.scene import agent
from tests.support.server import (
    Close,
    Reset,
    ScriptedServer,
    Step,
    chunk,
    head,
    sse_chat,
    sse_events,
)

LINES = (
    "HTTP/1.1 |HTTP/1.0 |200 OK|204 No Content|304 X|500 |999 |-1|0|5\r\n|ffffffffffffffff\r\n|"
    "content-length: |content-length: 5\r\ncontent-length: 7|transfer-encoding: chunked|"
    "content-encoding: gzip|content-encoding: br|connection: upgrade|retry-after: |location: |"
    "location: //|content-type: |content-type: text/event-stream|content-type: application/json|"
    'set-cookie: a=b|\r\n|\r\n\r\n|\n|\0|data: |data: {"choices": [|[DONE]|\x1b[2J|{"error": |'
    '{"choices": [{"message": {"content": "|event: error\n'
)
WORDS = st.sampled_from([line.encode() for line in LINES.split("|")] + [b"\xff\xfe"])
GARBAGE = st.lists(WORDS | st.binary(max_size=40), max_size=14).map(b"".join)
STATUSES = st.sampled_from([200, 201, 204, 206, 301, 304, 307, 400, 404, 418, 429, 500, 503, 599])
TYPES = st.sampled_from(["text/event-stream", "application/json", "text/html", "", "\x7f/;;", "a"])
HEADERS = st.dictionaries(
    st.sampled_from(["location", "retry_after", "content_encoding", "x_y", "content_length"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
    | st.sampled_from(["gzip", "deflate", "br", "http://[", "/", "99999999999", "-1"]),
    max_size=3,
)
HEADS = st.builds(lambda status, kind, more: head(status, kind, **more), STATUSES, TYPES, HEADERS)
GOOD = b"".join(sse_events(["thinks"], ["half an ", "answer"]))
BODIES = st.one_of(
    GARBAGE,
    GARBAGE.map(chunk),
    st.integers(0, len(GOOD)).map(lambda cut: chunk(GOOD[:cut] or b" ")),
    st.builds(lambda cut, bad: chunk(GOOD[:cut] + bad + GOOD[cut:]), st.integers(0, 400), GARBAGE),
)
ENDS = st.sampled_from([Close(), Reset()])
PROPERTY = settings(max_examples=120, deadline=None, derandomize=True)


async def no_wait(_: float) -> None:
    return


def backend_for(agent: AgentConfig) -> InferenceBackend:
    return InferenceBackend(agent, sleep=no_wait)


async def answered(*steps: Step) -> Attempt:
    """Ask a server that answers so; then ask it again, well."""
    async with ScriptedServer() as server:
        server.route("POST", "/v1/chat/completions", *steps)
        limits = {"first_token": 2.0, "idle": 2.0}
        session = Session(
            Config(agents=(agent("a", server.root, **limits),)),
            backend_for=backend_for,
            health=None,
        )
        async with asyncio.timeout(10):
            (exchange,) = session.ask("hi")
            await session.wait()
            server.answer(*sse_chat(content=["well again"]))
            (again,) = session.ask("and now?")
            await session.wait()
            await session.aclose()
            await server.all_closed()
        assert str(again.attempts[0].content) == "well again"
        told(exchange.attempts[0], server.root)
        return exchange.attempts[0]


def told(attempt: Attempt, root: str) -> None:
    assert attempt.status in (Status.DONE, Status.FAILED)
    error = attempt.error
    if error is not None:
        assert error.kind in ErrorKind
        assert (error.agent, error.server) == ("a", root)
        assert error.message
        assert error.message == one_line(error.message, 2100)
        assert error.hint
        assert "fault of massgen-tui" not in error.hint


@PROPERTY
@given(GARBAGE, ENDS)
def test_garbage_instead_of_http(garbage: bytes, end: Step) -> None:
    asyncio.run(answered(garbage, end))


@PROPERTY
@given(HEADS, BODIES, ENDS)
def test_garbage_behind_a_head(begin: bytes, body: bytes, end: Step) -> None:
    asyncio.run(answered(begin, body, end))


@pytest.mark.parametrize("cut", range(0, len(GOOD), 61))
async def test_an_answer_that_is_cut_anywhere_is_kept_until_there(cut: int) -> None:
    attempt = await answered(head(), chunk(GOOD[:cut] or b":\n"), Reset())
    assert "thinks".startswith(str(attempt.reasoning))
    assert "half an answer".startswith(str(attempt.content))
    whole = b'"finish_reason": "stop"' in GOOD[:cut]
    assert (attempt.status is Status.DONE) == whole
