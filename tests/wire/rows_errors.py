"""Rows of errors inside a stream, and of its ends."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row, usage

_STOP = chunk({}, "stop")
_CUT = "the stream ended before the server said that it had finished"
_NO_STREAM = "the answer is no stream of chat-completion chunks"

ROWS = [
    Row(
        "event: error with an error object",
        stream(say("H"), b'event: error\ndata: {"error": {"message": "boom", "code": "500"}}\n\n'),
        content="H",
        finish=None,
        error="boom",
        status=500,
    ),
    Row(
        "event: error with flat words",
        stream(say("H"), b'event: error\ndata: {"message": "boom"}\n\n'),
        content="H",
        finish=None,
        error="boom",
    ),
    Row(
        "event: error with plain text",
        stream(say("H"), b"event:error\ndata: boom: it broke\n\n"),
        content="H",
        finish=None,
        error="boom: it broke",
    ),
    Row(
        "an error behind a finish is no success",
        stream(say("Hi"), _STOP, {"error": {"message": "boom"}}),
        content="Hi",
        error="boom",
    ),
    Row(
        "text behind an error is not read",
        stream(say("H"), {"error": "boom"}, say("i")),
        content="H",
        finish=None,
        error="boom",
    ),
    Row(
        "OpenRouter: what it cost comes behind the error, and text there is not read",
        stream(
            say("H"),
            {**chunk({"content": ""}, "error"), "error": {"code": 502, "message": "boom"}},
            {**chunk({"content": "i"}), "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
        ),
        content="H",
        finish="error",
        error="boom",
        status=502,
        kind="interrupted",
        usage=usage(),
    ),
    Row(
        "Groq: usage in x_groq behind the error; what is no usage is nothing",
        stream(
            say("H"),
            b'event: error\ndata: {"error": {"message": "boom"}}\n\n',
            '{"usage"',
            '["usage"]',
            {"x_groq": {"usage": {"prompt_tokens": 10, "completion_tokens": 5}}},
        ),
        content="H",
        finish=None,
        error="boom",
        usage=usage(),
    ),
    Row(
        "OpenAI: cut by the limit, and an error that says so once more",
        stream(
            say("H"),
            chunk({}, "length"),
            {
                "error": {
                    "message": "Could not finish the message because max_tokens or model "
                    "output limit was reached. Please try again with higher max_tokens."
                }
            },
            {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
        ),
        content="H",
        finish="length",
        usage=usage(),
        warnings=1,
    ),
    Row(
        "a gateway that spells the finish otherwise: the limit as an event named error",
        stream(
            say("H"),
            chunk({}, "MAX_TOKENS"),
            b'event: error\ndata: {"message": "Token limit reached (400)"}\n\n',
        ),
        content="H",
        finish="MAX_TOKENS",
        warnings=1,
    ),
    Row(
        "an error of another kind behind a cut is one",
        stream(say("H"), chunk({}, "length"), {"error": {"message": "boom"}}),
        content="H",
        finish="length",
        error="boom",
    ),
    Row(
        "a limit that no finish told of is an error",
        stream(say("H"), {"error": {"message": "max_tokens was reached"}}),
        content="H",
        finish=None,
        error="max_tokens was reached",
    ),
    Row(
        "what cannot go better is not to be sent again: no --jinja",
        stream({"error": {"code": 500, "message": "tools param requires --jinja flag"}}),
        finish=None,
        model=None,
        error="tools param requires --jinja flag",
        status=500,
        hint="start the server with --jinja",
    ),
    Row(
        "nor where the type alone says so: Perplexity",
        stream({"error": {"message": "Bad prompt", "type": "too_many_prompt_tokens"}}),
        finish=None,
        model=None,
        error="Bad prompt",
        hint="shorten the prompt",
    ),
    Row(
        "nor in a validator's words",
        stream({"error": {"code": 500, "message": "top_k: Input should be a valid integer"}}),
        finish=None,
        model=None,
        error="top_k: Input should be a valid integer",
        status=500,
        kind="bad_request",
        hint="change what the message names",
    ),
    Row(
        "error: null is none",
        stream({**say("Hi"), "error": None}, {**_STOP, "error": ""}),
        content="Hi",
    ),
    Row(
        "an error without words",
        stream(say("H"), {"error": {}}),
        content="H",
        finish=None,
        error="the server reported an error inside the stream, without saying which",
    ),
    Row(
        "a bare JSON line without data:",
        stream(say("H"), b'{"error": {"message": "boom", "code": 500}}\n', done=False),
        content="H",
        finish=None,
        error="boom",
        status=500,
        done=False,
    ),
    Row(
        "an error that acts on the terminal",
        stream({"error": {"message": "\x1b]0;owned\x07bo\u202eom"}}),
        finish=None,
        model=None,
        error="boom",
    ),
    Row(
        "end without finish and [DONE]",
        stream(say("H"), done=False),
        content="H",
        finish=None,
        error=_CUT,
        kind="interrupted",
        done=False,
    ),
    Row("[DONE] without finish", stream(say("Hi")), content="Hi", finish=None),
    Row("finish without [DONE]", stream(say("Hi"), _STOP, done=False), content="Hi", done=False),
    Row("nothing at all", b"", finish=None, model=None, error=_CUT, kind="interrupted", done=False),
    Row("[DONE] alone", stream(), finish=None, model=None),
    Row(
        "an HTML page",
        b"<html>\n<body>502</body>\n</html>\n",
        finish=None,
        model=None,
        error=_NO_STREAM,
        kind="malformed",
        done=False,
    ),
    Row(
        "nothing but unreadable events",
        stream("{", "}"),
        finish=None,
        model=None,
        error=_NO_STREAM,
        kind="malformed",
        warnings=2,
    ),
]
