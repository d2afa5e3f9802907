"""Rows of llama.cpp, Ollama, LM Studio, TensorRT-LLM and TGI."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row, usage

_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def _counted(**extra: object) -> dict[str, object]:
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [], **extra}


def _call(index: int, arguments: str, **first: object) -> dict[str, object]:
    name = first.pop("name", None)
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"index": index, **first, "function": function}


ROWS = [
    Row(
        "llama.cpp: first content null, timings, usage",
        stream(
            chunk({"role": "assistant", "content": None}),
            chunk({"reasoning_content": "Hm."}),
            say("Hi"),
            chunk({}, "stop"),
            _counted(
                usage={**_COUNTS, "prompt_tokens_details": {"cached_tokens": 0}},
                timings={"predicted_n": 5, "predicted_per_second": 90.1},
            ),
        ),
        "Hm.",
        "Hi",
        usage=usage(cached=0),
    ),
    Row(
        "llama.cpp: timings are no usage",
        stream(say("Hi"), {**chunk({}, "stop"), "timings": {"predicted_n": 2}}),
        content="Hi",
    ),
    Row(
        "llama.cpp: prompt_progress",
        stream(
            _counted(prompt_progress={"total": 9, "processed": 3}), say("Hi"), chunk({}, "stop")
        ),
        content="Hi",
    ),
    Row(
        "llama.cpp: reasoning format deepseek-legacy says it twice, it is given once",
        stream(
            chunk({"reasoning_content": "Hm.", "content": "<think>Hm.</think>"}),
            say("Hi"),
            chunk({}, "stop"),
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "llama.cpp: a closing tag behind a reasoning field is text",
        stream(
            chunk({"reasoning_content": "Hm."}), say("so </think>"), say("Hi"), chunk({}, "stop")
        ),
        "Hm.",
        "so </think>Hi",
    ),
    Row(
        "llama.cpp: error with a type of its own",
        stream(
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the context",
                    "type": "exceed_context_size_error",
                    "n_ctx": 4096,
                }
            }
        ),
        finish=None,
        model=None,
        error="the request exceeds the context",
        kind="bad_request",
        status=400,
    ),
    Row(
        "Ollama: role on every chunk",
        stream(
            chunk({"role": "assistant", "content": "", "reasoning": "Hm."}),
            chunk({"role": "assistant", "content": "H"}),
            chunk({"role": "assistant", "content": "i"}),
            chunk({"role": "assistant", "content": ""}, "stop"),
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "Ollama: a tool call in one piece",
        stream(
            chunk(
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [_call(0, '{"a":1}', id="call_9", type="function", name="f")],
                }
            ),
            chunk({}, "tool_calls"),
        ),
        tools=[("call_9", "f", '{"a":1}')],
        finish="tool_calls",
    ),
    Row(
        "LM Studio: only the closing tag",
        stream(say("Hm.\n"), say("</th"), say("ink>\n"), say("Hi"), chunk({}, "stop")),
        "Hm.\n",
        "\nHi",
    ),
    Row(
        "TensorRT-LLM: both names, one of them empty",
        stream(
            chunk({"reasoning": "", "reasoning_content": "Hm."}),
            chunk({"content": "Hi", "reasoning": None, "reasoning_content": None}),
            chunk({}, "stop"),
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "TGI: error with error_type",
        stream({"error": "Model is overloaded", "error_type": "overloaded"}),
        finish=None,
        model=None,
        error="Model is overloaded",
        kind="overloaded",
    ),
    Row(
        "TGI: no space behind the colon",
        stream(
            b'data:{"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"eos_token"}]}\n\n'
        ),
        content="Hi",
        finish="eos_token",
    ),
]
