"""What can go wrong while an answer streams: all that came is kept, and the end is told truly."""

import asyncio
import gzip
import json
import zlib

import pytest

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import BackendError, Finished, Started, StreamEvent, UsageReported
from tests.support.asking import QUESTION, Outcome, agent_at, ask, ask_at
from tests.support.server import (
    END,
    Again,
    Close,
    Hang,
    Reset,
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
    whole,
)

ROLE = sse(delta(role="assistant", content=""))
HALF = (
    ROLE,
    sse(delta(reasoning="thinks")),
    sse(delta(content="half an ")),
    sse(delta(content="answer")),
)
ERROR = {"message": "EngineCore encountered an issue", "type": "InternalServerError", "code": 500}


def kept(outcome: Outcome) -> None:
    assert outcome.reasoning == "thinks"
    assert outcome.content == "half an answer"


@pytest.mark.parametrize(
    "end", [(Reset(),), (Close(),), (END,)], ids=["reset", "cut in the body", "clean end"]
)
async def test_an_answer_that_breaks_off_is_interrupted(
    server: ScriptedServer, end: tuple[Step, ...]
) -> None:
    server.answer(head(), *map(chunk, HALF), *end)
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == "interrupted"
    kept(outcome)


async def test_what_an_answer_cost_is_kept_though_it_is_told_behind_the_error(
    server: ScriptedServer,
) -> None:
    """The server keeps the connection open behind it: that is waited for a second at most."""
    counts = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    error = chunk(sse({"error": ERROR}))
    server.answer(head(), *map(chunk, HALF), error, chunk(sse({"usage": counts})), Hang())
    outcome = await ask_at(server.base_url)
    assert outcome.failure.message == ERROR["message"]
    assert UsageReported(7, 3) in outcome.events
    kept(outcome)


@pytest.mark.parametrize("end", [Reset(), Close()], ids=["reset", "close"])
async def test_a_body_without_length_that_ends_without_finish_is_interrupted(
    server: ScriptedServer, end: Step
) -> None:
    server.answer(head(connection="close"), *HALF, end)
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == "interrupted"
    kept(outcome)


async def test_an_unfinished_last_event_is_read_when_the_answer_breaks(
    server: ScriptedServer,
) -> None:
    last = sse(delta(content=" more")).rstrip(b"\n")
    server.answer(head(connection="close"), *HALF, last, Close())
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == "interrupted"
    assert outcome.content == "half an answer more"


async def test_nothing_that_came_before_a_reset_is_lost_to_a_slow_reader(
    server: ScriptedServer,
) -> None:
    begun = asyncio.Event()
    server.answer(head(), chunk(HALF[0]), Wait(begun), *map(chunk, HALF[1:]), Reset())
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    outcome = Outcome()
    try:
        async for event in backend.stream(backend.request(QUESTION)):
            outcome.events.append(event)
            if isinstance(event, Started):
                begun.set()
                await server.all_closed()
                for _ in range(20):  # until the reset has reached the client too
                    await asyncio.sleep(0)
    except BackendError as error:
        outcome.error = error
    await backend.aclose()
    assert outcome.failure.kind == "interrupted"
    kept(outcome)


@pytest.mark.parametrize(
    "events",
    [
        sse_events(["thinks"], ["half an ", "answer"], done=False),
        sse_events(["thinks"], ["half an ", "answer"], done=False, usage=None),
    ],
    ids=["no done", "no done, no usage"],
)
@pytest.mark.parametrize("end", [END, Reset(), Close()], ids=["end", "reset", "close"])
async def test_an_answer_that_finished_is_whole_however_it_ends(
    server: ScriptedServer, events: list[bytes], end: Step
) -> None:
    server.answer(head(), *map(chunk, events), end)
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    kept(outcome)


async def test_an_answer_that_finished_on_a_connection_that_stays_open(
    server: ScriptedServer,
) -> None:
    events = sse_events(["thinks"], ["half an ", "answer"])
    server.answer(head(), *map(chunk, events), Hang())
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    kept(outcome)


@pytest.mark.parametrize(
    "said",
    [
        sse({"error": ERROR}),
        sse({"error": ERROR["message"]}),
        sse({"object": "error", **ERROR}),
        sse({"id": "x", "choices": [], "x_groq": {"error": ERROR["message"]}}),
        b"event: error\ndata: " + json.dumps(ERROR).encode() + b"\n\n",
    ],
    ids=["nested", "string", "flat", "groq", "event"],
)
async def test_an_error_inside_the_stream(server: ScriptedServer, said: bytes) -> None:
    server.answer(*streamed(*HALF, said, sse("[DONE]")))
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == "server_error"
    assert "EngineCore encountered an issue" in outcome.failure.message
    assert outcome.failure.agent == "qwen1"
    kept(outcome)


async def test_malformed_json_once_is_a_warning_and_the_rest_is_shown(
    server: ScriptedServer,
) -> None:
    events = sse_events(["thinks"], ["half an ", "answer"])
    server.answer(*streamed(*events[:3], b'data: {"choices": [{]}\n\n', *events[3:]))
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    assert len(outcome.warnings) == 1
    kept(outcome)


async def test_invalid_utf8_is_replaced(server: ScriptedServer) -> None:
    bad = sse(delta(content="a#b")).replace(b"#", b"\xff")
    server.answer(*streamed(ROLE, bad, *sse_events()[1:]))
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    assert outcome.content == "a\ufffdb"


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            whole(200, {"choices": [{"message": {"content": "hi"}}]}),
            "malformed",
            "application/json",
        ),
        (whole(200, {"error": ERROR}), "server_error", "EngineCore encountered"),
        (whole(200, {"error": {"message": "Slow", "code": 429}}), "rate_limited", "Slow"),
        (whole(200, b"<html><title>Log in</title>", "text/html"), "malformed", "Log in"),
        (whole(200, b"hello", "text/plain"), "malformed", "hello"),
        (whole(200, b"429 Too Many Requests", "text/plain"), "rate_limited", "429 Too Many"),
        (whole(200, b"<title>502 Bad Gateway</title>", "text/html"), "overloaded", "502 Bad"),
        (whole(200, {"error": {"message": "Rate limit reached"}}), "rate_limited", "Rate limit"),
        (whole(200, {"error": ERROR}, "text/event-stream"), "server_error", "EngineCore"),
    ],
    ids=[
        "json",
        "json error",
        "json status",
        "html",
        "text",
        "429 as text",
        "502 as a page",
        "words of a limit",
        "json as a stream",
    ],
)
async def test_something_else_than_a_stream(
    server: ScriptedServer, answer: bytes, kind: str, says: str
) -> None:
    server.answer(answer)
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == kind
    assert says in outcome.failure.message


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
async def test_a_stream_under_another_name_is_read(
    server: ScriptedServer, content_type: str
) -> None:
    server.answer(head(200, content_type), *map(chunk, sse_events(content=["hello"])), END)
    assert (await ask_at(server.base_url)).content == "hello"


async def test_an_empty_body(server: ScriptedServer) -> None:
    server.answer(head(), END)
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind in ("interrupted", "malformed")
    assert outcome.names() == ["RequestSent"]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_stream_is_read_as_it_comes(server: ScriptedServer, coding: str) -> None:
    wbits = 31 if coding == "gzip" else 15
    packer = zlib.compressobj(wbits=wbits)
    parts = [
        packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)
        for event in sse_events(["thinks"], ["half an ", "answer"])
    ]
    parts[-1] += packer.flush()
    server.answer(head(content_encoding=coding), *map(chunk, parts), END)
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    kept(outcome)


async def test_a_compressed_error_is_read(server: ScriptedServer) -> None:
    body = gzip.compress(json.dumps({"error": ERROR}).encode())
    server.answer(whole(500, body, content_encoding="gzip"))
    assert "EngineCore" in (await ask_at(server.base_url)).failure.message


async def test_garbage_instead_of_gzip(server: ScriptedServer) -> None:
    server.answer(head(content_encoding="gzip"), chunk(b"data: not gzip\n\n"), END)
    assert (await ask_at(server.base_url)).failure.kind in ("interrupted", "malformed")


async def test_one_event_of_20_mb_is_an_answer_or_a_clear_error(server: ScriptedServer) -> None:
    server.answer(*streamed(*HALF, sse(delta(content="x" * 20_000_000)), *sse_events()[1:]))
    outcome = await ask_at(server.base_url)
    assert outcome.failure.kind == "malformed"
    assert "16 MB" in outcome.failure.message
    kept(outcome)


async def test_100_000_tiny_chunks_at_once(server: ScriptedServer) -> None:
    one = sse(delta(content="x"))
    server.answer(head(), chunk(ROLE), chunk(one * 100_000), *map(chunk, sse_events()[1:]), END)
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    assert outcome.content == "x" * 100_000


async def test_one_byte_at_a_time(server: ScriptedServer) -> None:
    whole_answer = b"".join(sse_events(["thinks"], ["half an ", "answer"]))
    server.answer(*streamed(*(bytes([byte]) for byte in whole_answer)))
    outcome = await ask_at(server.base_url)
    assert outcome.error is None
    kept(outcome)


async def test_an_endless_stream_stops_when_nobody_reads_on(server: ScriptedServer) -> None:
    server.answer(head(), Again(chunk(sse(delta(content="x")))))
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    stream = backend.stream(backend.request(QUESTION))
    seen: list[StreamEvent] = []
    async for event in stream:
        seen.append(event)
        if len(seen) > 1000:
            break
    await stream.aclose()
    await server.requests[0].closed.wait()
    await backend.aclose()


async def test_the_next_question_goes_well_after_a_broken_answer(server: ScriptedServer) -> None:
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    server.answer(head(), *map(chunk, HALF), Reset())
    assert (await ask(backend)).error is not None
    server.answer(*sse_chat(content=["well again"], model="another-model"))
    outcome = await ask(backend)
    assert outcome.content == "well again"
    await backend.aclose()


async def test_a_kept_connection_that_the_server_closed_meanwhile(server: ScriptedServer) -> None:
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    for text in ("one", "two"):
        server.answer(*sse_chat(content=[text]), Close())
        outcome = await ask(backend)
        assert outcome.content == text
        await server.all_closed()
    await backend.aclose()


async def test_the_order_of_events(server: ScriptedServer) -> None:
    server.answer(*sse_chat(["thinks"], ["answer"]))
    outcome = await ask_at(server.base_url)
    names = [name for name in outcome.names() if name != "Heartbeat"]
    assert names[:3] == ["RequestSent", "Opened", "Started"]
    assert names[3:] == ["ReasoningDelta", "ContentDelta", "Finished", "UsageReported"]
    assert Finished("stop") in outcome.events
