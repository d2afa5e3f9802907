"""gpt-oss's messages in content, where a server leaves them in: thoughts, preambles, calls, answer.

`<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…<|return|>`;
a header with a recipient (`to=functions.NAME`) is that of a tool call, which `<|call|>` ends.
Servers that leak them: NVIDIA/TensorRT-LLM#9256, odysseus-dev/odysseus#4522.
"""

import re
from typing import Protocol

from massgen_tui.backends.place import Place
from massgen_tui.backends.tags import CHANNEL, END, MESSAGE, RETURN, Tags

_HEADER = re.compile(
    r"(?:<\|start\|>assistant([^<]{0,200}))?(?:<\|channel\|>([^<]{0,200}))?"
    r"(?:<\|constrain\|>[^<]{0,80})?<\|message\|>"
)
_BEGUN = re.compile(
    r"(?:<\|start\|>assistant[^<]{0,200})?(?:<\|channel\|>[^<]{0,200})?"
    r"(?:<\|constrain\|>[^<]{0,80})?(?:<[|a-z>]{0,20})?"
)
_EMPTY = re.compile(
    r"(?:<\|start\|>assistant)?(?: to=\S+)?(?:<\|channel\|>(?:analysis|commentary|final)?)?"
    r"(?: to=\S+)?\s*(?:<\|constrain\|>\w*)?\s*"
)
"""A header that nothing came after: it says nothing."""
_RECIPIENT = re.compile(r"to=([^\s<]+)")
_ENDS = (END, "<|call|>", RETURN)
_NEXT = (MESSAGE, *(CHANNEL + name for name in ("analysis", "commentary", "final")))
_MOST_QUOTED = 2_000
"""Quoted tags in an answer: more of them are none."""
_IN_MESSAGE = Tags(*_ENDS, *_NEXT)
_BETWEEN = Tags(*_ENDS, MESSAGE, CHANNEL)


def is_header(text: str) -> bool | None:
    """Whether `text` begins with the header of a message; None: it may, once more came."""
    if _HEADER.match(text):
        return True
    return None if _BEGUN.fullmatch(text) else False


class Sink(Protocol):
    """Takes what the messages say."""

    def reason(self, text: str) -> None:
        """A piece of a thought."""

    def say(self, text: str) -> None:
        """A piece of the answer."""

    def call(self, number: int, name: str | None, arguments: str) -> None:
        """A piece of the tool call of that number, from 0; its name comes first and alone."""


class Harmony:
    """Reads messages; `take` gives back what it cannot judge yet, or what comes behind them all."""

    def __init__(self, sink: Sink) -> None:
        """Read from a header on."""
        self._sink = sink
        self.over = False
        """What `take` gave back is no message any more."""
        self._inside = False
        self._between = False
        self._channel = ""
        self._calls = 0
        self._said = False
        self._gap = ""
        self._place = Place()
        self._quoted = 0

    def take(self, text: str, *, ended: bool) -> str:
        """Read `text`; `ended`: nothing more will come."""
        while text:
            read = self._body if self._inside else self._gap_or_header
            rest, waits = read(text, ended=ended)
            if waits or self.over:
                return rest
            text = rest
        return ""

    def _gap_or_header(self, text: str, *, ended: bool) -> tuple[str, bool]:
        body = text.lstrip() if self._between else text
        if self._between and (tag := next((end for end in _ENDS if body.startswith(end)), "")):
            return body[len(tag) :], False
        if header := _HEADER.match(body):
            self._begin(header[1] or "", header[2] or "")
            return body[header.end() :], False
        if ended:
            self.over = True
            return ("" if self._between and body and _EMPTY.fullmatch(body) else text), False
        if _BETWEEN.begun(body) or (body.startswith("<|") and is_header(body) is None):
            return text, True
        self.over = True
        return text.removeprefix("\n\n") if self._between else text, False

    def _begin(self, role: str, channel: str) -> None:
        self._inside, self._between = True, False
        self._place.reset()
        recipient = _RECIPIENT.search(role + " " + channel)
        self._channel = "call" if recipient else channel.strip().partition(" ")[0]
        self._gap = "\n\n" if self._said else ""
        if recipient:
            self._sink.call(self._calls, recipient[1].removeprefix("functions."), "")
            self._calls += 1

    def _body(self, text: str, *, ended: bool) -> tuple[str, bool]:
        match = _IN_MESSAGE.find(text)
        cut = len(text) if ended else _IN_MESSAGE.cut(text)
        cut = match.start() if match else cut
        self._give(text[:cut])
        if match is None:
            return text[cut:], True
        rest = text[match.end() :]
        quoted = self._channel != "call" and self._is_quoted(rest, ended=ended)
        if quoted is None:
            return text[cut:], True
        if quoted:
            self._give(match[0])
            return rest, False
        self._inside, self._between = False, match[0] in _ENDS
        return (rest if self._between else text[cut:]), False

    def _is_quoted(self, rest: str, *, ended: bool) -> bool | None:
        if self._quoted > _MOST_QUOTED:
            return False
        self._place.catch_up()
        quoted = self._place.is_quoted(rest, ended=ended)
        self._quoted += quoted is True
        return quoted

    def _give(self, text: str) -> None:
        if not text:
            return
        self._place.pieces.append(text)
        if self._channel == "call":
            self._sink.call(self._calls - 1, None, text)
        elif self._channel == "analysis":
            self._sink.reason(text)
        else:
            self._sink.say(self._gap + text)
            self._gap = ""
            self._said = True
