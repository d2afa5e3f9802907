"""The data of one event of a stream → the values in it, and which of them only keep it alive. Pure.

One event holds one JSON value, and gateways put several into one (`data: {…}{…}`), write the
field's name twice (`data: data: {…}`) or the end as a string (`data: "[DONE]"`).
"""

import json
import re

PINGS = frozenset(("ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive"))
ERRORS = frozenset(
    ("error", "exception", "fatal", "failed", "failure", "server_error", "stream_error")
)
"""Names of events that are an error whatever they hold."""
_ASIDE = ("sglext", "nvext")
"""How the names of events begin that tell numbers of the engine (SGLang, Dynamo)."""
# Not strict: a raw control character inside a string is no reason to lose the text around it.
_decoder = json.JSONDecoder(strict=False)
_parse, _read = _decoder.decode, _decoder.raw_decode
_GAP = re.compile(r"[\s,]*")
_DOUBLED = re.compile(r"(?:data:\s*){1,4}")


def values(text: str) -> list[object]:
    """Give what the data of an event holds: JSON values, and what is none as a string."""
    try:
        value, end = _read(text)
        return [value] if end == len(text) else [_parse(text)]
    except RecursionError:
        return [text]
    except ValueError:
        text = text.strip()
    if doubled := _DOUBLED.match(text):
        text = text[doubled.end() :]
    return _several(text) if text.startswith("{") else [text]


def is_done(text: str) -> bool:
    """Whether this is the end of the stream, as it is or in quotation marks."""
    return text.lstrip()[:6].upper() == "[DONE]"


def is_ping(value: object, name: str) -> bool:
    """Whether the data of an event of that name only says that the server is alive."""
    if isinstance(value, dict):
        if not value or name.startswith(_ASIDE):
            return True
        kinds = (name, value.get("type"), value.get("event"), value.get("object"))
        return any(isinstance(kind, str) and kind.lower() in PINGS for kind in kinds)
    text = value.strip().lower() if isinstance(value, str) else ""
    return text.startswith(":") or name in PINGS or text.strip("[]") in PINGS


def _several(text: str) -> list[object]:
    """JSON values one behind the other; what follows the last one stays a string."""
    found: list[object] = []
    at = 0
    while at < len(text):
        try:
            value, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            # a cut next value, or the end of the stream; anything else is what a cut one left
            rest = text[at:]
            return [*found, rest] if rest.startswith("{") or is_done(rest) else [text]
        found.append(value)
        gap = _GAP.match(text, end)
        at = gap.end() if gap else end
    return found
