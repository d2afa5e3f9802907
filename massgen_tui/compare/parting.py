"""Where two texts part, counted in words."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_SHOWN = 60
"""Characters that are shown of each text from where they part."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two texts part."""

    word: int
    """The number of the first word that differs, from 1."""
    one: str
    """The first text from that word on, in part; empty: it has ended."""
    two: str


def parting_of(one: str, two: str) -> Parting | None:
    """Where they part; None: their words are the same, whatever stands between them."""
    if one == two:
        return None
    left, right = _WORD.finditer(one), _WORD.finditer(two)
    word = 0
    while True:
        word += 1
        first, second = next(left, None), next(right, None)
        if first is None and second is None:
            return None
        if first is None or second is None or first[0] != second[0]:
            return Parting(word, _from(one, first), _from(two, second))


def _from(text: str, match: re.Match[str] | None) -> str:
    return "" if match is None else text[match.start() : match.start() + _SHOWN]
