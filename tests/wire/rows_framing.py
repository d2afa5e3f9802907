"""Rows of how bytes are cut into events, and of what cannot be read."""

import json

from tests.support.decoding import chunk, event, say, stream
from tests.wire.rows import Row, usage

_json = json.dumps
_STOP = chunk({}, "stop")
_CUT = "the stream ended before the server said that it had finished"
_NO_STREAM = "the answer is no stream of chat-completion chunks"

ROWS = [
    Row(
        "malformed JSON once",
        stream(say("H"), '{"choices": [', say("i"), _STOP),
        content="Hi",
        warnings=1,
    ),
    Row(
        "JSON that is no object",
        stream("null", "[]", '"x"', say("Hi"), _STOP),
        content="Hi",
        warnings=3,
    ),
    Row("too deep to read", stream("[" * 100_000, say("Hi"), _STOP), content="Hi", warnings=1),
    Row(
        "a raw control character in a string",
        stream('{"choices":[{"index":0,"delta":{"content":"H\ti"}}]}', _STOP),
        content="H\ti",
    ),
    Row(
        "invalid UTF-8 is replaced",
        stream(event(say("H?i")).replace(b"?", b"\xff"), _STOP),
        content="H\ufffdi",
    ),
    Row("CRLF", stream(say("H"), say("i"), _STOP).replace(b"\n", b"\r\n"), content="Hi"),
    Row("CR", stream(say("H"), say("i"), _STOP).replace(b"\n", b"\r"), content="Hi"),
    Row(
        "line ends mixed",
        event(say("H")).replace(b"\n", b"\r")
        + event(say("i")).replace(b"\n", b"\r\n")
        + stream(_STOP),
        content="Hi",
    ),
    Row("a byte order mark", b"\xef\xbb\xbf" + stream(say("Hi"), _STOP), content="Hi"),
    Row(
        "separators that only Unicode knows",
        stream(say("a\u2028b\u2029c\u0085d\x0be"), _STOP),
        content="a\u2028b\u2029c\u0085d\x0be",
    ),
    Row(
        "data on several lines",
        b'data: {"choices": [{"index": 0,\ndata: "delta": {"content": "Hi"}}]}\n\n' + stream(_STOP),
        content="Hi",
    ),
    Row(
        "id, retry and unknown fields",
        stream(b"id: 1\nretry: 5\nfoo: bar\n" + event(say("Hi")), _STOP),
        content="Hi",
    ),
    Row("event: message", stream(b"event: message\n" + event(say("Hi")), _STOP), content="Hi"),
    Row(
        "a ping event",
        stream(
            b"event: ping\ndata: {}\n\n",
            b"event: ping\ndata: x\n\n",
            b"data:\n\n",
            say("Hi"),
            _STOP,
        ),
        content="Hi",
    ),
    Row(
        "last event without a blank line",
        stream(say("Hi"), _STOP, done=False).rstrip(b"\n"),
        content="Hi",
        done=False,
    ),
    Row("[DONE] without a blank line", stream(say("Hi"), _STOP).rstrip(b"\n"), content="Hi"),
    Row(
        "cut in the middle of the last event",
        stream(say("H"), done=False) + event(say("i"))[:40],
        content="H",
        finish=None,
        error=_CUT,
        kind="interrupted",
        done=False,
    ),
    Row("[DONE] cut behind a finish", stream(say("Hi"), _STOP)[:-5], content="Hi", done=False),
    Row(
        "white space around [DONE]",
        stream(say("Hi"), _STOP, done=False) + b"data:   [DONE] \n\n",
        content="Hi",
    ),
    Row("text behind [DONE]", stream(say("Hi"), _STOP) + event(say("no")), content="Hi"),
    Row(
        "halves of a character in two chunks",
        stream(
            '{"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}',
            '{"choices":[{"index":0,"delta":{"content":"\\ude00b"}}]}',
            _STOP,
        ),
        content="a\U0001f600b",
    ),
    Row(
        "half a character alone",
        stream(
            '{"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}',
            say("b"),
            '{"choices":[{"index":0,"delta":{"content":"\\ude00"}}]}',
            _STOP,
        ),
        content="a\ufffdb\ufffd",
    ),
    Row(
        "numbers that are none",
        stream(
            '{"model":"m","choices":[],"usage":{"prompt_tokens":NaN,"completion_tokens":-1,"total_tokens":true}}',
            '{"model":"m","choices":[],"usage":{"prompt_tokens":10.0,"completion_tokens":5,"completion_tokens_details":7}}',
            _STOP,
        ),
        usage=usage(),
    ),
    Row(
        "several objects in one event",
        event(_json(say("H")) + _json(say("i"))) + stream(_STOP),
        content="Hi",
    ),
    Row(
        "an object and the beginning of another in one event",
        event(_json(say("Hi")) + ' {"choices": [') + stream(_STOP),
        content="Hi",
        warnings=1,
    ),
    Row(
        "no blank line between events",
        b"".join(event(part)[:-1] for part in (say("H"), say("i"), _STOP)) + b"data: [DONE]\n",
        content="Hi",
    ),
    Row(
        "the field's name twice",
        b"".join(b"data: " + event(part) for part in (say("H"), say("i"), _STOP))
        + b"data: data: [DONE]\n\n",
        content="Hi",
    ),
    Row(
        "objects with an end behind them in one event",
        event(_json(say("Hi")) + _json(_STOP) + "[DONE]") + event(say("no")),
        content="Hi",
    ),
    Row(
        "[DONE] in small letters",
        stream(say("Hi"), _STOP, done=False) + b"data: [done]\n\n",
        content="Hi",
    ),
    Row(
        "[DONE] as a string",
        stream(say("Hi"), _STOP, done=False) + b'data: "[DONE]"\n\n',
        content="Hi",
    ),
    Row("a heartbeat in brackets", stream("[HEARTBEAT]", say("Hi"), _STOP), content="Hi"),
]
