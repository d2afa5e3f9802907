"""Chunks that are like one before mean what they mean read one by one, whatever stands in them.

A stream whose lines end in CRLF is read one by one: nothing that is alike is known of it.
"""

import json
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import ContentDelta, ReasoningDelta, StreamEvent
from tests.support.decoding import RECORDED, chunk, cut, say, stream

STREAMS = sorted(one for one in RECORDED.glob("*/*.sse") if one.stat().st_size)
MOST = 60
"""Events of a recording that are changed."""
ODD = (
    *(
        '"',
        "\\",
        '\\"',
        "\\n",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\ude00",
        "\\u12",
        "é",
        "😀",
    ),
    *("", " ", "\n", "\n\n", "\x00", "\x1b", "<think>", "</think>", "[", "◁think▷", "null"),
    *(
        '"}',
        '"},"finish_reason":"stop"',
        '","content":"',
        '","role":"assistant',
        "data: ",
        "\n\ndata: ",
    ),
)
"""What may come to stand in a stream."""


@cache
def recorded(number: int) -> list[bytes]:
    body = STREAMS[number].read_bytes().replace(b"\r", b"")
    events = [event + b"\n\n" for event in body.split(b"\n\n") if event]
    return events[:MOST] if len(events) <= MOST else [*events[: MOST - 4], *events[-4:]]


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """A recording, changed in some places, as the network cuts it."""
    events = list(recorded(draw(st.integers(0, len(STREAMS) - 1))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(events) - 1))
        match draw(st.sampled_from(["insert", "again", "gone", "swapped", "break"])):
            case "again":
                events.insert(at, events[at])
            case "gone" if len(events) > 1:
                del events[at]
            case "swapped":
                events[at], events[-1 - at] = events[-1 - at], events[at]
            case "break":
                events[at] = events[at].removesuffix(b"\n")
            case _:
                place = draw(st.integers(0, len(events[at])))
                odd = draw(st.sampled_from(ODD).map(str.encode) | st.binary(min_size=1, max_size=2))
                odd = odd.replace(b"\r", b"")
                events[at] = events[at][:place] + odd + events[at][place:]
    body = b"".join(events)
    return cut(body, draw(st.lists(st.integers(0, len(body)), max_size=8)))


def read(decoder: StreamDecoder, pieces: list[bytes]) -> Iterator[list[StreamEvent]]:
    for piece in pieces:
        yield decoder.feed(piece)
    yield decoder.close()


def together(events: list[StreamEvent]) -> list[StreamEvent]:
    """Pieces of text that stand behind each other as one."""
    given: list[StreamEvent] = []
    for event in events:
        match event, given[-1:]:
            case (ContentDelta(text=more), [ContentDelta(text=text, pieces=count)]):
                given[-1] = ContentDelta(text + more, count + 1)
            case (ReasoningDelta(text=more), [ReasoningDelta(text=text, pieces=count)]):
                given[-1] = ReasoningDelta(text + more, count + 1)
            case _:
                given.append(event)
    return given


def same(pieces: list[bytes]) -> None:
    quick, merging, slow = StreamDecoder(), StreamDecoder(merging=True), StreamDecoder()
    one_by_one = [piece.replace(b"\n", b"\r\n") for piece in pieces]
    expected = list(read(slow, one_by_one))
    assert list(read(quick, pieces)) == expected
    *fed, closed = read(merging, pieces)
    assert fed == [together(events) for events in expected[:-1]]
    assert closed == expected[-1]
    for decoder in (quick, merging):
        assert (decoder.done, decoder.cut, decoder.finished) == (slow.done, slow.cut, slow.finished)
        assert str(decoder.error) == str(slow.error)


@settings(max_examples=300, deadline=None)
@given(pieces())
def test_alike_chunks_mean_what_they_mean_one_by_one(pieces: list[bytes]) -> None:
    same(pieces)


@pytest.mark.parametrize(
    "number", range(len(STREAMS)), ids=lambda n: "/".join(STREAMS[n].parts[-2:])
)
def test_every_recording_is_the_same(number: int) -> None:
    body = STREAMS[number].read_bytes().replace(b"\r", b"")
    same([body])
    same(cut(body, range(0, len(body), 700)))


@pytest.mark.parametrize("text", ODD)
def test_a_text_among_others_is_what_it_is(text: str) -> None:
    """As JSON spells it, and as it is: then an event may be broken."""
    before = stream(*map(say, ("one", " two", " three")), done=False)
    whole = stream(say(text), say(" four"), chunk(finish="stop"))
    raw = stream(say("@")).replace(b"@", text.encode())
    for rest in (whole, raw):
        same([before, rest])
        same([before + rest])


def test_pieces_of_one_reading_are_one_event_that_counts_them() -> None:
    decoder = StreamDecoder(merging=True)
    decoder.feed(stream(say("one"), done=False))
    read = decoder.feed(stream(say(" two"), say(' "three"'), say(" four\n"), done=False))
    assert read == [ContentDelta(' two "three" four\n', 3)]
    read = decoder.feed(stream(chunk({"reasoning": "why"}), say(" five"), say("é"), done=False))
    assert read == [ReasoningDelta("why"), ContentDelta(" fiveé", 2)]


def test_a_stream_whose_chunks_differ_is_read_all_the_same() -> None:
    """OpenAI fills its chunks up to one length (`obfuscation`, since June 2025)."""
    chunks = [say(f"{n} ") | {"obfuscation": "x" * (n % 7), "created": n} for n in range(200)]
    decoder = StreamDecoder(merging=True)
    events = [event for one in chunks for event in decoder.feed(stream(one, done=False))]
    texts = [event.text for event in events if isinstance(event, ContentDelta)]
    assert "".join(texts) == "".join(f"{n} " for n in range(200))


def test_a_stamp_that_changes_meanwhile_changes_no_text() -> None:
    """SGLang stamps every chunk with the second in which it was made."""
    told = "".join(
        f"data: {json.dumps(say(f'{n} ') | {'created': n // 50})}\n\n" for n in range(200)
    )
    same([told.encode()])
    same(cut(told.encode(), range(0, len(told), 333)))


def test_a_field_that_says_what_the_text_says_is_not_taken_for_it() -> None:
    chunks = [
        say("a") | {"obfuscation": "a"},
        say("a") | {"obfuscation": "b"},
        say("a") | {"obfuscation": "c"},
    ]
    same([stream(one, done=False) for one in chunks])
