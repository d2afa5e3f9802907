"""Rows of vLLM, by version."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row, usage

_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
_FLAT = {
    "object": "error",
    "message": "boom",
    "type": "InternalServerError",
    "param": None,
    "code": 500,
}
_NESTED = {"message": "boom", "type": "InternalServerError", "param": None, "code": 500}


def _counted(**extra: object) -> dict[str, object]:
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [], **extra}


def _call(index: int, arguments: str, **first: object) -> dict[str, object]:
    name = first.pop("name", None)
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"index": index, **first, "function": function}


_ROLE = chunk({"role": "assistant", "content": ""})

ROWS = [
    Row(
        "vLLM 0.6: no parser, no reasoning",
        stream(_ROLE, say("Hi"), chunk({}, "stop")),
        content="Hi",
    ),
    Row(
        "vLLM 0.7-0.11.0: reasoning_content",
        stream(
            _ROLE, chunk({"reasoning_content": "Hm."}), say("Hi"), chunk({"content": ""}, "stop")
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "vLLM 0.11.1-0.15.1: both names, the same text",
        stream(
            _ROLE,
            chunk({"reasoning": "Hm", "reasoning_content": "Hm"}),
            chunk({"reasoning": ".", "reasoning_content": "."}),
            chunk({"content": "Hi", "reasoning_content": None}),
            chunk({"content": "", "reasoning_content": None}, "stop"),
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "vLLM 0.16+: reasoning",
        stream(_ROLE, chunk({"reasoning": "Hm."}), say("Hi"), chunk({}, "stop")),
        "Hm.",
        "Hi",
    ),
    Row(
        "vLLM: reasoning and content in the boundary chunk",
        stream(_ROLE, chunk({"reasoning": "Hm.", "content": "H"}), say("i"), chunk({}, "stop")),
        "Hm.",
        "Hi",
    ),
    Row(
        "vLLM: text in the finishing chunk",
        stream(_ROLE, say("H"), chunk({"content": "i"}, "stop")),
        content="Hi",
    ),
    Row(
        "vLLM: reasoning and text in the finishing chunk",
        stream(chunk({"reasoning": "Hm.", "content": "Hi"}, "stop")),
        "Hm.",
        "Hi",
    ),
    Row(
        "vLLM: empty deltas, stop_reason, token ids",
        stream(
            _ROLE,
            chunk({}),
            chunk({"content": "Hi"}, token_ids=None),
            chunk({}, "stop", stop_reason=151645),
        ),
        content="Hi",
    ),
    Row(
        "vLLM: cut by the limit inside reasoning",
        stream(_ROLE, chunk({"reasoning": "Hm"}), chunk({}, "length")),
        "Hm",
        finish="length",
    ),
    Row(
        "vLLM: abort",
        stream(say("H"), chunk({}, "abort")),
        content="H",
        finish="abort",
        error="the server ended the answer with “abort”: it was aborted there",
        kind="interrupted",
    ),
    Row(
        "vLLM: repetition",
        stream(say("la la"), chunk({}, "repetition")),
        content="la la",
        finish="repetition",
    ),
    Row(
        "vLLM: usage chunk without choices",
        stream(
            say("Hi"),
            chunk({}, "stop"),
            _counted(
                usage={
                    **_COUNTS,
                    "prompt_tokens_details": {"cached_tokens": 8},
                    "completion_tokens_details": {"reasoning_tokens": 2},
                }
            ),
        ),
        content="Hi",
        usage=usage(reasoning=2, cached=8),
    ),
    Row(
        "vLLM: usage on every chunk, the last one counts",
        stream(
            {**say("H"), "usage": {**_COUNTS, "completion_tokens": 1}},
            {**say("i"), "usage": {**_COUNTS, "completion_tokens": 2}},
            {**chunk({}, "stop"), "usage": {**_COUNTS, "completion_tokens": 2}},
            _counted(usage={**_COUNTS, "completion_tokens": 3}),
        ),
        content="Hi",
        usage=usage(completion=3),
    ),
    Row(
        "vLLM: tool call, id and name on the first fragment only",
        stream(
            _ROLE,
            chunk({"tool_calls": [_call(0, "", id="call_1", type="function", name="f")]}),
            chunk({"tool_calls": [_call(0, '{"a":')]}),
            chunk({"tool_calls": [_call(0, " 1}")]}),
            chunk({}, "tool_calls"),
        ),
        tools=[("call_1", "f", '{"a": 1}')],
        finish="tool_calls",
    ),
    Row(
        "vLLM 0.20: empty tool_calls",
        stream(chunk({"content": "Hi", "tool_calls": []}), chunk({}, "stop")),
        content="Hi",
    ),
    Row(
        "vLLM: forced tool, reasoned before, ends with stop",
        stream(
            chunk({"reasoning": "Hm."}),
            chunk({"tool_calls": [_call(0, "{}", id="c", name="f")]}, "stop"),
        ),
        "Hm.",
        tools=[("c", "f", "{}")],
    ),
    Row(
        "vLLM: keep-alive comments",
        stream(b": keep-alive\n\n", say("H"), b": keep-alive\n\n", say("i"), chunk({}, "stop")),
        content="Hi",
    ),
    Row(
        "vLLM: nested error",
        stream(say("H"), {"error": _NESTED}),
        content="H",
        finish=None,
        error="boom",
        status=500,
    ),
    Row(
        "vLLM 0.9: the error is the flat object",
        stream(say("H"), {"error": _FLAT}),
        content="H",
        finish=None,
        error="boom",
        status=500,
    ),
    Row(
        "vLLM: flat error",
        stream(say("H"), _FLAT),
        content="H",
        finish=None,
        error="boom",
        status=500,
    ),
    Row(
        "vLLM: error as a string",
        stream({"error": "Unauthorized"}),
        finish=None,
        model=None,
        error="Unauthorized",
        kind="unauthorized",
    ),
    Row(
        "vLLM: no parser, tags",
        stream(
            _ROLE,
            say("<think>"),
            say("\n"),
            say("Hm."),
            say("\n</think>"),
            say("\n\n"),
            say("Hi"),
            chunk({}, "stop"),
        ),
        "\nHm.\n",
        "Hi",
    ),
    Row(
        "vLLM: no parser, the template opened the thinking",
        stream(_ROLE, say("Hm."), say("\n</think>"), say("\n\nHi"), chunk({}, "stop")),
        "Hm.\n",
        "Hi",
    ),
    Row(
        "vLLM: no tool parser, the call is content and ends the thinking",
        stream(say("<think>Hm.\n<tool_call>\n{}"), say("\n</tool_call>"), chunk({}, "stop")),
        "Hm.\n",
        "<tool_call>\n{}\n</tool_call>",
    ),
]
