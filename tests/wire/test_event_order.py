"""Events come when they are known, in an order that a reader can rely on."""

import asyncio
import threading
from contextlib import aclosing

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Heartbeat,
    Opened,
    ReasoningDelta,
    ReasoningMoved,
    RequestSent,
    Started,
    StreamEvent,
    Unsaid,
    UsageReported,
)
from tests.support.asking import QUESTION, agent_at
from tests.support.decoding import chunk, event, say, stream
from tests.support.server import ScriptedServer, sse_chat


def events(body: bytes) -> list[StreamEvent]:
    decoder = StreamDecoder()
    return decoder.feed(body) + decoder.close()


def test_one_chunk_gives_one_delta_at_once() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(event(say("Hi"))) == [Started("m"), ContentDelta("Hi")]
    assert decoder.feed(event(say(" you"))) == [ContentDelta(" you")]
    assert decoder.feed(event(chunk({}))) == [Heartbeat()]


def test_reasoning_stands_before_content_of_the_same_chunk_and_its_finish() -> None:
    body = stream(chunk({"content": "Hi", "reasoning": "Hm."}, "stop"))
    assert events(body) == [
        Started("m"),
        ReasoningDelta("Hm."),
        ContentDelta("Hi"),
        Finished("stop"),
    ]


def test_what_was_held_back_comes_before_the_finish() -> None:
    body = stream(say("a <"), chunk({}, "stop"))
    assert events(body)[1:] == [ContentDelta("a "), ContentDelta("<"), Finished("stop")]


def test_what_was_held_back_comes_before_an_error() -> None:
    decoder = StreamDecoder()
    given = decoder.feed(stream(say("<thi"), {"error": "boom"}))
    assert given == [Started("m"), ContentDelta("<thi")]
    assert decoder.error is not None


def test_a_finish_is_told_once() -> None:
    body = stream(say("Hi"), chunk({}, "stop"), chunk({}, "stop"))
    assert events(body).count(Finished("stop")) == 1


def test_the_same_usage_is_told_once() -> None:
    counts = {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    body = stream({**chunk({}, "stop"), **counts}, {"choices": [], **counts})
    assert events(body).count(UsageReported(1, 2)) == 1


def set_up() -> None:
    """Take a moment, as a machine does that imports what it needs before it sends."""
    threading.Event().wait(0.02)


async def test_the_wait_for_the_first_byte_begins_when_the_request_is_written(
    server: ScriptedServer,
) -> None:
    server.answer(*sse_chat(content=["hello"]))
    loop = asyncio.get_running_loop()
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    async with aclosing(backend.stream(backend.request(QUESTION))) as given:
        assert isinstance(await anext(given), RequestSent)
        begun = loop.time()
        set_up()
        opened = await anext(given)
        assert isinstance(opened, Opened)
        assert opened.waited is not None
        assert 0 <= opened.waited < loop.time() - begun - 0.02
    await backend.aclose()


def test_the_model_is_told_when_it_is_known() -> None:
    body = stream({"choices": [], "model": ""}, say("Hi"), say("!"))
    assert [given for given in events(body) if isinstance(given, Started)] == [
        Started(None),
        Started("m"),
    ]


def test_moved_text_is_all_the_content_that_came_before() -> None:
    body = stream(say("Hm"), say(".\n</think>\n\nHi"))
    moved = [ContentDelta("Hm"), ReasoningMoved("Hm.\n"), ContentDelta("Hi"), Unsaid()]
    assert events(body)[1:] == moved
