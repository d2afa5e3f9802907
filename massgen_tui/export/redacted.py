"""Values without keys: each string by itself, before quotes and escapes could hide one."""

import math
from collections.abc import Callable, Mapping

Redact = Callable[[str], str]
"""Takes the keys out of a text."""


def redacted(value: object, redact: Redact) -> object:
    """The value with `redact` applied to every string in it, and only what JSON can say."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(name)): redacted(one, redact) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(one, redact) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, int | float) else redact(str(value))
