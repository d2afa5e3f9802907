"""Rows of SGLang."""

from tests.support.decoding import chunk, stream
from tests.wire.rows import Row, usage

_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def _counted(**extra: object) -> dict[str, object]:
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [], **extra}


def _call(index: int, arguments: str, **first: object) -> dict[str, object]:
    name = first.pop("name", None)
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"index": index, **first, "function": function}


_NULLS = {"role": None, "content": None, "reasoning_content": None, "tool_calls": None}


def _nulls(**delta: object) -> dict[str, object]:
    return {**chunk({**_NULLS, **delta}, logprobs=None, matched_stop=None), "usage": None}


ROWS = [
    Row(
        "SGLang: nulls everywhere, finish in a chunk of its own with matched_stop",
        stream(
            _nulls(role="assistant", content=""),
            _nulls(reasoning_content="Hm."),
            _nulls(content="Hi"),
            {**chunk(_NULLS, "stop", matched_stop=151645), "usage": None},
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "SGLang: reasoning_tokens at the top of usage",
        stream(
            _nulls(content="Hi"),
            chunk(_NULLS, "stop"),
            _counted(usage={**_COUNTS, "reasoning_tokens": 3, "prompt_tokens_details": None}),
        ),
        content="Hi",
        usage=usage(reasoning=3),
    ),
    Row(
        "SGLang: reasoning_tokens in both places, and none spent",
        stream(
            _nulls(content="Hi"),
            chunk(_NULLS, "stop"),
            _counted(
                usage={
                    **_COUNTS,
                    "reasoning_tokens": 0,
                    "completion_tokens_details": {"reasoning_tokens": 0},
                }
            ),
        ),
        content="Hi",
        usage=usage(reasoning=0),
    ),
    Row(
        "SGLang: reasoning in one lump",
        stream(_nulls(reasoning_content="Hm. " * 50), _nulls(content="Hi"), chunk(_NULLS, "stop")),
        "Hm. " * 50,
        "Hi",
    ),
    Row(
        "SGLang: empty reasoning is no reasoning, so tags count",
        stream(_nulls(reasoning_content="", content="Hm.\n</think>\nHi"), chunk(_NULLS, "stop")),
        "Hm.\n",
        "\nHi",
    ),
    Row(
        "SGLang: separate_reasoning false",
        stream(
            _nulls(content="<think>Hm.</think>"), _nulls(content="\n\nHi"), chunk(_NULLS, "stop")
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "SGLang: aborted",
        stream(_nulls(content="H"), chunk(_NULLS, "abort")),
        content="H",
        finish="abort",
        error="the server ended the answer with “abort”: it was aborted there",
        kind="interrupted",
    ),
    Row(
        "SGLang: error of the abort in the stream, a word for its type",
        stream(
            _nulls(content="H"),
            {
                "error": {
                    "object": "error",
                    "message": "aborted",
                    "type": "SERVICE_UNAVAILABLE",
                    "param": None,
                    "code": 503,
                }
            },
        ),
        content="H",
        finish=None,
        error="aborted",
        kind="interrupted",
        status=503,
    ),
    Row(
        "SGLang: flat error",
        stream(
            {
                "object": "error",
                "message": "boom",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            }
        ),
        finish=None,
        model=None,
        error="boom",
        kind="bad_request",
        status=400,
    ),
    Row(
        "SGLang: the named event of ids is no text",
        stream(
            _nulls(content="Hi"),
            b'event: sglext_ids\ndata: {"ids": [1, 2]}\n\n',
            chunk(_NULLS, "stop"),
        ),
        content="Hi",
    ),
    Row(
        "SGLang: tool call between nulls",
        stream(
            _nulls(
                tool_calls=[
                    {
                        "id": "call_1",
                        "index": 0,
                        "type": "function",
                        "function": {"name": "f", "arguments": ""},
                    }
                ]
            ),
            _nulls(
                tool_calls=[
                    {
                        "id": None,
                        "index": 0,
                        "type": "function",
                        "function": {"name": None, "arguments": '{"a": 1}'},
                    }
                ]
            ),
            chunk(_NULLS, "tool_calls", matched_stop=None),
        ),
        tools=[("call_1", "f", '{"a": 1}')],
        finish="tool_calls",
    ),
    Row(
        "SGLang: one call whose id changes from fragment to fragment",
        stream(
            _nulls(tool_calls=[_call(0, "", id="call_1", name="f")]),
            _nulls(tool_calls=[_call(0, '{"a"', id="call_2")]),
            _nulls(tool_calls=[_call(0, ": 1}", id="call_3")]),
            chunk(_NULLS, "tool_calls"),
        ),
        tools=[("call_1", "f", '{"a": 1}')],
        finish="tool_calls",
    ),
]
