"""The lines of a session's file that tell of streams: what came of an answer, and when."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import StreamEvent
from massgen_tui.store.lines import Line, Plain


class StreamLine(Line):
    """A line that makes an event of an attempt's stream, by the same fields."""

    t: float
    a: int
    makes: ClassVar[type]

    def streamed(self) -> StreamEvent:
        """The event of the stream."""
        fields = {name: value for name, value in self if name not in ("t", "e", "a")}
        made: StreamEvent = self.makes(**fields)
        return made


class Open(StreamLine):
    """The first byte of the answer's body."""

    e: Literal["opened"] = "opened"
    waited: float | None = None
    makes = streamed.Opened


class Start(StreamLine):
    """The model that the server says it answers with."""

    e: Literal["started"] = "started"
    model: str | None = None
    makes = streamed.Started


class Alive(StreamLine):
    """The server said something that is no text."""

    e: Literal["alive"] = "alive"
    makes = streamed.Heartbeat


class Retry(StreamLine):
    """The request failed before its first byte and goes out again."""

    e: Literal["retrying"] = "retrying"
    reason: str
    seconds: float
    attempt: int
    makes = streamed.Retrying


class Moved(StreamLine):
    """The content so far was reasoning; without `text`: all of it."""

    e: Literal["reasoning_moved"] = "reasoning_moved"
    text: str | None = None
    makes = streamed.ReasoningMoved


class MovedBack(StreamLine):
    """The end of the reasoning so far was content."""

    e: Literal["content_moved"] = "content_moved"
    text: str
    taken: int
    makes = streamed.ContentMoved


class Usage(StreamLine):
    """The server's token counts."""

    e: Literal["usage"] = "usage"
    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cached: int | None = None
    apart: int = 0
    makes = streamed.UsageReported


class Timed(StreamLine):
    """What the server says that the answer took there."""

    e: Literal["server_timed"] = "server_timed"
    queue_s: float | None = None
    prefill_s: float | None = None
    decode_s: float | None = None
    tokens_per_s: float | None = None
    acceptance: float | None = None
    makes = streamed.ServerTimed


class Choices(StreamLine):
    """The server sends so many answers to one request."""

    e: Literal["choices"] = "choices"
    count: int
    makes = streamed.SeveralChoices


class Finish(StreamLine):
    """Why the server stopped."""

    e: Literal["finished"] = "finished"
    reason: str
    native: str | None = None
    matched: str | None = None
    makes = streamed.Finished


class Unsaid(StreamLine):
    """The server never said why it stopped."""

    e: Literal["unsaid"] = "unsaid"
    makes = streamed.Unsaid


class Unshown(StreamLine):
    """The answer holds what is no text."""

    e: Literal["unshown"] = "unshown"
    what: str
    makes = streamed.Unshown


class SourceLine(BaseModel):
    """A page that the answer rests on."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    n: int
    title: str | None = None
    url: str


class Sources(StreamLine):
    """The pages that the answer rests on."""

    e: Literal["sources"] = "sources"
    sources: tuple[SourceLine, ...]
    makes = streamed.SourcesReported

    def streamed(self) -> StreamEvent:
        """The event of the stream."""
        return streamed.SourcesReported(
            tuple(streamed.Source(one.n, one.title, one.url) for one in self.sources)
        )


class Warn(StreamLine):
    """What the user should know."""

    e: Literal["warned"] = "warned"
    text: str
    makes = streamed.Warned


class Request(Line):
    """A request as it was sent: its parameters, and its last message."""

    t: float
    e: Literal["request"] = "request"
    a: int
    p: Plain
    """The body; `messages` is null where `m` is told."""
    m: str | None = None


class Message(Line):
    """One message of a conversation: its name, the one before it, and what it says.

    In `v` a string may be `{"$": [what, serial]}`: a prompt (`"p"`, a turn), an answer (`"c"`) or
    its reasoning (`"r"`, an attempt), which the file tells already.
    """

    m: str
    before: str | None = None
    v: object


class Text(Line):
    """What came of an answer in a quarter of a second: content, reasoning, or a tool's arguments.

    `d` are its pieces: milliseconds from `t`, characters, and how many they were, if several.
    """

    t: float
    a: int
    c: str | None = None
    r: str | None = None
    f: str | None = None
    i: int = 0
    """The tool call that `f` belongs to, with its `id` and `name` where they came."""
    id: str | None = None
    name: str | None = None
    d: tuple[Annotated[tuple[int, ...], Field(min_length=2, max_length=3)], ...] = ()
