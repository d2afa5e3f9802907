"""Errors inside a stream that began well (HTTP 200): where in an event one is, in every shape.

The shapes: `error` as object or string, at the top, in the choice or its delta, or wrapped in a
list; `x_groq.error`; MiniMax's `base_resp`; `error_type` and `error_message` beside `choices:
null`; the whole event flat (`object: error`, `success: false`, words with a code, FastAPI's
`detail`, FastChat's `text` with an `error_code`); plain text such as `429 Too Many Requests`. One
named `error`, as an event or as a field of the stream, needs no shape. What it means is told by
`stream_kinds`.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from massgen_tui.backends.errors.http import said
from massgen_tui.backends.errors.stream_kinds import stream_error
from massgen_tui.backends.events import BackendError

__all__ = ["find_error", "named_error", "plain_error", "stream_error", "wrapped_error"]

_CODES = ("code", "type", "status", "status_code", "error_code", "errorCode", "statusCode")
_WORDS = ("message", "msg", "detail", "details", "errmsg")
_OWN_WORDS = ("error_message", "error_msg", "errorMessage", "err_msg", "error_type", "errors",
              "fault", "exception", "detail")  # fmt: skip
"""Names that only an error has."""
_GOOD = (None, "", 0, 200, "0", "200", "ok", "OK", "success")
_NEWS = frozenset(("status", "progress", "info", "notice", "log", "ping", "heartbeat", "keepalive"))
_WRAPPERS = ("response", "data", "result")
_PHRASES = {s.phrase.lower(): s.value for s in HTTPStatus if s.value >= 400}
_STATUS = re.compile(r"(?:http(?:/\S+)?\s+|error[: ]+|status[: ]+)?([45]\d\d)(?:\W|$)", re.I)
_PLAIN = re.compile(
    r"\b(?:error|exception|traceback|timed? ?out|unavailable|refused|exceeded|failed|failure|fatal"
    r"|overloaded|denied|forbidden|unauthorized|too many requests|upstream)\b",
    re.I,
)
_JSON = re.compile(r'[{"]|\[\s*["{\[\]\d]')
_LONGEST = 2000
"""Characters of a frame of plain text that is read as one error."""


def find_error(chunk: Mapping[str, object]) -> object:
    """Give what in an event is an error; None where nothing is."""
    error = chunk.get("error")
    if error:
        return error
    base = chunk.get("base_resp")
    if isinstance(base, dict) and base.get("status_code") not in _GOOD:
        return base
    choices = chunk.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return _in_choice(choices[0]) or _groq(chunk)
    if not choices and (_flat(chunk) or (error is not None and error is not False)):
        return chunk
    for key in _WRAPPERS:
        inner = chunk.get(key)
        if isinstance(inner, dict) and inner.get("error"):
            return inner["error"]
    return _groq(chunk) or _exception(chunk)


def _exception(chunk: Mapping[str, object]) -> object:
    """Bedrock's event that is named after its exception: `{"throttlingException": {…}}`."""
    for name, told in chunk.items():
        if name.endswith("Exception") and isinstance(told, dict):
            return {"type": name, **told}
    return None


def plain_error(text: str) -> tuple[str, int | None] | None:
    """The words and the status of a frame of plain text that is an error; None where it is none."""
    if text[:1] == "<" and (page := said(text.encode())):
        found = re.match(r"([45]\d\d)\b", page)
        return page, int(found[1]) if found else None
    if _JSON.match(text) or '"}' in text or len(text) > _LONGEST:
        return None
    if found := _STATUS.match(text):
        return text, int(found[1])
    phrase = next((phrase for phrase in _PHRASES if text.lower().startswith(phrase)), None)
    if phrase is not None:
        return text, _PHRASES[phrase]
    return (text, None) if _PLAIN.search(text) else None


def named_error(value: object, *, begun: bool) -> BackendError:
    """The failure of an event or a field named `error`, whatever its data is."""
    if isinstance(value, dict):
        return stream_error(find_error(value) or value, value, begun=begun)
    plain = plain_error(value) if isinstance(value, str) else None
    return stream_error(value, begun=begun, status=plain[1] if plain else None)


def wrapped_error(value: list[object]) -> dict[str, object] | None:
    """The one error in a list (Google); a list is no other event."""
    first = value[0] if value else None
    return first if isinstance(first, dict) and find_error(first) is not None else None


def _in_choice(choice: Mapping[str, object]) -> object:
    error = choice.get("error")
    for name in ("delta", "message"):
        place = choice.get(name)
        if not error and isinstance(place, dict):
            error = place.get("error")
    return error or None


def _as_text(chunk: Mapping[str, object]) -> bool:
    """FastChat's own way: a piece of text with the code of an error."""
    return isinstance(chunk.get("text"), str) and chunk.get("error_code") not in _GOOD


def _flat(chunk: Mapping[str, object]) -> bool:
    """The event as a whole is an error: it has no choices, and names or codes of one."""
    if chunk.get("object") == "error" or chunk.get("type") == "error":
        return True
    if chunk.get("event") == "error" or chunk.get("status") in ("error", "failed"):
        return True
    if chunk.get("success") is False or chunk.get("ok") is False:
        return True
    if any(map(chunk.get, _OWN_WORDS)) or _as_text(chunk):
        return True
    kind = chunk.get("type")
    if chunk.get("usage") or (isinstance(kind, str) and kind in _NEWS):
        return False
    worded = any(isinstance(chunk.get(key), str) and chunk[key] for key in _WORDS)
    coded = [chunk.get(key) for key in _CODES if key in chunk]
    known = set(chunk) <= {*_WORDS, "request_id", "id"}
    return worded and (any(code not in _GOOD for code in coded) or (not coded and known))


def _groq(chunk: Mapping[str, object]) -> object:
    extra = chunk.get("x_groq")
    return (extra.get("error") or None) if isinstance(extra, dict) else None
