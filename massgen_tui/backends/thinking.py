"""Inline reasoning: content with think tags in it → reasoning and content, as it streams.

Servers without a reasoning parser leave the model's tags in the content. Only an opening tag at the
very start counts, because models quote tags in answers and code. Where the template already opened
the thinking, the answer holds a closing tag alone: then what came before it was reasoning.
"""

import re
from collections.abc import Callable

from massgen_tui.backends.events import ContentDelta, ReasoningDelta, ReasoningMoved, StreamEvent

MOVABLE = 64 * 1024
"""Characters of content within which a closing tag without an opening one still moves them."""
_MAX_BLANK = 4096

_PAIRS = {
    "<think>": "</think>",  # Qwen, DeepSeek, GLM, …
    "<thinking>": "</thinking>",
    "<reasoning>": "</reasoning>",
    "<thought>": "</thought>",
    "[THINK]": "[/THINK]",  # Mistral
    "<seed:think>": "</seed:think>",  # Seed-OSS
    "<mm:think>": "</mm:think>",  # MiniMax
    "<|channel>thought": "<channel|>",  # Gemma 4
    "◁think▷": "◁/think▷",  # Kimi-VL
    "<|START_THINKING|>": "<|END_THINKING|>",  # Cohere
}
_ANALYSIS, _FINAL, _TURN = (
    "<|channel|>analysis<|message|>",
    "<|channel|>final<|message|>",
    "<|start|>assistant",
)
_HARMONY_END = "<|end|>"  # gpt-oss
_OPEN_HARMONY = (_ANALYSIS, _TURN + _ANALYSIS)
_FINAL_HARMONY = (_FINAL, _TURN + _FINAL)
_OPEN = {**_PAIRS, **dict.fromkeys(_OPEN_HARMONY, _HARMONY_END)}
_AT_START = (*_OPEN, *_FINAL_HARMONY, *_PAIRS.values())
_SEPARATOR = "\n\n"
# A tool call inside the thinking ends it; the call itself is content.
_TOOL_CALL = "<tool_call>"


class _Tags:
    """Finds any of some tags in text, and the start of one at its end."""

    def __init__(self, *tags: str) -> None:
        self.find = re.compile("|".join(map(re.escape, tags))).search
        self._tags = tags
        self._heads = re.compile("[" + re.escape("".join({tag[0] for tag in tags})) + "]")
        self._longest = max(map(len, tags)) - 1

    def cut(self, text: str) -> int:
        """Where a tag begins that `text` may end inside of; its length if there is none."""
        for head in self._heads.finditer(text, max(0, len(text) - self._longest)):
            if any(tag.startswith(text[head.start() :]) for tag in self._tags):
                return head.start()
        return len(text)


_CLOSING = _Tags(*_PAIRS.values())
_ENDS = {close: _Tags(close, _TOOL_CALL) for close in (*_PAIRS.values(), _HARMONY_END)}


class ThinkSplitter:
    """Splits the content of one stream; what may be the start of a tag is held until more comes."""

    __slots__ = ("_close", "_emitted", "_emitted_length", "_held", "_state", "plain")

    def __init__(self) -> None:
        self.plain = False
        """Nothing is held back and no tag counts any more: content may go round the splitter."""
        self._held = ""
        self._emitted: list[str] = []
        self._emitted_length = 0
        self._close = ""
        self._state: Callable[[str, list[StreamEvent]], str] = self._start

    def feed(self, text: str) -> list[StreamEvent]:
        """Take more content and give what is known of it."""
        events: list[StreamEvent] = []
        rest, self._held = self._held + text, ""
        while rest:
            rest = self._state(rest, events)
        self.plain = self._state == self._content and not self._held
        return events

    def reasoned(self) -> list[StreamEvent]:
        """Reasoning came in a field of its own: from here on tags in content are plain text."""
        events = self.flush() if self._state == self._inside else []
        self._settle()
        self.plain = not self._held
        return events

    def flush(self) -> list[StreamEvent]:
        """Give what is held back as the text it is; the stream ended, or says that it will."""
        text, self._held = self._held, ""
        if not text:
            return []
        if self._state == self._inside:
            return [ReasoningDelta(text)]
        if self._state == self._bare:
            self._remember(text)
        elif text.strip():
            self._settle()
        return [ContentDelta(text)]

    def _start(self, text: str, events: list[StreamEvent]) -> str:
        body = text.lstrip()
        for tag, close in _OPEN.items():
            if body.startswith(tag):
                self._close, self._state = close, self._inside
                return body[len(tag) :]
        for tag in _FINAL_HARMONY:
            if body.startswith(tag):
                self._settle()
                return body[len(tag) :]
        if len(text) <= _MAX_BLANK and any(tag.startswith(body) for tag in _AT_START):
            self._held = text
            return ""
        self._state = self._bare
        return text

    def _bare(self, text: str, events: list[StreamEvent]) -> str:
        match = _CLOSING.find(text)
        if match is not None and self._emitted_length + match.start() <= MOVABLE:
            self._move(text[: match.start()], events)
            return text[match.end() :]
        cut = _CLOSING.cut(text)
        self._held = text[cut:]
        if cut:
            events.append(ContentDelta(text[:cut]))
            self._remember(text[:cut])
        return ""

    def _remember(self, text: str) -> None:
        self._emitted.append(text)
        self._emitted_length += len(text)
        if self._emitted_length > MOVABLE:
            self._settle()

    def _move(self, text: str, events: list[StreamEvent]) -> None:
        if self._emitted:
            events.append(ReasoningMoved("".join(self._emitted) + text))
        elif text.strip():
            events.append(ReasoningDelta(text))
        self._settle()
        self._state = self._after

    def _inside(self, text: str, events: list[StreamEvent]) -> str:
        tags = _ENDS[self._close]
        match = tags.find(text)
        cut = tags.cut(text) if match is None else match.start()
        if cut:
            events.append(ReasoningDelta(text[:cut]))
        if match is None:
            self._held = text[cut:]
            return ""
        if match[0] == _TOOL_CALL:
            self._settle()
            return text[cut:]
        self._state = self._after
        return text[match.end() :]

    def _after(self, text: str, events: list[StreamEvent]) -> str:
        """Behind a closing tag: one separator goes with it; harmony says what comes next."""
        harmony = self._close == _HARMONY_END
        drops = (_SEPARATOR, *_FINAL_HARMONY) if harmony else (_SEPARATOR,)
        opens = _OPEN_HARMONY if harmony else ()
        for tag in (*opens, *drops):
            if text.startswith(tag):
                self._state = self._inside if tag in opens else self._content
                return text[len(tag) :]
        if any(tag.startswith(text) for tag in (*opens, *drops)):
            self._held = text
            return ""
        self._settle()
        return text

    def _content(self, text: str, events: list[StreamEvent]) -> str:
        events.append(ContentDelta(text))
        return ""

    def _settle(self) -> None:
        self._state = self._content
        self._emitted.clear()
