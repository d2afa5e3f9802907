"""A server's own words about what went wrong, out of any shape of error body.

The shapes are those of vLLM, SGLang and the hosted APIs: `{"error": {"message": …}}`, `{"error":
"text"}`, the flat `{"object": "error", "message": …}`, `{"detail": …}` of FastAPI, and Mistral's
message that is itself an object; `{"html-message": …}` is Portkey's, `{"text": …}` FastChat's.
"""

import json
import re
from itertools import islice

from massgen_tui.gist import gist, without_codes
from massgen_tui.text import clean

MAX_WORDS = 2000
_LONGEST_WHOLE = 20_000
_LINE = 400
"""Characters of what is shown first."""
_KEYS = (
    "message", "msg", "detail", "error", "error_message", "error_msg", "errorMessage", "status_msg",
    "errmsg", "err_msg", "errors", "fault", "faultstring", "exception", "description", "reason",
    "title", "html-message", "text",
)  # fmt: skip
_CODES = ("code", "status", "status_code", "http_status", "error_code", "statusCode", "httpStatus")
_DEPTH = 6
_LONGEST_WRAPPED, _MOST_WRAPPED = 20_000, 4
"""Characters of a message that is searched for JSON, and places where it may begin."""
_OBJECT = re.compile(r"(?:b(?P<quote>['\"]))?(?P<object>\{\s*\")")
"""Where an object begins; older LiteLLM writes Python's `b'{…}'`."""


def error_words(body: object, depth: int = _DEPTH) -> str:
    """Give the words of an error body, cleaned, at most `MAX_WORDS` long; empty if it has none."""
    words = clean(gist(_words(body, depth))).strip()
    return words if len(words) <= MAX_WORDS else words[:MAX_WORDS] + "…"


def whole_words(body: object) -> str:
    """All that an error body says, cleaned, where that is more than a line; else empty."""
    said = clean(without_codes(_words(body, _DEPTH))).strip()[:_LONGEST_WHOLE]
    return said if len(said) > _LINE else ""


def error_status(body: object) -> int | None:
    """Give the HTTP status that an error body names, if it names one."""
    if not isinstance(body, dict):
        return None
    for key in _CODES:
        value = body.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    nested = body.get("error")
    return error_status(nested) if isinstance(nested, dict) and nested is not body else None


def error_types(body: object) -> str:
    """The names an error body gives its error: `ServiceUnavailableError`, `rate_limit_exceeded`."""
    if not isinstance(body, dict):
        return ""
    names = [body.get(key) for key in ("type", "code", "status", "error_type", "error_code")]
    nested = body.get("error")
    inner = error_types(nested) if isinstance(nested, dict) and nested is not body else ""
    return " ".join([*(name for name in names if isinstance(name, str)), inner]).strip()


def as_value(body: bytes) -> object:
    """Give what a JSON body holds; None where it is no JSON."""
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def places(detail: object) -> str:
    """FastAPI's list of what is wrong where: `body.top_k: Extra inputs are not permitted`."""
    if not isinstance(detail, list):
        return ""
    found = []
    for item in detail[:5]:
        match item:
            case {"loc": [*place], "msg": str(message)}:
                found.append(f"{'.'.join(map(str, place))}: {message}")
    return "; ".join(found)


def as_json(value: object) -> str:
    """Give a decoded JSON value as text; empty if it is nested too deep to be written."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return ""


def _words(body: object, depth: int) -> str:
    if isinstance(body, str):
        return _unwrapped(body, depth) if "{" in body else body
    if depth <= 0 or body is None or isinstance(body, bool):
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in body[:5])))
    if isinstance(body, dict):
        return _words_of_dict(body, depth)
    return str(body)[:40] if isinstance(body, int | float) else ""


def _unwrapped(text: str, depth: int) -> str:
    """A message with what its upstream said, which LiteLLM puts into it as JSON, in words."""
    if depth <= 0 or len(text) > _LONGEST_WRAPPED:
        return text
    for match in islice(_OBJECT.finditer(text), _MOST_WRAPPED):
        try:
            told, end = json.JSONDecoder().raw_decode(text, match.start("object"))
        except (ValueError, RecursionError):
            continue
        if any(key in told for key in ("error", "message", "detail")):
            words = _words(told, depth - 1)
            return text[: match.start()] + words + text[end:].removeprefix(match["quote"] or "")
    return text


def _words_of_dict(body: dict[object, object], depth: int) -> str:
    for key in _KEYS:
        words = _words(body.get(key), depth - 1)
        if words:
            return words + _behind(body, words)
    rest = {key: value for key, value in body.items() if value not in (None, "", [], {})}
    return as_json(rest)[: MAX_WORDS + 1] if rest else ""


def _behind(body: dict[object, object], words: str) -> str:
    """What a message only points at: the words of a router's upstream, or what the model wrote.

    OpenRouter has its upstream's words in `metadata.raw`, Groq the text that was to be a tool call
    in `failed_generation`.
    """
    metadata = body.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, str) and raw.strip() not in ("", words):
        return f" ({raw.strip()[:500]})"
    wrote = body.get("failed_generation")
    text = wrote if isinstance(wrote, str) else as_json(wrote) if wrote else ""
    return f" (the model wrote: {text.strip()[:500]})" if text.strip() else ""
