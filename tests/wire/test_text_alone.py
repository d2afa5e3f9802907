"""What is read of a chunk of text alone is what is read of it as of any other."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.delta import DeltaReader
from massgen_tui.backends.errors.stream import find_error

_TEXT = st.sampled_from(["", "a", "<think>", " "])
_ANY = st.sampled_from([None, "", "a", 0, 1, False, True, [], {}, [{"text": "b"}], {"error": "c"}])
_DELTA = st.dictionaries(
    st.sampled_from(
        [
            *("content", "reasoning", "reasoning_content", "reasoning_text", "role", "refusal"),
            *("tool_calls", "thinking", "extra_content", "thought", "images", "annotations"),
            "error",
        ]
    ),
    _TEXT | _ANY,
    max_size=3,
)
_CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "index": st.sampled_from([0, 1, None, "0", False]),
        "delta": _DELTA | _ANY,
        "message": _DELTA | _ANY,
        "text": _ANY,
        "finish_reason": st.sampled_from([None, "", "stop", "null", {"type": "abort"}]),
        "logprobs": _ANY,
        "token_ids": _ANY,
        "error": _ANY,
        "extra_content": _ANY,
        "usage": _ANY,
    },
)
_CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from([None, "", "m", 1]),
        "object": st.sampled_from(["chat.completion.chunk", "error", None]),
        "choices": st.lists(_CHOICE | _ANY, max_size=2) | st.tuples(_CHOICE).map(list) | _ANY,
        "usage": st.sampled_from([None, {}, {"prompt_tokens": 1, "completion_tokens": 2}]),
        "error": _ANY,
        "citations": st.sampled_from([None, ["https://a.example"]]),
        "metrics": _ANY,
        "x_groq": _ANY,
    },
)
_TALK = {"model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]}


def state(reader: DeltaReader) -> tuple[object, ...]:
    return reader.spoke, reader.finish_reason, reader.usage, reader.choices


@settings(max_examples=400, deadline=None)
@given(st.lists(_CHUNK | st.just(_TALK), min_size=1, max_size=6))
def test_a_chunk_of_text_alone_is_read_as_any_other(chunks: list[dict[str, Any]]) -> None:
    quick, slow = DeltaReader(), DeltaReader()
    for chunk in chunks:
        alone = quick.text_alone(chunk)
        assert (quick.read(chunk) if alone is None else [alone]) == slow.read(chunk)
        assert state(quick) == state(slow)
        assert alone is None or find_error(chunk) is None


def test_most_chunks_of_text_are_read_so() -> None:
    reader = DeltaReader()
    reader.read({"model": "m", "choices": []})
    for delta in (
        {"content": "a"},
        {"reasoning": "a"},
        {"content": None, "reasoning_content": "a"},
        {"reasoning_content": None, "content": "a", "tool_calls": None},
    ):
        chunk = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta}], "usage": None}
        assert reader.text_alone(chunk) is not None
