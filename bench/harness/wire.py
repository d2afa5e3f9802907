"""The bytes of a stream, in the shape that vLLM sends them."""

import json
from itertools import cycle, islice
from typing import Literal

Kind = Literal["reasoning", "content", "mixed"]

_REASONING = (
    "Okay, let me think about what the user wants to know here, and in which order it is best "
    "told.\nFirst, the facts as far as they are known. Wait, is that right? I should check it "
    "again, step by step, before I say anything about it.\n\n"
)
_MARKDOWN = (
    "## A heading of the answer\n\nSome **bold** words and `code` in a paragraph that is long "
    "enough to wrap, with [a link](http://example.org) in it, and *more* words after it that say "
    "nothing of interest.\n\n- one item\n- another item with some more words in it\n  - and a "
    "nested one\n\n```python\ndef add(a: int, b: int) -> int:\n    # the sum\n    return a + b"
    "\n```\n\n| name | value |\n|---|---|\n| first | 1 |\n| second | 2 |\n\n> A quotation, short."
    "\n\n1. Numbers begin\n2. and go on\n\n"
)
END = "ENDMARK"
"""The last word of every stream."""
REASONING_SHARE = 0.3
TEXTS = {"reasoning": _REASONING.split(" "), "content": _MARKDOWN.split(" ")}


def events(kind: Kind, count: int, words: int = 1) -> list[bytes]:
    """The bytes of `count` events of `words` tokens each; mixed: the first 30 % are reasoning."""
    first = round(count * REASONING_SHARE) if kind == "mixed" else count * (kind == "reasoning")
    return [*_run("reasoning", first, words), *_run("content", count - first, words)]


def _run(field: str, count: int, words: int) -> list[bytes]:
    text = cycle(TEXTS[field])
    return [event("".join(f"{word} " for word in islice(text, words)), field) for _ in range(count)]


def mark(stream: int, number: int) -> str:
    """A word that is found again on the screen."""
    return f"mk{stream:02}n{number:04}"


def event(text: str, field: str = "content", finish: str | None = None) -> bytes:
    """One event."""
    choice = {"index": 0, "delta": {field: text}, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-0123456789abcdef0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "bench",
        "choices": [choice],
    }
    return framed(f"data: {json.dumps(chunk)}\n\n".encode())


def framed(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST = event(f"\n\n{END}") + event("", finish="stop") + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
"""The end of every stream."""
