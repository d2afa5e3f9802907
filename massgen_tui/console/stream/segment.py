"""A stretch of a text that is finished."""


class Segment:
    """A finished stretch of a growing text: its source, and how many rows it takes."""

    __slots__ = ("awaits", "carry", "count", "source", "stale")

    def __init__(
        self, source: str, count: int, carry: object = None, *, stale: bool = False
    ) -> None:
        """Hold `source`, in `count` rows; `carry` is what rendering needs from before it."""
        self.source = source
        self.count = count
        self.carry = carry
        self.stale = stale
        self.awaits: set[str] = set()
        """Languages of its code whose lexers were not there when it was rendered."""
