"""What a backend gives: the events of one answer, and the error that ends one.

No I/O here, and nothing of any server's wire format.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from massgen_tui.backends.exchange import Exchange
from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request is on its way; comes again when a corrected or repeated one is sent."""

    body: Mapping[str, object]
    """The JSON body as it was sent. It never holds a key: keys travel in a header."""
    exchange: Exchange | None = field(default=None, compare=False, repr=False)
    """Takes in what comes of it as it comes; None: nobody wants to see that."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """The request failed before its first byte and goes out again after `seconds`."""

    reason: str
    seconds: float
    attempt: int
    """1 for the first repetition."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The first byte of the answer's body has come."""

    waited: float | None = field(default=None, compare=False)
    """Seconds since the last byte of the request was written; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The bytes of what follows came `ago` seconds before they were read, the last of them.

    Told of each reading where streams are read by the frame and the system knows; until the next.
    None: what follows is read as it comes again.
    """

    ago: float | None
    packets: int = 0
    """How many brought it, as far as is known."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The server said something that is no text (an SSE comment, an empty delta): it is alive."""


@dataclass(frozen=True, slots=True)
class Started:
    """The first chunk was read; `model` is the name that the server says it answers with."""

    model: str | None


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's reasoning."""

    text: str
    pieces: int = 1
    """In how many pieces it came, at the same moment as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class ContentDelta:
    """More of the answer."""

    text: str
    pieces: int = 1
    """As of reasoning."""


@dataclass(frozen=True, slots=True)
class ReasoningMoved:
    """The content so far was reasoning: a closing tag came without an opening one.

    `text` is what moves: all of the content that came before, which now stands as the reasoning.
    Comes at most once in a stream and before any `ReasoningDelta` with text.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ContentMoved:
    """The end of the reasoning so far was content: its closing tag never came, or was missed.

    `taken` characters go from the end of the reasoning, and `text` goes to the content: what was
    sent there, with the opening tag that was no tag, or without the closing tag that was one.
    """

    text: str
    taken: int


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of one tool call: `id` and `name` come once, `arguments` grows."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The server's own token counts for this answer; a later report replaces an earlier one."""

    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cached: int | None = None
    """Tokens of the prompt that were not computed again."""
    apart: int = field(default=0, compare=False)
    """Tokens that were counted beside `completion` and not in it: reasoning, at some APIs."""
    total: int | None = field(default=None, compare=False)
    """Tokens in all, as the server added them up."""


@dataclass(frozen=True, slots=True)
class ServerTimed:
    """What the server says that this answer took there; a later report replaces an earlier one."""

    queue_s: float | None = None
    """Seconds that it waited to be scheduled."""
    prefill_s: float | None = None
    """Seconds from there to the first token."""
    decode_s: float | None = None
    """Seconds from the first token to the last."""
    tokens_per_s: float | None = None
    acceptance: float | None = None
    """Share of the drafted tokens that were accepted, 0 to 1, with speculation."""


@dataclass(frozen=True, slots=True)
class SeveralChoices:
    """The server sends `count` answers or more to one request (`n`); only the first one is given.

    Its token counts are those of all of them.
    """

    count: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Why the server stopped: `stop`, `length`, `tool_calls`, or a word of its own."""

    reason: str
    native: str | None = None
    """The model's own word, where a router tells it too (OpenRouter)."""
    matched: str | None = None
    """The stop text of the request that was met: vLLM's `stop_reason`, SGLang's `matched_stop`."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The server ended the answer in order and never said why it stopped."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """The answer holds what is no text: an image, a sound."""

    what: str
    """With its article: `an image`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One page that the answer rests on. It is never fetched."""

    n: int
    """What the text calls it: `[1]`."""
    title: str | None
    url: str


@dataclass(frozen=True, slots=True)
class SourcesReported:
    """The pages that the server says the answer rests on; a later report replaces an earlier."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """What the user should know, though the answer goes on (a chunk that could not be read, …)."""

    text: str


StreamEvent = (
    RequestSent
    | Retrying
    | Opened
    | Arrived
    | Heartbeat
    | Started
    | ReasoningDelta
    | ContentDelta
    | ReasoningMoved
    | ContentMoved
    | ToolCallDelta
    | UsageReported
    | ServerTimed
    | SeveralChoices
    | Finished
    | Unsaid
    | Unshown
    | SourcesReported
    | Warned
)


class ErrorKind(StrEnum):
    """Why an answer failed, in one word that scripts can rely on."""

    UNREACHABLE = "unreachable"
    """Refused, DNS, TLS, connect time-out, reset before the headers."""
    UNAUTHORIZED = "unauthorized"
    """401, 403."""
    NOT_FOUND = "not_found"
    """404."""
    BAD_REQUEST = "bad_request"
    """400, 413, 422."""
    RATE_LIMITED = "rate_limited"
    """429."""
    OVERLOADED = "overloaded"
    """502, 503, 504."""
    LOADING = "loading"
    """503 while the server loads its model."""
    SERVER_ERROR = "server_error"
    """Any other 5xx, and an error inside a stream that tells of no other kind."""
    INTERRUPTED = "interrupted"
    """Cut, reset, or ended without a finish reason."""
    STALLED = "stalled"
    """One of our own time limits ran out."""
    MALFORMED = "malformed"
    """Unreadable, the wrong content type, a redirect to another host."""
    CONFIG = "config"
    """No key, an unset variable, a backend type that is not spoken: nothing was sent."""


@dataclass(eq=False)
class BackendError(Exception):
    """An answer failed. Every field is safe to show: cleaned of control characters and keys."""

    kind: ErrorKind
    message: str
    """What happened, in the server's own words where it said any."""
    agent: str = ""
    server: str = ""
    """The server's root, such as `http://localhost:8000`."""
    hint: str = ""
    """What the user can do next."""
    status: int | None = None
    """The HTTP status, where there was one."""
    retry_after: float | None = field(default=None, repr=False)
    """Seconds that the server asked us to wait."""
    passing: bool = field(default=True, repr=False)
    """Time may mend it; False: the same request fails again until somebody changes something."""
    detail: str = field(default="", repr=False)
    """All that the server said, where that is much more than `message`."""

    def __str__(self) -> str:
        """One line: who, where, what, and what to do."""
        where = " · ".join(part for part in (self.agent, self.server) if part)
        head = f"{where}: {self.message}" if where else self.message
        return f"{head} ({self.hint})" if self.hint else head
