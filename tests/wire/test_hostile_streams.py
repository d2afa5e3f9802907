"""No bytes make the decoder raise, hang, or keep more than a bound."""

import json
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.decoder import MAX_WARNINGS, StreamDecoder
from massgen_tui.backends.events import Heartbeat
from massgen_tui.backends.sse import MAX_EVENT_BYTES
from tests.support.decoding import RECORDED, chunk, cut, decode, event, say, stream

MB = 1024 * 1024
KEYS = st.sampled_from(
    [
        "choices",
        "delta",
        "message",
        "content",
        "reasoning",
        "reasoning_content",
        "reasoning_details",
        "tool_calls",
        "function",
        "index",
        "id",
        "name",
        "arguments",
        "finish_reason",
        "usage",
        "prompt_tokens",
        "completion_tokens",
        "error",
        "object",
        "code",
        "completion_tokens_details",
        "type",
        "model",
        "x_groq",
        "text",
        "thinking",
        "summary",
        "refusal",
        "function_call",
        "metadata",
        "raw",
        "detail",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KEYS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
CHUNKS = VALUES | st.builds(
    lambda delta, rest: {**rest, "choices": [{"index": 0, "delta": delta}]},
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.dictionaries(KEYS, VALUES, max_size=3),
)
TOKENS = b"data:|event: error|\n|\r|\r\n|{|}|: x|[DONE]|\xef\xbb\xbf|id".split(b"|")
RECORDING = (RECORDED / "vllm-0.32.0-noparser-apikey/noparser_think.sse").read_bytes()

_TAGGED = re.compile(r"<[^<>]*>|\[/?think\]|◁", re.IGNORECASE)
"""What may be a tag: hypothesis draws words out of the program's own source too."""


@given(st.lists(st.binary(max_size=60), max_size=30))
@settings(deadline=None)
def test_random_bytes(pieces: list[bytes]) -> None:
    assert decode(pieces).error is not None


@given(
    st.lists(
        st.sampled_from(
            b"data:|event: error|\n|\r|\r\n|{|}|: x|[DONE]|\xef\xbb\xbf|id".split(b"|")
        ),
        max_size=40,
    )
)
def test_random_framing_means_the_same_however_it_is_cut(tokens: list[bytes]) -> None:
    body = b"".join(tokens)
    whole, single = decode(body), decode(body[at : at + 1] for at in range(len(body)))
    assert (whole.error and whole.error.kind) == (single.error and single.error.kind)
    assert (whole.done, whole.warnings) == (single.done, single.warnings)


@given(st.lists(CHUNKS, max_size=8))
@settings(deadline=None)
def test_random_json(values: list[object]) -> None:
    body = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    answer = decode(body)
    for text in (answer.reasoning, answer.content, *(args for _, _, args in answer.tools)):
        text.encode()
    assert decode(body[at : at + 7] for at in range(0, len(body), 7)).content == answer.content


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_chunks_lost_repeated_and_out_of_order(data: st.DataObject) -> None:
    events = RECORDING.split(b"\n\n")
    picked = data.draw(st.lists(st.sampled_from(events), max_size=60))
    answer = decode(b"\n\n".join(picked) + b"\n\n")
    finished = answer.done or answer.finish is not None
    assert finished == (answer.error is None)


@given(st.integers(0, len(RECORDING)), st.integers(0, len(RECORDING)))
@settings(max_examples=60, deadline=None)
def test_bytes_lost_in_the_middle(first: int, second: int) -> None:
    first, second = sorted((first, second))
    answer = decode([RECORDING[:first], RECORDING[second:]])
    assert len(answer.warnings) <= 1


def test_one_event_over_the_limit_is_an_error_and_is_let_go() -> None:
    decoder = StreamDecoder()
    decoder.feed(event(say("Hi")) + b'data: {"a": "')
    piece = b"x" * MB
    tracemalloc.start()
    for _ in range(40):
        decoder.feed(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decoder.error is not None
    assert decoder.error.kind == "malformed"
    assert "16 MB" in decoder.error.message
    assert peak < 3 * MAX_EVENT_BYTES
    assert decoder.close() == []
    assert decoder.error.kind == "malformed"


def test_one_event_over_the_limit_in_one_read_or_many_lines() -> None:
    whole = decode(stream(say("Hi"), say("x" * (20 * MB))))
    assert (whole.content, whole.error and whole.error.kind) == ("Hi", "malformed")
    lines = decode([event(say("Hi")), *[b"data: " + b"x" * MB + b"\n"] * 20])
    assert (lines.content, lines.error and lines.error.kind) == ("Hi", "malformed")


@pytest.mark.timeout(50)
def test_a_large_event_within_the_limit_is_read_from_small_pieces_in_linear_time() -> None:
    body = stream(say("x" * (15 * MB)), chunk({}, "stop"))
    # Copying the buffer for each piece would move more than a terabyte.
    answer = decode(body[at : at + 100] for at in range(0, len(body), 100))
    assert len(answer.content) == 15 * MB


def test_a_stream_may_be_longer_than_one_event() -> None:
    answer = decode([event(say("x" * MB))] * 20 + [event(chunk({}, "stop"))])
    assert len(answer.content) == 20 * MB
    assert answer.error is None


def test_a_hundred_thousand_chunks_in_one_read() -> None:
    answer = decode(stream(*[event(say("ab "))] * 100_000, chunk({}, "stop")))
    assert len(answer.content) == 300_000
    assert answer.error is None


@pytest.mark.parametrize("depth", [5, 300, 700, 950, 990, 100_000])
def test_deep_nesting_is_read_or_left_out(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    tool = f'{{"index":0,"id":"c","function":{{"name":"f","arguments":{deep}}}}}'
    answer = decode(
        stream(
            f'{{"choices":[{{"index":0,"delta":{{"tool_calls":[{tool}],"reasoning":{deep}}}}}]}}',
            say("Hi"),
            f'{{"error":{deep}}}',
            chunk({}, "stop"),
        )
    )
    assert answer.content == "Hi"


def test_many_unreadable_events_are_counted_not_kept() -> None:
    answer = decode(stream(*["{"] * 10_000, say("Hi"), chunk({}, "stop")))
    assert answer.content == "Hi"
    assert len(answer.warnings) == MAX_WARNINGS + 1
    assert str(10_000 - MAX_WARNINGS) in answer.warnings[-1]


def test_more_tool_calls_than_anyone_asks_for_are_told() -> None:
    calls = [
        chunk({"tool_calls": [{"index": n, "id": str(n), "function": {"name": "f"}}]})
        for n in range(500)
    ]
    answer = decode(stream(*calls))
    assert len(answer.tools) == 128
    assert len(answer.warnings) == 1


def test_bytes_that_say_nothing_are_a_sign_of_life() -> None:
    decoder = StreamDecoder()
    for piece in (b": keep-alive\n\n", b"da", b"ta: {", event({"choices": []})):
        assert Heartbeat() in decoder.feed(piece) or piece.startswith(b"data")
    assert decoder.feed(b"") == []


def test_nothing_is_read_after_done() -> None:
    decoder = StreamDecoder()
    decoder.feed(stream(say("Hi"), chunk({}, "stop")))
    assert decoder.done
    assert decoder.feed(event(say("no"))) == []
    assert decoder.close() == []
    assert decoder.error is None


@given(
    st.text().filter(lambda text: not _TAGGED.search(text)),
    st.lists(st.integers(0, 400), max_size=6),
)
@settings(deadline=None)
def test_content_is_exactly_what_was_sent(text: str, at: list[int]) -> None:
    thought = chunk({"reasoning": "Hm."})
    body = stream(thought, say(text), chunk({}, "stop"))
    assert decode(cut(body, [min(mark, len(body)) for mark in at])).content == text
