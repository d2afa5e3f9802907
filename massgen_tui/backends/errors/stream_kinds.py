"""What an error inside a stream means: its kind, its hint and how long it asks to wait.

The request had been accepted with HTTP 200, so a status stands only in the error itself, if at all.
"""

import re
from collections.abc import Mapping

from massgen_tui.backends.errors.body import (
    as_json,
    error_status,
    error_types,
    error_words,
    places,
    whole_words,
)
from massgen_tui.backends.errors.codes import status_of
from massgen_tui.backends.errors.http import NO_CREDIT, kind_of, later_words
from massgen_tui.backends.errors.remedies import (
    CHANGE,
    LIKELY_CAUSES,
    SHORTEN,
    for_others,
    no_cause,
    of_context,
    remedy,
)
from massgen_tui.backends.errors.waits import wait_in
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.backends.gateways import is_relayed

_NO_WORDS = "the server reported an error inside the stream, without saying which"
_HINT = "send the prompt again, and look into the server's log if it stays"
_KEPT_HINT = f"what came is kept; {_HINT}"
_LOST_HINT = "the server lost what was answering: send the prompt again"
_KEY_HINT = "check this agent's API key"
_LASTING = (ErrorKind.SERVER_ERROR, ErrorKind.BAD_REQUEST)
_SPOKEN = (
    (402, r"insufficient.{0,3}(?:balance|credit|fund)|balance is not enough|arrear|out of credit"
          r"|no credit|payment required"),
    (429, r"rate.?limit|too many requests|throttl|quota|resource.?exhausted|limit reached|\bqps\b"),
    (401, r"(?:invalid|incorrect|wrong|missing).{0,12}(?:api.?key|token\b)|unauthori[sz]ed"
          r"|authentication.?error|invalid.?authentication|permission.?(?:denied|error)"),
    (503, r"overloaded|service.?unavailable|no capacity|at (?:full )?capacity"
          r"|(?:server|model|engine) (?:is )?(?:currently |too |temporarily )*busy"
          r"|capacity (?:is |was )?(?:temporarily )?(?:exceeded|reached|exhausted)"),
    (404, r"model.?not.?found|not_found_error"),
    (400, r"invalid.?request|bad.?request|context.?length.?exceeded|exceed.?context"
          r"|invalid.?parameter|unprocessable|validation.?exception"),
)  # fmt: skip
_STATUSES = tuple((status, re.compile(words, re.I)) for status, words in _SPOKEN)
"""Statuses by the words and the type of an error that names none."""
_LOST = re.compile(
    r"connection (?:was |is |has been )?(?:closed|reset|lost|aborted|broken|terminated|error)"
    r"|(?:lost|closed|dropped) (?:the )?connection|connection to \S+ (?:was )?(?:closed|lost|reset)"
    r"|peer closed|incomplete chunked|premature|broken pipe|disconnect"
    r"|stream (?:error|closed|ended|interrupted|reset)"
    r"|(?:worker|instance|replica|upstream|backend|node)\b.{0,40}\b(?:died|dead|lost|gone|crashed"
    r"|went away|unreachable|terminated|closed|exited|killed)",
    re.I,
)
_BUSY = re.compile(
    r"overload|queue|busy|capacity|too many|rate.?limit|throttl|\bfull\b|exhaust|concurren|quota"
    r"|\bload(?:ing)?\b|slots?\b",
    re.I,
)


def stream_error(
    error: object,
    chunk: Mapping[str, object] | None = None,
    *,
    begun: bool = False,
    status: int | None = None,
) -> BackendError:
    """Make the failure of an error found in a stream.

    Args:
        error: what was found.
        chunk: the event it stood in.
        begun: something of the answer had come before it.
        status: the status that stood beside it.
    """
    detail = error.get("detail") if isinstance(error, dict) else None
    words = places(detail) or error_words(error)
    told = status or error_status(error) or error_status(chunk)
    typed = " ".join(filter(None, (words, error_types(error), error_types(chunk))))
    meant = told or _spoken(error, typed)
    kind = _kind(meant, typed, begun=begun)
    wait = wait_in(error, words)
    if wait is None and chunk is not None:
        wait = wait_in(chunk)
    hint = _hint(kind, meant, (words, typed), wait, begun=begun)
    if is_relayed((), error if isinstance(error, str) else as_json(chunk or error)):
        hint = for_others(hint)
    whole = whole_words(error)
    words = words or _NO_WORDS
    return BackendError(kind, words, hint=hint, status=told, retry_after=wait, detail=whole)


def _spoken(error: object, typed: str) -> int | None:
    if (coded := status_of(error)) is not None:
        return coded
    if isinstance(error, Mapping) and places(error.get("detail")):
        return 422
    return next((status for status, words in _STATUSES if words.search(typed)), None)


def _kind(status: int | None, typed: str, *, begun: bool) -> ErrorKind:
    """The kind: a gateway's 502 to 504 in the middle of an answer is a worker that was lost."""
    if status is None or status >= 500:
        busy = _BUSY.search(typed)
        if _LOST.search(typed) and not busy:
            return ErrorKind.INTERRUPTED
        if begun and status in (502, 503, 504) and not busy:
            return ErrorKind.INTERRUPTED
    return ErrorKind.SERVER_ERROR if status is None else kind_of(status, typed)


def _hint(
    kind: ErrorKind, status: int | None, said: tuple[str, str], wait: float | None, *, begun: bool
) -> str:
    words, typed = said
    later = later_words(wait)
    if of_context(words):
        return SHORTEN
    if kind in _LASTING and (fix := remedy(typed)):
        return fix
    if status == 402:
        return NO_CREDIT
    if kind is ErrorKind.SERVER_ERROR and not begun and no_cause(words):
        return LIKELY_CAUSES
    return {
        ErrorKind.UNAUTHORIZED: _KEY_HINT,
        ErrorKind.NOT_FOUND: "put a model that this server serves as `model`",
        ErrorKind.BAD_REQUEST: CHANGE,
        ErrorKind.RATE_LIMITED: f"the server limits requests: {later}, then send it again",
        ErrorKind.OVERLOADED: f"{_overloaded(words)}{later}, then send it again",
        ErrorKind.LOADING: "wait until the model is loaded, then send it again",
        ErrorKind.INTERRUPTED: _LOST_HINT,
    }.get(kind, _KEPT_HINT if begun else _HINT)


def _overloaded(words: str) -> str:
    """That it has too much to do, where it says so: a paused server has not."""
    return "the server is overloaded: " if _BUSY.search(words) else ""
