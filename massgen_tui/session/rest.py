"""What a server says when it goes on with an answer, read as more of that answer."""

from collections.abc import Iterator
from dataclasses import replace

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    StreamEvent,
    UsageReported,
)
from massgen_tui.dialects import Continuing

LEAST = 16
"""Characters of an answer that is taken to be told again where the server does so."""


class Rest:
    """Reads the stream of a continuation.

    Reasoning parsers that wait for a closing tag take all of it for a thought (vLLM 0.32 and
    SGLang 0.5.23 with `--reasoning-parser qwen3`; vllm-project/vllm#38749), though it is answer
    where the message was left open: there it is content. Some servers begin with what was said
    before (Mistral; llama.cpp where it does not stream): that is left out.
    """

    def __init__(self, before: str, how: Continuing | None = None) -> None:
        """Go on after `before`, as the server was asked to."""
        self._answers = how is not None and how.answers
        self._before = before if len(before) >= LEAST else ""
        self._held = ""

    def read(self, event: StreamEvent) -> Iterator[StreamEvent]:
        """What an event tells of the rest."""
        match event:
            case ContentDelta(text=text, pieces=pieces):
                yield from self._text(text, pieces)
            case ReasoningDelta(text=text, pieces=pieces) if self._answers:
                yield from self._text(text, pieces)
            case UsageReported() if self._answers:
                yield replace(event, reasoning=None)
            case Finished():
                yield from self.end()
                yield event
            case _:
                yield event

    def end(self) -> Iterator[StreamEvent]:
        """What was held back."""
        held, self._held, self._before = self._held, "", ""
        if held:
            yield ContentDelta(held)

    def _text(self, text: str, pieces: int) -> Iterator[StreamEvent]:
        if not self._before:
            yield ContentDelta(text, pieces)
            return
        self._held += text
        if self._held.startswith(self._before):
            self._held = self._held[len(self._before) :]
        elif self._before.startswith(self._held):
            return
        yield from self.end()
