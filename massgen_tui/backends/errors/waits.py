"""How long a server asks to wait, where it says so in the headers or the body of an error. Pure.

Google writes `retryDelay: "2s"` among the details, gateways `retry_after`; OpenAI, Groq, Azure and
Gemini only write a sentence: `Please try again in 7m36.48s`, `Please retry after 6 seconds`.
"""

import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

_KEYS = {
    "retrydelay": 1.0,
    "retryafter": 1.0,
    "retryaftersec": 1.0,
    "retryafterseconds": 1.0,
    "retryafterms": 0.001,
}
"""Names without case, dashes and underscores, and the seconds in one unit of theirs."""
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = (
    r"\d{1,9}(?:\.\d+)?\s*(?:h(?:ours?)?|ms|milliseconds?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)"
)
_SPAN = re.compile(rf"(?:{_PART}(?![a-z])\s*|{_PART}(?=\d))+", re.I)
_PIECE = re.compile(_PART, re.I)
_SENTENCE = re.compile(r"\b(?:try(?:ing)? again|retry(?:ing)?|wait)\b[^\d.;]{0,30}", re.I)
_DEPTH = 8


def wait_in(body: object, text: str = "") -> float | None:
    """Seconds that a decoded body, or else its words, ask to wait; None where they do not."""
    for key, value in _leaves(body, _DEPTH):
        unit = _KEYS.get(re.sub(r"[-_]", "", key).lower())
        if unit is not None and (seconds := _seconds(value, unit)) is not None:
            return seconds
    texts = [text, *(value for _, value in _leaves(body, _DEPTH) if isinstance(value, str))]
    found = (_told(line[:4000]) for line in texts)
    return next((seconds for seconds in found if seconds is not None), None)


def _leaves(value: object, depth: int, key: str = "") -> Iterator[tuple[str, object]]:
    if depth <= 0:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, depth - 1, str(name))
    elif isinstance(value, list):
        for inner in value[:20]:
            yield from _leaves(inner, depth - 1, key)
    else:
        yield key, value


def _seconds(value: object, unit: float) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value * unit if 0 <= value < 1e9 else None
    if not isinstance(value, str):
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value) * unit
    span = _SPAN.match(value)
    return _sum(span[0]) if span else None


def _told(text: str) -> float | None:
    for sentence in _SENTENCE.finditer(text):
        if span := _SPAN.match(text, sentence.end()):
            return _sum(span[0])
    return None


def _sum(span: str) -> float:
    total = 0.0
    for piece in _PIECE.findall(span):
        number = re.match(r"[\d.]+", piece)
        unit = piece[number.end() :].strip().lower() if number else ""
        letter = "ms" if unit.startswith(("ms", "milli")) else unit[:1]
        total += float(number[0]) * _UNITS[letter] if number else 0.0
    return round(total, 3)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a `Retry-After` header asks for, as seconds or as a date; None without one.

    `now` is the time of day in seconds since 1970. OpenAI and Azure tell it in milliseconds too.
    """
    exact = headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", exact):
        return float(exact) / 1000
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
