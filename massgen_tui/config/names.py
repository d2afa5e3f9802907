"""Names that are nearly right."""

import difflib
from collections.abc import Iterable

_NEAR = 0.8


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


def nearest(name: str, known: Iterable[str], *, near: float = _NEAR) -> str:
    """The known name that was most likely meant, or an empty text when none is near."""
    names = sorted(known)
    for other in names:
        if _folded(other) == _folded(name):
            return other
    found = difflib.get_close_matches(name.lower(), names, n=1, cutoff=near)
    return found[0] if found else ""
