"""Rows of several choices, other forms of an answer, and odd types in it."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row

_STOP = chunk({}, "stop")
_CUT = "the stream ended before the server said that it had finished"
_NO_STREAM = "the answer is no stream of chat-completion chunks"


def _choices(*choices: dict[str, object]) -> dict[str, object]:
    return {"model": "m", "choices": list(choices)}


def _choice(index: int, text: str, finish: str | None = None) -> dict[str, object]:
    return {"index": index, "delta": {"content": text}, "finish_reason": finish}


ROWS = [
    Row(
        "n=2: the first choice, mixed in one chunk",
        stream(
            _choices(_choice(1, "no"), _choice(0, "H")),
            _choices(_choice(0, "i", "stop"), _choice(1, "no", "length")),
        ),
        content="Hi",
        warnings=1,
    ),
    Row(
        "n=2: chunks take turns, the second choice first",
        stream(
            _choices(_choice(1, "no")),
            _choices(_choice(0, "Hi")),
            _choices(_choice(1, "no", "length")),
            _choices(_choice(0, "", "stop")),
        ),
        content="Hi",
        warnings=1,
    ),
    Row(
        "n=2: only the second choice finished",
        stream(_choices(_choice(0, "Hi")), _choices(_choice(1, "", "stop")), done=False),
        content="Hi",
        finish=None,
        error=_CUT,
        kind="interrupted",
        done=False,
        warnings=1,
    ),
    Row(
        "n=3: every choice whole in one event",
        stream(
            _choices(
                *(
                    {"index": at, "message": {"content": text}, "finish_reason": "stop"}
                    for at, text in enumerate(("Hi", "no", "no"))
                )
            )
        ),
        content="Hi",
        warnings=1,
    ),
    Row(
        "two choices that bear no index: the first",
        stream(_choices({"delta": {"content": "Hi"}}, {"delta": {"content": "no"}}), _STOP),
        content="Hi",
        warnings=1,
    ),
    Row(
        "an empty delta beside the whole message",
        stream(
            _choices(
                {
                    "index": 0,
                    "delta": {},
                    "message": {"role": "assistant", "content": "Hi", "reasoning_content": "Hm."},
                    "finish_reason": "stop",
                }
            )
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "message instead of delta",
        stream(
            _choices(
                {
                    "index": 0,
                    "message": {"role": "assistant", "reasoning": "Hm.", "content": "Hi"},
                    "finish_reason": "stop",
                }
            )
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "a whole message behind the deltas is their repetition",
        stream(
            say("Hi"), _choices({"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"})
        ),
        content="Hi",
    ),
    Row(
        "text of a completion",
        stream(_choices({"index": 0, "text": "Hi", "finish_reason": "stop"})),
        content="Hi",
    ),
    Row(
        "delta null, choice null, choices an object",
        stream(
            _choices({"index": 0, "delta": None}),
            {"choices": [None]},
            {"choices": {"a": 1}},
            say("Hi"),
            _STOP,
        ),
        content="Hi",
    ),
    Row("text behind the finish", stream(chunk({"content": "H"}, "stop"), say("i")), content="Hi"),
    Row("finish told twice", stream(say("Hi"), _STOP, _STOP), content="Hi"),
    Row(
        "legacy function_call",
        stream(
            chunk({"function_call": {"name": "f", "arguments": ""}}),
            chunk({"function_call": {"arguments": '{"a":1}'}}),
            chunk({}, "function_call"),
        ),
        tools=[(None, "f", '{"a":1}')],
        finish="function_call",
    ),
    Row(
        "reasoning as a list of parts",
        stream(chunk({"reasoning": [{"type": "text", "text": "Hm."}]}), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "odd types where text belongs",
        stream(
            chunk({"content": 7, "reasoning": 3.5, "tool_calls": "x", "refusal": []}),
            say("Hi"),
            _STOP,
        ),
        content="Hi",
    ),
]
