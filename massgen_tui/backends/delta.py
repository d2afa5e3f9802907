"""One `chat.completion.chunk` → events, in whichever of its many shapes a server sends it.

What the shapes are, server by server, is told by `tests/wire/test_conformance.py`.
"""

from collections.abc import Mapping

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    ServerTimed,
    SeveralChoices,
    SourcesReported,
    Started,
    StreamEvent,
    Unshown,
    UsageReported,
    Warned,
)
from massgen_tui.backends.finishes import NONE
from massgen_tui.backends.sources import SourceReader
from massgen_tui.backends.text_chunk import REASONING, text_alone
from massgen_tui.backends.timings import read_timings
from massgen_tui.backends.toolcalls import ToolCallReader
from massgen_tui.backends.usage import merged, read_usage

Chunk = Mapping[str, object]

_NOT_TEXT = {"image": "an image", "images": "an image", "audio": "a sound", "video": "a video"}
_OTHER = frozenset(_NOT_TEXT)

# Ollama's own API, Anthropic's words behind gateways (LiteLLM's `thinking_blocks`)
_THOUGHTS = ("thinking", "thinking_content", "thought", "thinking_blocks")
_THINKING = frozenset(_THOUGHTS)
_THOUGHT_PARTS = ("thinking", "reasoning", "reasoning.text", "reasoning.summary")
_OTHERS = "the server sends several answers to one request (n): only the first is shown"


class DeltaReader:
    """Reads the chunks of one stream; of several choices only the first, index 0.

    `ContentDelta` is the content as it was sent, inline reasoning tags and all.
    """

    __slots__ = (
        "_deltas",
        "_finish",
        "_sources",
        "_started",
        "_timed",
        "_unshown",
        "_worded",
        "choices",
        "finish_reason",
        "named",
        "spoke",
        "tools",
        "usage",
    )

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        """The last finish reason; None until the server said one."""
        self.usage: UsageReported | None = None
        """All that is known of the token counts."""
        self.spoke = False
        """Reasoning, content or a piece of a tool call came."""
        self.choices = 1
        """Answers that the stream has held so far, told by their indexes."""
        self._finish: Finished | None = None
        self._timed: ServerTimed | None = None
        self._unshown: set[str] = set()
        self._started = False
        self.named = False
        """It was said which model answers."""
        self._deltas = False
        self._worded = False
        self._sources = SourceReader()
        self.tools = ToolCallReader()
        """Numbers the tool calls."""

    def read(self, chunk: Chunk) -> list[StreamEvent]:
        """Give the events of one chunk: reasoning, content, tool calls, finish, usage."""
        events: list[StreamEvent] = []
        if not self.named:
            self._start(chunk, events)
        choice = self._first_choice(chunk.get("choices"), events)
        if choice is not None:
            self._choice(choice, events)
        self.count(chunk, choice, events)
        if self._sources.read(chunk, choice):
            events.append(SourcesReported(self._sources.found))
        return events

    def text_alone(self, chunk: Chunk) -> ContentDelta | ReasoningDelta | None:
        """The event of a chunk that holds a piece of text and nothing else; None: `read` it."""
        text = text_alone(chunk) if self.named else None
        if text is not None:
            self.heard(type(text))
        return text

    def heard(self, kind: type[ContentDelta | ReasoningDelta]) -> None:
        """Take in that text of this kind came."""
        self.spoke = self._deltas = True
        self._worded = self._worded or kind is ReasoningDelta

    def count(self, chunk: Chunk, choice: Chunk | None, events: list[StreamEvent]) -> None:
        """Append the token counts in a chunk, if they are news."""
        timed = read_timings(chunk)
        if timed is not None and timed != self._timed:
            self._timed = timed
            events.append(timed)
        for place in (choice, chunk.get("x_groq"), chunk):
            usage = place.get("usage") if isinstance(place, dict) else None
            if isinstance(usage, dict):
                self._count(usage, events)

    def _start(self, chunk: Chunk, events: list[StreamEvent]) -> None:
        model = chunk.get("model")
        self.named = isinstance(model, str) and model != ""
        if self.named or not self._started:
            events.append(Started(model if isinstance(model, str) and model else None))
        self._started = True

    def _first_choice(self, choices: object, events: list[StreamEvent]) -> Chunk | None:
        first: Chunk | None = None
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            index = choice.get("index")
            if first is None and index in (0, None):
                first = choice
                continue
            count = index + 1 if isinstance(index, int) and index > 0 else 2
            if count > self.choices:
                if self.choices == 1:
                    events.append(Warned(_OTHERS))
                self.choices = count
                events.append(SeveralChoices(count))
        return first

    def _choice(self, choice: Chunk, events: list[StreamEvent]) -> None:
        before = len(events)
        delta, message = choice.get("delta"), choice.get("message")
        if isinstance(delta, dict) and (delta or not isinstance(message, dict)):
            self._deltas = True
            if "extra_content" in choice and _is_thought(choice["extra_content"]):
                delta = {**delta, "thought": True}
            self._delta(delta, events)
        elif isinstance(message, dict) and not self.spoke:
            # Not streamed after all; behind deltas the whole message would repeat them.
            self._delta(message, events)
        elif message is None and not self._deltas:
            # A stream of the older completions: each choice has a piece of the text.
            self._delta({"content": choice.get("text")}, events)
        self.spoke = self.spoke or len(events) > before
        reason, native = choice.get("finish_reason"), choice.get("native_finish_reason")
        if isinstance(reason, dict):
            reason = reason.get("type")  # SGLang's own form: {"type": "abort", "message": …}
        if isinstance(reason, str) and reason.lower() not in NONE:
            finish = Finished(reason, _text(native), _matched(choice))
            if finish != self._finish:
                self._finish, self.finish_reason = finish, reason
                events.append(finish)

    def _delta(self, delta: Chunk, events: list[StreamEvent]) -> None:
        reasoning = self._reasoning(delta)
        if reasoning:
            events.append(ReasoningDelta(reasoning))
        content = delta.get("content")
        if isinstance(content, str):
            if content:
                thought = delta.get("thought") is True or (
                    "extra_content" in delta and _is_thought(delta["extra_content"])
                )
                events.append(ReasoningDelta(content) if thought else ContentDelta(content))
        elif content:
            _parts(content, events, thoughts=not reasoning)
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            events.append(ContentDelta(refusal))
        if calls := delta.get("tool_calls"):
            self.tools.read(calls, events)
        if call := delta.get("function_call"):
            self.tools.legacy(call, events)
        if not _OTHER.isdisjoint(delta) or isinstance(content, list):
            self._other(delta, content, events)

    def _other(self, delta: Chunk, content: object, events: list[StreamEvent]) -> None:
        """What is no text: `images` (OpenRouter), `audio` (OpenAI), parts of such a type."""
        found = [_NOT_TEXT[key] for key in _OTHER if delta.get(key)]
        for part in content if isinstance(content, list) else ():
            kind = part.get("type") if isinstance(part, dict) else None
            found += [what for word, what in _NOT_TEXT.items() if word in str(kind)]
        for what in found:
            if what not in self._unshown:
                self._unshown.add(what)
                events.append(Unshown(what))

    def _reasoning(self, delta: Chunk) -> str:
        for key in REASONING:
            value = delta.get(key)
            if value and (text := value if isinstance(value, str) else _joined(value)):
                self._worded = True
                return text
        if not _THINKING.isdisjoint(delta):
            for key in _THOUGHTS:
                if text := _joined(delta.get(key)):
                    self._worded = True
                    return text
        details = delta.get("reasoning_details")
        # OpenRouter tells the same thoughts in both; once they came as words the details repeat
        # them.
        return _joined(details) if details and not self._worded else ""

    def _count(self, usage: Chunk, events: list[StreamEvent]) -> None:
        counts = read_usage(usage)
        if counts is None:
            return
        counts = merged(self.usage, counts)
        if counts != self.usage:
            self.usage = counts
            events.append(counts)


def _is_thought(extra: object) -> bool:
    """Whether Gemini marks a delta so: `extra_content.google.thought`."""
    google = extra.get("google") if isinstance(extra, dict) else None
    return isinstance(google, dict) and google.get("thought") is True


def _parts(content: object, events: list[StreamEvent], *, thoughts: bool) -> None:
    """Content as a list of parts (Mistral): what was thought and what was said, in their order."""
    for part in content if isinstance(content, list) else [content]:
        thought = isinstance(part, dict) and part.get("type") in _THOUGHT_PARTS
        text = _joined(part)
        if text and thought and thoughts:
            events.append(ReasoningDelta(text))
        elif text and not thought:
            events.append(ContentDelta(text))


def _joined(value: object, depth: int = 4) -> str:
    """The text of a string, a part or a list of them; other parts (encrypted, images) give none."""
    if isinstance(value, str):
        return value
    if depth <= 0:
        return ""
    if isinstance(value, list):
        return "".join(_joined(item, depth - 1) for item in value)
    if isinstance(value, dict):
        for key in ("text", "thinking", "summary", "content", "refusal"):
            if text := _joined(value.get(key), depth - 1):
                return text
    return ""


def _matched(choice: Chunk) -> str | None:
    """The stop text that was met; both servers give a token's number in its place, or null."""
    return _text(choice.get("stop_reason")) or _text(choice.get("matched_stop"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
