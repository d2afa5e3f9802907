"""What a stream decodes to, joined; and hand-made streams."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ContentMoved,
    Finished,
    ReasoningDelta,
    ReasoningMoved,
    SeveralChoices,
    Started,
    StreamEvent,
    ToolCallDelta,
    Unsaid,
    Unshown,
    UsageReported,
    Warned,
)

RECORDED = Path(__file__).resolve().parents[1] / "data" / "wire"
Json = Mapping[str, object]


@dataclass
class Decoded:
    """One answer, as a reader ends with it."""

    reasoning: str = ""
    content: str = ""
    tools: list[tuple[str | None, str, str]] = field(default_factory=list)
    """Id, name and arguments of each call."""
    finish: str | None = None
    matched: str | None = None
    """The stop text that was met."""
    usage: UsageReported | None = None
    model: str | None = None
    warnings: list[str] = field(default_factory=list)
    moved: int = 0
    choices: int = 1
    unsaid: bool = False
    unshown: list[str] = field(default_factory=list)
    error: BackendError | None = None
    done: bool = False

    def take(self, event: StreamEvent) -> None:
        match event:
            case Started(model=model):
                self.model = model or self.model
            case ReasoningDelta(text=text):
                assert text
                self.reasoning += text
            case ContentDelta(text=text):
                assert text
                self.content += text
            case ReasoningMoved(text=text):
                assert self.reasoning == ""
                assert text.startswith(self.content)
                self.reasoning, self.content = text, ""
                self.moved += 1
            case ContentMoved(text=text, taken=taken):
                assert text or taken
                assert taken <= len(self.reasoning)
                kept = len(self.reasoning) - taken
                tail = self.reasoning[kept:].strip()
                assert text.strip().endswith(tail) or tail.endswith(text.strip())
                self.reasoning, self.content = self.reasoning[:kept], self.content + text
            case ToolCallDelta():
                self._call(event)
            case UsageReported():
                self.usage = event
            case SeveralChoices(count=count):
                assert count > self.choices
                self.choices = count
            case Finished(reason=reason, matched=matched):
                self.finish, self.matched = reason, matched or self.matched
            case Warned(text=text):
                self.warnings.append(text)
            case Unsaid():
                self.unsaid = True
            case Unshown(what=what):
                self.unshown.append(what)
            case _:
                pass

    def _call(self, event: ToolCallDelta) -> None:
        assert event.index <= len(self.tools), "indexes have no gaps"
        if event.index == len(self.tools):
            self.tools.append((None, "", ""))
        id_, name, arguments = self.tools[event.index]
        assert not (id_ and event.id)
        assert not (name and event.name)
        self.tools[event.index] = (
            id_ or event.id,
            name or event.name or "",
            arguments + event.arguments,
        )


def decode(pieces: bytes | Iterable[bytes], *, finishes: bool | None = None) -> Decoded:
    """Decode a stream that arrives in `pieces` and then ends."""
    decoder, answer = StreamDecoder(finishes=finishes), Decoded()
    for piece in [pieces] if isinstance(pieces, bytes) else pieces:
        for event in decoder.feed(piece):
            answer.take(event)
    for event in decoder.close():
        answer.take(event)
    answer.error, answer.done = decoder.error, decoder.done
    return answer


def cut(body: bytes, at: Sequence[int]) -> list[bytes]:
    """Give `body` in pieces cut at these offsets."""
    marks = [0, *sorted(at), len(body)]
    return [body[a:b] for a, b in pairwise(marks)]


def event(data: Json | str) -> bytes:
    """One event; a mapping is written as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def stream(*events: Json | str | bytes, done: bool = True) -> bytes:
    """A whole stream of events; bytes stand in it as they are."""
    body = b"".join(part if isinstance(part, bytes) else event(part) for part in events)
    return body + (b"data: [DONE]\n\n" if done else b"")


def chunk(
    delta: Json | None = None, finish: str | None = None, *, model: str = "m", **choice: object
) -> dict[str, object]:
    """One chunk with one choice."""
    first: dict[str, object] = {"index": 0, "delta": delta if delta is not None else {}, **choice}
    first["finish_reason"] = finish
    return {"id": "c1", "object": "chat.completion.chunk", "model": model, "choices": [first]}


def say(text: str) -> dict[str, object]:
    """A chunk with content."""
    return chunk({"content": text})
