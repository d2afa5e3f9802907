"""Where two texts part, counted in words."""

from dataclasses import dataclass
from itertools import zip_longest

from massgen_tui.compare.words import words_of

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
    left, right = words_of(one), words_of(two)
    for at, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue="")):
        # how they stand apart does not count, but whether they do
        apart = at > 0 and ours[:1].isspace() != theirs[:1].isspace()
        if ours.strip() != theirs.strip() or (apart and ours.strip()):
            return Parting(at + 1, _from(left, at), _from(right, at))
    return None


def _from(words: list[str], at: int) -> str:
    # no word is empty: so many hold what is shown
    return "".join(words[at : at + _SHOWN]).lstrip()[:_SHOWN]
