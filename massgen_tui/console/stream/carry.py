"""What a stretch of Markdown needs of what stands before it."""

from dataclasses import dataclass


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
