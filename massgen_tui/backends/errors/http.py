"""What a server's refusal means: from status, headers and body to a kind, a sentence, a hint."""

import re
import time
from collections.abc import Mapping

from massgen_tui.backends.errors.body import as_value, error_types, error_words, places, whole_words
from massgen_tui.backends.errors.codes import CROWDED, status_of
from massgen_tui.backends.errors.remedies import (
    CHANGE,
    LIKELY_CAUSES,
    no_cause,
    of_validator,
    queue_full,
    remedy,
)
from massgen_tui.backends.errors.waits import retry_after, wait_in
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.backends.gateways import is_relayed, lacks_database, nobody_behind, not_among
from massgen_tui.data_class import dataclass
from massgen_tui.dialects.families import family_of
from massgen_tui.dialects.headers import gateway_of, missing_headers
from massgen_tui.gist import gist
from massgen_tui.text import one_line

MESSAGE_LIMIT = 400
"""Characters of a server's own words that are kept."""
RETRY_AFTER_LIMIT = 60.0
"""Seconds; a server that wants more is not waited for."""
RETRIED = frozenset({408, 429, 502, 503, 504})
"""The statuses that another try may change."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.I | re.S)
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.I | re.S)
_LOADING = re.compile(r"\bload(?:ing)?\b|\bstarting\b|\bwarming\b|not ready|initiali[sz]", re.I)
NO_CREDIT = "the account has no credit left"
_KINDS = {
    401: ErrorKind.UNAUTHORIZED,
    403: ErrorKind.UNAUTHORIZED,
    404: ErrorKind.NOT_FOUND,
    405: ErrorKind.NOT_FOUND,
    408: ErrorKind.OVERLOADED,
    410: ErrorKind.NOT_FOUND,
    429: ErrorKind.RATE_LIMITED,
    502: ErrorKind.OVERLOADED,
    503: ErrorKind.OVERLOADED,
    504: ErrorKind.OVERLOADED,
    529: ErrorKind.OVERLOADED,
}


class StatusError(Exception):
    """A server answered with a status that is no success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Hold the status, the headers with names in lower case, and the body's beginning."""
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def said(self) -> str:
        """All of the server's own words, as they came."""
        return said(self.body)

    @property
    def typed(self) -> str:
        """Its words with the names that it gives the error."""
        return f"{self.said} {error_types(as_value(self.body))}"

    @property
    def relayed(self) -> bool:
        """Whether a gateway or a stack said it."""
        return is_relayed(self.headers, self.body.decode("utf-8", "replace"))

    @property
    def retry_after(self) -> float | None:
        """Seconds it asked us to wait, in a header or else in the body; None if it did not."""
        asked = retry_after(self.headers, time.time())
        return wait_in(as_value(self.body), self.said) if asked is None else asked


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a request failed, before it is known whose it was."""

    kind: ErrorKind
    message: str
    hint: str = ""
    retried: bool = False
    """Another try may go better."""
    detail: str = ""
    """All that the server said, where that is long."""

    def error(self, status: int | None = None, wait: float | None = None) -> BackendError:
        """The error to raise; agent and server are filled in by the backend."""
        return BackendError(
            self.kind,
            one_line(self.message, MESSAGE_LIMIT),
            hint=self.hint,
            status=status,
            retry_after=wait,
            detail=self.detail,
            passing=self.retried or self.kind is ErrorKind.LOADING,
        )


def said(body: bytes) -> str:
    """The server's own words in the body of an error, whatever its shape; empty when it has none.

    JSON: `error` as object or string, a flat `message`, `detail`. HTML: its title or text.
    """
    text = body.decode("utf-8", "replace").strip()
    value = as_value(body)
    if isinstance(value, dict) and (told := places(value.get("detail"))):
        return told
    if value is not None:
        return error_words(value)
    if text[:1] == "<":
        title = _TITLE.search(text)
        return (title[1] if title else _TAGS.sub(" ", text)).strip()
    return gist(text)


def kind_of(status: int, words: str) -> ErrorKind:
    """The kind of failure that a status is; a 503 that speaks of loading is a start.

    A 500 in a validator's words is a bad request (KServe), and FastChat's 400 for a model that no
    worker has is none.
    """
    if status == 500 and of_validator(words):
        return ErrorKind.BAD_REQUEST
    if status == 400 and not_among(words):
        return ErrorKind.OVERLOADED if nobody_behind(words) else ErrorKind.NOT_FOUND
    if status == 503 and _LOADING.search(words):
        return ErrorKind.LOADING
    known = _KINDS.get(status)
    if known is not None:
        return known
    if status >= 500:
        return ErrorKind.SERVER_ERROR
    return ErrorKind.BAD_REQUEST if status >= 400 else ErrorKind.MALFORMED


class RequestError(Exception):
    """A request failed, for a cause that is already understood."""

    def __init__(self, cause: Diagnosis) -> None:
        """Hold the cause."""
        super().__init__(cause.message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Situation:
    """What the hints need to know of the agent that was refused."""

    model: str
    base_url: str
    provider: str
    key_vars: tuple[str, ...] = ()
    key_source: str = ""
    """Where its key came from; empty: it has none."""
    served: tuple[str, ...] | None = None
    """The models that its server says it serves; None: it does not say."""
    keyless: bool = False
    """It has no key, and its server proved to answer that in a way of its own."""


def refusal(refused: StatusError, where: Situation) -> Diagnosis:
    """What a refusal means for an agent, and what its user can do."""
    words = refused.said
    status = status_of(as_value(refused.body)) or refused.status
    kind = kind_of(status, words)
    if where.keyless or lacks_database(refused.status, refused.body):
        kind = ErrorKind.UNAUTHORIZED
    head = f"{refused.status} {_NAMES.get(kind, 'refused')}"
    return Diagnosis(
        kind=kind,
        message=f"{head}: {one_line(words, MESSAGE_LIMIT)}" if words else head,
        hint=_header_hint(refused.status, words) or _hint(kind, status, refused, where),
        retried=status in RETRIED or status == CROWDED,
        detail=whole_words(as_value(refused.body) or refused.body.decode("utf-8", "replace")),
    )


_NAMES = {
    ErrorKind.UNAUTHORIZED: "not authorized",
    ErrorKind.NOT_FOUND: "not found",
    ErrorKind.BAD_REQUEST: "bad request",
    ErrorKind.RATE_LIMITED: "rate limited",
    ErrorKind.OVERLOADED: "server not available",
    ErrorKind.LOADING: "server is loading its model",
    ErrorKind.SERVER_ERROR: "server error",
    ErrorKind.MALFORMED: "unexpected answer",
}


def _header_hint(status: int, words: str) -> str:
    missing = " or ".join(missing_headers(status, words))
    return f"set {missing} in extra_headers of this agent's backend" if missing else ""


def _hint(kind: ErrorKind, status: int, refused: StatusError, where: Situation) -> str:
    words = refused.said
    match kind:
        case ErrorKind.UNAUTHORIZED:
            return _key_hint(where)
        case ErrorKind.NOT_FOUND:
            return _not_found_hint(words, where)
        case ErrorKind.BAD_REQUEST if where.served:
            return _not_found_hint(words, where)
        case ErrorKind.BAD_REQUEST:
            return _request_hint(status, refused.typed, where)
        case ErrorKind.SERVER_ERROR if fix := remedy(refused.typed) or _guess(words):
            return fix
    later = later_words(refused.retry_after)
    return {
        ErrorKind.RATE_LIMITED: f"{later}, then rerun: what is behind it failed just before"
        if nobody_behind(words)
        else f"{later}, then rerun this agent",
        ErrorKind.LOADING: "wait until the model is loaded, then rerun this agent",
        ErrorKind.OVERLOADED: _overload_hint(words, later, where),
    }.get(kind, f"{_where_it_failed(refused)}; rerun this agent to try again")


def _where_it_failed(refused: StatusError) -> str:
    """Where to look: what failed may stand behind a gateway, whose log is not the reader's."""
    gateway = gateway_of(refused.headers)
    return f"{gateway} failed, or what is behind it" if gateway else "see the server's log"


def _guess(words: str) -> str:
    return LIKELY_CAUSES if no_cause(words) else ""


def later_words(wait: float | None) -> str:
    """How long to wait, as the server asked or at a guess."""
    return f"the server asks to wait {round(wait, 1):g} s" if wait else "wait a little"


def _key_hint(where: Situation) -> str:
    name = where.key_vars[0] if where.key_vars else ""
    line = f"`api_key: ${{{name or 'YOUR_KEY'}}}`"
    if where.key_source:
        return f"the key from {where.key_source} was not accepted: put another there"
    setting = f" and set {name} in the environment or .env" if name else ""
    return f"add {line} to this agent's backend{setting}"


def _overload_hint(words: str, later: str, where: Situation) -> str:
    if nobody_behind(words):
        return _nobody_hint(where)
    if queue_full(words):
        return f"it runs and has no more room in its queue: {later}, then rerun this agent"
    return f"{later}, see whether the server behind {where.base_url} runs"


def _nobody_hint(where: Situation) -> str:
    return f"no worker is there for it: see whether one runs behind {where.base_url}"


def _not_found_hint(words: str, where: Situation) -> str:
    if where.served:
        names = ", ".join(one_line(name, 80) for name in where.served[:8])
        return f"this server serves {names}: put one of these as `model`"
    if nobody_behind(words):
        return _nobody_hint(where)
    if where.served is not None:
        return "this server serves no model now: is its worker up?"
    if "alias" in words or (where.model and where.model in words):
        return "put a model that this server serves as `model`"
    return f"is base_url right? {where.base_url}/chat/completions was asked"


def _tool_parser_hint(model: str) -> str:
    family = family_of(model)
    parser = family.tools.get("vllm", "") if family else ""
    which = parser or "NAME (the model card names it)"
    return f"start vLLM with --enable-auto-tool-choice --tool-call-parser {which}"


def _request_hint(status: int, words: str, where: Situation) -> str:
    if "tool choice requires" in words or "tool-call-parser" in words:
        return _tool_parser_hint(where.model)
    if fix := remedy(words):
        return fix
    if status == 402:
        return NO_CREDIT
    if status == 413:
        return "the request is too large for this server: shorten the conversation"
    return CHANGE
