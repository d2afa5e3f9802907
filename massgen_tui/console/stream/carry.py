"""What a stretch of Markdown needs of what stands before it."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Carry:
    """What the rendering of a stretch needs to know of what stands before it."""

    first: bool = True
    """Nothing stands before it."""
    gap: bool = False
    """A blank line stands before it."""
    number: int | None = None
    """The number of its first item, when it continues an ordered list."""
    prefix: str = ""
    """Source to put before it: the head of a table that it continues."""


_PLAIN = {(first, gap): Carry(first, gap) for first in (False, True) for gap in (False, True)}
_FEW = frozenset({None, *_PLAIN.values()})


def carried(first: bool, gap: bool, number: int | None = None, prefix: str = "") -> Carry:
    """What is so carried over: mostly one of a few, which the segments share."""
    if number is None and not prefix:
        return _PLAIN[first, gap]
    return Carry(first, gap, number, prefix)


def shared(carries: tuple[object, ...]) -> tuple[object, ...]:
    """What the stretches of a text carry over: where that is plain, one of a few for all texts."""
    return _one_of_few(carries) if _FEW.issuperset(carries) else carries


@lru_cache(64)
def _one_of_few(carries: tuple[object, ...]) -> tuple[object, ...]:
    return carries
