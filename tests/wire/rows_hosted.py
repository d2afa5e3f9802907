"""Rows of the hosted APIs that stay near the common shape, and of gateways."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row, usage

_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
_STOP = chunk({}, "stop")

ROWS = [
    Row(
        "Cerebras: many tokens in a chunk, usage and time_info on the last",
        stream(
            chunk({"reasoning": "Hm. " * 40}),
            say("Hi " * 40),
            {**_STOP, "usage": _COUNTS, "time_info": {"total_time": 0.1}},
        ),
        "Hm. " * 40,
        "Hi " * 40,
        usage=usage(),
    ),
    Row(
        "Z.ai: reasoning_content, role on each",
        stream(
            chunk({"role": "assistant", "reasoning_content": "Hm."}),
            chunk({"role": "assistant", "content": "Hi"}),
            {
                **chunk({"role": "assistant", "content": ""}, "stop"),
                "usage": {**_COUNTS, "prompt_tokens_details": {"cached_tokens": 4}},
            },
        ),
        "Hm.",
        "Hi",
        usage=usage(cached=4),
    ),
    Row(
        "Z.ai: sensitive", stream(say("H"), chunk({}, "sensitive")), content="H", finish="sensitive"
    ),
    Row(
        "DeepSeek: keep-alive comments, nulls, cache counts",
        stream(
            b": keep-alive\n\n: keep-alive\n\n",
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
            chunk({"content": None, "reasoning_content": "Hm."}),
            chunk({"content": "Hi", "reasoning_content": None}),
            {
                **chunk({"content": "", "reasoning_content": None}, "stop"),
                "usage": {
                    **_COUNTS,
                    "prompt_cache_hit_tokens": 6,
                    "prompt_cache_miss_tokens": 4,
                    "completion_tokens_details": {"reasoning_tokens": 2},
                },
            },
        ),
        "Hm.",
        "Hi",
        usage=usage(reasoning=2, cached=6),
    ),
    Row(
        "DeepSeek: insufficient_system_resource",
        stream(say("H"), chunk({}, "insufficient_system_resource")),
        content="H",
        finish="insufficient_system_resource",
        error="the server ended the answer with “insufficient_system_resource”: "
        "the server ran out of resources",
        kind="overloaded",
    ),
    Row(
        "Together: both names",
        stream(chunk({"reasoning": "Hm.", "reasoning_content": "Hm."}), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Fireworks: usage on the last chunk",
        stream(chunk({"reasoning_content": "Hm."}), say("Hi"), {**_STOP, "usage": _COUNTS}),
        "Hm.",
        "Hi",
        usage=usage(),
    ),
    Row(
        "Moonshot: usage inside the choice",
        stream(
            chunk({"reasoning_content": "Hm."}),
            say("Hi"),
            chunk({}, "stop", usage={**_COUNTS, "cached_tokens": 7}),
        ),
        "Hm.",
        "Hi",
        usage=usage(cached=7),
    ),
    Row(
        "DashScope: first content null, usage without choices",
        stream(
            chunk({"content": None, "reasoning_content": "", "role": "assistant"}),
            chunk({"content": None, "reasoning_content": "Hm."}),
            chunk({"content": "Hi", "reasoning_content": None}),
            _STOP,
            {"model": "m", "choices": [], "usage": _COUNTS},
        ),
        "Hm.",
        "Hi",
        usage=usage(),
    ),
    Row(
        "DashScope: an error with code and message alone",
        stream(
            {
                "code": "DataInspectionFailed",
                "message": "Output data may contain inappropriate content.",
            }
        ),
        finish=None,
        model=None,
        error="Output data may contain inappropriate content.",
    ),
    Row(
        "Nebius: as vLLM, null choices in the usage chunk",
        stream(
            chunk({"reasoning_content": "Hm."}),
            say("Hi"),
            _STOP,
            {"model": "m", "choices": None, "usage": _COUNTS},
        ),
        "Hm.",
        "Hi",
        usage=usage(),
    ),
    Row(
        "ATOM: a usage chunk without choices",
        stream(say("Hi"), _STOP, {"model": "m", "usage": _COUNTS}),
        content="Hi",
        usage=usage(),
    ),
    Row(
        "OpenAI: obfuscation, refusal",
        stream(
            {**chunk({"role": "assistant", "content": "", "refusal": None}), "obfuscation": "xyz"},
            {**chunk({"refusal": "I cannot"}), "obfuscation": "z"},
            _STOP,
        ),
        content="I cannot",
    ),
    Row(
        "Azure: filter results first, without a model",
        stream(
            {
                "model": "",
                "object": "",
                "choices": [],
                "prompt_filter_results": [{"prompt_index": 0}],
            },
            say("Hi"),
            chunk({}, "content_filter"),
        ),
        content="Hi",
        finish="content_filter",
    ),
    Row(
        "Copilot: reasoning_text",
        stream(chunk({"reasoning_text": "Hm."}), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Gemini: tool calls without index or fragments",
        stream(
            chunk(
                {
                    "tool_calls": [
                        {
                            "id": "",
                            "type": "function",
                            "function": {"name": "f", "arguments": '{"a":1}'},
                        }
                    ]
                }
            ),
            chunk(
                {
                    "tool_calls": [
                        {
                            "id": "",
                            "type": "function",
                            "function": {"name": "f", "arguments": '{"a":2}'},
                        }
                    ]
                },
                "stop",
            ),
        ),
        tools=[(None, "f", '{"a":1}'), (None, "f", '{"a":2}')],
    ),
    Row(
        "Gemini: two calls in one chunk, ids, no index",
        stream(
            chunk(
                {
                    "tool_calls": [
                        {"id": "a", "function": {"name": "f", "arguments": "{}"}},
                        {"id": "b", "function": {"name": "g", "arguments": "{}"}},
                    ]
                },
                "tool_calls",
            )
        ),
        tools=[("a", "f", "{}"), ("b", "g", "{}")],
        finish="tool_calls",
    ),
    Row(
        "LiteLLM: zeros for what it did not count",
        stream(
            say("Hi"),
            _STOP,
            {
                "model": "m",
                "choices": [],
                "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
            },
        ),
        content="Hi",
    ),
    Row(
        "A gateway: everything but the text left out",
        stream({"choices": [{"delta": {"content": "Hi"}}]}),
        content="Hi",
        finish=None,
        model=None,
    ),
    Row(
        "A gateway: a second usage that knows less",
        stream(
            say("Hi"),
            {**_STOP, "usage": {**_COUNTS, "completion_tokens_details": {"reasoning_tokens": 2}}},
            {"model": "m", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 6}},
        ),
        content="Hi",
        usage=usage(completion=6, reasoning=2),
    ),
]
