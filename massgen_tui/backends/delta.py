"""One `chat.completion.chunk` → events, in whichever of its many shapes a server sends it.

What the shapes are, server by server, is told by `tests/wire/test_conformance.py`.
"""

from collections.abc import Mapping

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    Started,
    StreamEvent,
    UsageReported,
)
from massgen_tui.backends.toolcalls import ToolCallReader
from massgen_tui.backends.usage import merged, read_usage

Chunk = Mapping[str, object]

# vLLM, Groq, Cerebras, Ollama, OpenRouter · SGLang, DeepSeek, Z.ai, llama.cpp, older vLLM · Copilot
_REASONING = ("reasoning", "reasoning_content", "reasoning_text")
_THOUGHT_PARTS = ("thinking", "reasoning", "reasoning.text", "reasoning.summary")


class DeltaReader:
    """Reads the chunks of one stream; of several choices only the first, index 0.

    `ContentDelta` is the content as it was sent, inline reasoning tags and all.
    """

    __slots__ = ("_named", "_started", "_tools", "_worded", "finish_reason", "spoke", "usage")

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        """The last finish reason; None until the server said one."""
        self.usage: UsageReported | None = None
        """All that is known of the token counts."""
        self.spoke = False
        """Reasoning, content or a piece of a tool call came."""
        self._started = False
        self._named = False
        self._worded = False
        self._tools = ToolCallReader()

    def read(self, chunk: Chunk) -> list[StreamEvent]:
        """Give the events of one chunk: reasoning, content, tool calls, finish, usage."""
        events: list[StreamEvent] = []
        if not self._named:
            self._start(chunk, events)
        choice = _first_choice(chunk.get("choices"))
        if choice is not None:
            self._choice(choice, events)
        for place in (choice, chunk.get("x_groq"), chunk):
            usage = place.get("usage") if isinstance(place, dict) else None
            if isinstance(usage, dict):
                self._count(usage, events)
        return events

    def _start(self, chunk: Chunk, events: list[StreamEvent]) -> None:
        model = chunk.get("model")
        self._named = isinstance(model, str) and model != ""
        if self._named or not self._started:
            events.append(Started(model if isinstance(model, str) and model else None))
        self._started = True

    def _choice(self, choice: Chunk, events: list[StreamEvent]) -> None:
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._delta(delta, events)
        elif not self.spoke:
            # Not streamed after all; behind deltas the whole message would repeat them.
            message = choice.get("message")
            self._delta(
                message if isinstance(message, dict) else {"content": choice.get("text")}, events
            )
        self.spoke = self.spoke or any(not isinstance(event, Started) for event in events)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason and reason != self.finish_reason:
            self.finish_reason = reason
            events.append(Finished(reason))

    def _delta(self, delta: Chunk, events: list[StreamEvent]) -> None:
        reasoning = self._reasoning(delta)
        if reasoning:
            events.append(ReasoningDelta(reasoning))
        content = delta.get("content")
        if isinstance(content, str):
            if content:
                events.append(ContentDelta(content))
        elif content:
            _parts(content, events, thoughts=not reasoning)
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            events.append(ContentDelta(refusal))
        if calls := delta.get("tool_calls"):
            self._tools.read(calls, events)
        if call := delta.get("function_call"):
            self._tools.legacy(call, events)

    def _reasoning(self, delta: Chunk) -> str:
        for key in _REASONING:
            value = delta.get(key)
            if value and (text := value if isinstance(value, str) else _joined(value)):
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


def _first_choice(choices: object) -> Chunk | None:
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if isinstance(choice, dict) and choice.get("index") in (0, None):
            return choice
    return None


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
