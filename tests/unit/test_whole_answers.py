"""Answers that are asked for whole, and text that is given as the server sent it."""

import json
from typing import Any

import pytest

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    ReasoningDelta,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
)
from tests.support.asking import agent_at
from tests.support.server import ScriptedServer, sse_chat, whole

QUESTION = (Message("user", "what?"),)


async def asked(server: ScriptedServer, call: Call) -> list[StreamEvent]:
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    try:
        return [event async for event in backend.stream(backend.request(call))]
    finally:
        await backend.aclose()


def reply(finish: str = "stop", **message: object) -> bytes:
    value: dict[str, Any] = {
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16},
    }
    return json.dumps(value).encode()


async def test_an_answer_comes_whole_where_it_is_asked_for_whole() -> None:
    async with ScriptedServer() as server:
        server.answer(whole(200, reply(content="Hello", reasoning_content="hm")))
        events = await asked(server, Call(QUESTION, streamed=False))
        body = server.requests[0].json
    assert body["stream"] is False
    assert "stream_options" not in body
    assert [e.text for e in events if isinstance(e, ContentDelta)] == ["Hello"]
    assert [e.text for e in events if isinstance(e, ReasoningDelta)] == ["hm"]
    assert Finished("stop") in events
    usage = next(e for e in events if isinstance(e, UsageReported))
    assert (usage.prompt, usage.completion, usage.total) == (7, 9, 16)


async def test_a_whole_answer_may_come_in_many_pieces() -> None:
    body = reply(content="Hello")
    packets = [body[at : at + 3] for at in range(0, len(body), 3)]
    async with ScriptedServer() as server:
        length = f"content-length: {len(body)}\r\n".encode()
        answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + length + b"\r\n"
        server.answer(answer, *packets)
        events = await asked(server, Call(QUESTION, streamed=False))
    assert [e.text for e in events if isinstance(e, ContentDelta)] == ["Hello"]


async def test_a_whole_tool_call_is_read() -> None:
    function = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    calls = [{"id": "c", "type": "function", "function": function}]
    async with ScriptedServer() as server:
        server.answer(whole(200, reply("tool_calls", content=None, tool_calls=calls)))
        events = await asked(server, Call(QUESTION, streamed=False))
    (call,) = [e for e in events if isinstance(e, ToolCallDelta)]
    assert (call.name, call.arguments) == ("get_weather", '{"city": "Paris"}')


async def test_a_stream_that_comes_in_its_stead_is_a_failure() -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["Hel", "lo"]))
        with pytest.raises(BackendError, match="a stream came") as caught:
            await asked(server, Call(QUESTION, streamed=False))
    assert caught.value.kind is ErrorKind.MALFORMED


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"hello": 1}', "an answer was asked for and application/json came"),
        (b'{"choices": []}', "an answer was asked for and application/json came"),
        (b'{"error": {"message": "out of memory", "code": 500}}', "out of memory"),
    ],
)
async def test_what_is_no_answer_fails_in_words(body: bytes, words: str) -> None:
    async with ScriptedServer() as server:
        server.answer(whole(200, body))
        with pytest.raises(BackendError, match=words) as caught:
            await asked(server, Call(QUESTION, streamed=False))
    assert caught.value.kind in (ErrorKind.MALFORMED, ErrorKind.SERVER_ERROR)


@pytest.mark.parametrize("streamed", [True, False])
async def test_text_is_given_as_it_is_sent(streamed: bool) -> None:
    text = "<think>\nhm\n</think>\n\nHello <tool_call>{}</tool_call>"
    async with ScriptedServer() as server:
        if streamed:
            server.answer(*sse_chat(content=[text[:4], text[4:]]))
        else:
            server.answer(whole(200, reply(content=text)))
        events = await asked(server, Call(QUESTION, streamed=streamed, as_sent=True))
    assert "".join(e.text for e in events if isinstance(e, ContentDelta)) == text
    assert not any(isinstance(e, ReasoningDelta) for e in events)


async def test_a_whole_answer_without_an_end_is_no_endless_one() -> None:
    flood = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    async with ScriptedServer() as server:
        server.answer(flood, *[b"[" * 1_000_000] * 9)
        with pytest.raises(BackendError, match="an answer was asked for"):
            await asked(server, Call(QUESTION, streamed=False))
