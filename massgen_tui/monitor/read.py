"""Reads single values out of JSON that a server sent, trusting none of it."""

import math
from collections.abc import Iterator

from massgen_tui.text import one_line

LARGE = 200_000
"""Bytes of a body from which it is read in a thread; one engine's metrics have up to 100 kB.

The loop must not wait for what only a cluster, or a hostile server, sends.
"""
_LONGEST = 200
_LARGEST = 10**15
_MOST = 20_000
_ROUNDED = 1.01


def field(value: object, *path: str) -> object:
    """The value under nested keys, or None where there is none."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def items(value: object, limit: int = _MOST) -> Iterator[dict[str, object]]:
    """The objects of a list, at most `limit`; nothing when it is no list."""
    if isinstance(value, list):
        for item in value[:limit]:
            if isinstance(item, dict):
                yield item


def text(value: object) -> str:
    """A string as one clean line, or empty."""
    return one_line(value, _LONGEST) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) > _LARGEST or not math.isfinite(value):
        return None
    return float(value)


def count(value: object) -> int | None:
    """A whole number that is not negative, or None."""
    found = number(value)
    return int(found) if found is not None and found >= 0 else None


def share(value: float | None) -> float | None:
    """A part of a whole, 0 to 1; None where it cannot be one. What is above by rounding is all."""
    if value is None or not 0 <= value <= _ROUNDED:
        return None
    return min(value, 1.0)
