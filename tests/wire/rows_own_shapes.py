"""Rows of the hosted APIs with shapes of their own: Mistral, OpenRouter, Groq."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row, usage

_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
_STOP = chunk({}, "stop")


def _thinking(text: str) -> dict[str, object]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def _text(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def _details(kind: str, **what: object) -> list[dict[str, object]]:
    return [{"type": f"reasoning.{kind}", "format": "unknown", "index": 0, **what}]


MISTRAL = [
    Row(
        "Mistral: thinking parts, then plain strings",
        stream(
            chunk({"content": [_thinking("Hm")]}),
            chunk({"content": [_thinking(".")]}),
            say("H"),
            say("i"),
            {**_STOP, "usage": _COUNTS},
        ),
        "Hm.",
        "Hi",
        usage=usage(),
    ),
    Row(
        "Mistral: both parts in one chunk",
        stream(chunk({"content": [_thinking("Hm."), _text("Hi")]}), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Mistral: thinking as a string, references left out",
        stream(
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": "Hm."},
                        {"type": "reference", "reference_ids": [1]},
                        _text("Hi"),
                    ]
                }
            ),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "Mistral: [THINK] in the text",
        stream(say("[THI"), say("NK]Hm.[/THINK]"), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Mistral: an error whose message is an object",
        stream(
            {
                "object": "error",
                "message": {"detail": [{"loc": ["body"], "msg": "Extra inputs", "type": "x"}]},
                "type": "invalid",
            }
        ),
        finish=None,
        model=None,
        error="Extra inputs",
    ),
]

OPENROUTER = [
    Row(
        "OpenRouter: the same thoughts as words and as details",
        stream(
            b": OPENROUTER PROCESSING\n\n",
            chunk(
                {
                    "role": "assistant",
                    "content": "",
                    "reasoning": "Hm",
                    "reasoning_details": _details("text", text="Hm"),
                }
            ),
            chunk(
                {"content": "", "reasoning": ".", "reasoning_details": _details("text", text=".")}
            ),
            chunk(
                {
                    "content": "",
                    "reasoning": None,
                    "reasoning_details": _details("text", text="Hm.", signature="s"),
                }
            ),
            chunk({"content": "Hi", "reasoning": None, "reasoning_details": []}),
            chunk({"content": ""}, "stop", native_finish_reason="stop"),
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "OpenRouter: details alone, a summary",
        stream(
            chunk({"content": "", "reasoning_details": _details("summary", summary="Hm.")}),
            say("Hi"),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "OpenRouter: encrypted details are no text",
        stream(
            chunk({"content": "", "reasoning_details": _details("encrypted", data="AAAA")}),
            say("Hi"),
            _STOP,
        ),
        content="Hi",
    ),
    Row(
        "OpenRouter: an error in the middle, beside a finish",
        stream(
            say("H"),
            {
                **chunk({"content": ""}, "error"),
                "error": {
                    "code": 502,
                    "message": "Provider returned error",
                    "metadata": {"raw": "upstream is down", "provider_name": "P"},
                },
            },
            done=False,
        ),
        content="H",
        finish="error",
        error="Provider returned error (upstream is down)",
        kind="interrupted",
        status=502,
        done=False,
    ),
    Row(
        "OpenRouter: an error inside the choice",
        stream(say("H"), chunk({}, "error", error={"code": 429, "message": "slow down"})),
        content="H",
        finish="error",
        error="slow down",
        kind="rate_limited",
        status=429,
    ),
]

GROQ = [
    Row(
        "Groq: x_groq.usage",
        stream(
            {**chunk({"role": "assistant", "content": ""}), "x_groq": {"id": "req_1"}},
            say("Hi"),
            {**_STOP, "x_groq": {"id": "req_1", "usage": {**_COUNTS, "total_time": 0.1}}},
        ),
        content="Hi",
        usage=usage(),
    ),
    Row(
        "Groq: x_groq.error",
        stream(say("H"), {**chunk({}), "x_groq": {"id": "req_1", "error": "over capacity"}}),
        content="H",
        finish=None,
        error="over capacity",
    ),
    Row(
        "Groq: parsed reasoning on a channel",
        stream(
            chunk({"reasoning": "Hm.", "channel": "analysis"}),
            chunk({"content": "Hi", "channel": "final"}),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row("Groq: raw tags", stream(say("<think>\nHm.\n</think>\n\nHi"), _STOP), "\nHm.\n", "Hi"),
]

_MARK = {"extra_content": {"google": {"thought": True}}}
GEMINI = [
    Row(
        "Gemini: deltas marked as thought",
        stream(
            chunk({"role": "assistant", "content": "Hm", **_MARK}),
            chunk({"content": ".", **_MARK}),
            say("Hi"),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "Gemini: a signature is no mark",
        stream(
            chunk({"content": "Hi", "extra_content": {"google": {"thought_signature": "AA"}}}),
            chunk({"content": "!", "extra_content": {"google": {"thought": False}}}),
            chunk({"content": "!", "extra_content": None}),
            _STOP,
        ),
        content="Hi!!",
    ),
]


def _piece(text: str, finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "text": text, "finish_reason": finish, "logprobs": None}
    return {"id": "c1", "object": "text_completion", "model": "m", "choices": [choice]}


OTHERS = [
    Row(
        "a stream of the older completions: each choice has a piece of the text",
        stream(_piece("H"), _piece("i"), _piece("!"), _piece("", "stop")),
        content="Hi!",
    ),
    *(
        Row(
            f"thoughts in {name}",
            stream(chunk({name: "Hm"}), chunk({name: "."}), say("Hi"), _STOP),
            "Hm.",
            "Hi",
        )
        for name in ("thinking", "thinking_content", "thought")
    ),
    Row(
        "LiteLLM: thinking_blocks of Anthropic alone",
        stream(
            chunk({"thinking_blocks": [{"type": "thinking", "thinking": "Hm."}]}),
            say("Hi"),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "a delta that says that it is thought",
        stream(chunk({"content": "Hm.", "thought": True}), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Gemini's mark on the choice",
        stream(
            chunk({"content": "Hm."}, extra_content=_MARK["extra_content"]),
            say("Hi"),
            _STOP,
        ),
        "Hm.",
        "Hi",
    ),
    Row(
        "counts under Anthropic's names, and as strings",
        stream(
            say("Hi"),
            {
                **_STOP,
                "usage": {"input_tokens": 10, "output_tokens": "5", "cache_read_input_tokens": 4},
            },
        ),
        content="Hi",
        usage=usage(cached=4),
    ),
    Row(
        "counts told twice, of which the later ones say less",
        stream(
            {
                **say("Hi"),
                "usage": {
                    "prompt_tokens": 10,
                    "completion_tokens": 1,
                    "completion_tokens_details": {"reasoning_tokens": 3},
                    "prompt_tokens_details": {"cached_tokens": 8},
                },
            },
            {**_STOP, "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
        ),
        content="Hi",
        usage=usage(reasoning=3, cached=8),
    ),
    Row(
        "cached tokens told first, all other counts at the end",
        stream(
            {**say("Hi"), "usage": {"prompt_tokens": 10, "cached_tokens": 6}},
            {**_STOP, "usage": {"completion_tokens": 5}},
        ),
        content="Hi",
        usage=usage(cached=6),
    ),
]


ROWS = [*MISTRAL, *OPENROUTER, *GROQ, *GEMINI, *OTHERS]
