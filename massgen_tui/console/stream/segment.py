"""A stretch of a text that is finished."""

NOTHING: frozenset[str] = frozenset()
_DRIFT = 64
"""Characters by which a stretch may stand elsewhere in a text than those before it tell."""


class Segment:
    """A finished stretch of a growing text: its source, and how many rows it takes.

    Its source is a string of its own, or a place in the text that it comes from.
    """

    __slots__ = ("_start", "_stop", "_text", "awaits", "carry", "count", "stale")

    def __init__(
        self, source: str, count: int, carry: object = None, *, stale: bool = False
    ) -> None:
        """Hold `source`, in `count` rows; `carry` is what rendering needs from before it."""
        self.source = source
        self.count = count
        self.carry = carry
        self.stale = stale
        self.awaits = NOTHING
        """Languages of its code whose lexers were not there when it was rendered."""

    @property
    def source(self) -> str:
        """What is rendered."""
        return self._text[self._start : self._stop]

    @source.setter
    def source(self, source: str) -> None:
        self._text, self._start, self._stop = source, 0, len(source)

    @property
    def size(self) -> int:
        """Characters of its source."""
        return self._stop - self._start

    def borrow(self, text: str, at: int) -> int:
        """Be a place in `text` where the source stands there near `at`; gives about its end.

        What was made safe to show, or put together otherwise, does not, and keeps its own.
        """
        size = self.size
        if self._text is not text:
            start = text.find(self.source, max(at - _DRIFT, 0), at + size + _DRIFT)
            if start < 0:
                return at + size
            self._text, self._start, self._stop = text, start, start + size
        return self._stop
