"""Blocks: runs of rows of a document that know what changed since they were last asked."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from massgen_tui.console.stream.rows import Row, keep_same
from massgen_tui.console.stream.segment import Packed, Segment
from massgen_tui.session.pieces import Text
from massgen_tui.text import clean

if TYPE_CHECKING:
    from massgen_tui.console.stream.sought import Sought

STALE = Row((("…", "dim"),))
"""Stands for a row that has not been wrapped yet at this width; never drawn."""
LARGE = 8192
"""Characters of a stretch; the rows of a larger one take too long to be made again by a key."""
MUCH = 1 << 16
"""Characters that can be looked through at once."""
STEP = 2048
"""Characters of a text that are taken in at once, so that a burst never holds up the keys."""


class Block(ABC):
    """A run of rows."""

    lasting: ClassVar[bool] = False
    """Its rows do not follow from a state alone: another block has others."""

    def __init__(self, width: int) -> None:
        """Start without rows, for rows of at most `width` cells."""
        self.width = width
        self.rows: list[Row] = []

    @abstractmethod
    def update(self, now: float) -> int | None:
        """Bring the rows up to date; gives the index of the first that changed, or None."""

    @abstractmethod
    def rewrap(self, width: int) -> None:
        """Fit the rows to another width; those far from the end may become `STALE`."""


class Derived(Block):
    """A few rows that follow from some state; made again when that changes."""

    _key: object = None

    @abstractmethod
    def key(self, now: float) -> object:
        """The state that the rows follow from, never None: cheap, since it is asked every frame."""

    @abstractmethod
    def make(self, now: float) -> list[Row]:
        """The rows as they must be now."""

    def update(self, now: float) -> int | None:
        """Make the rows again when their state has changed, keeping those that look the same."""
        key = self.key(now)
        if key == self._key:
            return None
        self._key = key
        new = self.make(now)
        same = keep_same(self.rows, new)
        changed = same < len(new) or len(new) != len(self.rows)
        self.rows = new
        return same if changed else None

    def rewrap(self, width: int) -> None:
        """Forget the rows: the next update makes them."""
        self.width = width
        self.rows = []
        self._key = None


class Reader:
    """What has come into a `Text` since it was last read, made safe to show."""

    __slots__ = ("_chars", "_joins", "_left", "_offset", "_part", "_text")

    def __init__(self, text: Text) -> None:
        """Begin at the start of `text`."""
        self._text = text
        self._part = self._offset = self._chars = self._joins = 0
        self._left: list[str] | None = None  # of a text that is joined, while it is read

    @property
    def waiting(self) -> bool:
        """There is more to read."""
        return self._chars < self._text.length

    def skip(self) -> None:
        """Take all for read."""
        text = self._text
        self._chars, self._joins = text.length, text.joins
        self._part, self._offset, self._left = len(text.parts), 0, None

    def read(self) -> str:
        """Give what is new, `STEP` characters of it at most; costs nothing when nothing is."""
        if not self.waiting:
            return ""
        text, pieces, room = self._text, list[str](), STEP
        if self._joins != text.joins:
            joined = text.utf8 is not None
            self._left = [str(text)[self._chars :]] if joined else None
            self._joins, self._part, self._offset = text.joins, 0, 0 if joined else self._chars
        parts = text.parts if self._left is None else self._left
        while room and self._part < len(parts):
            part = parts[self._part]
            piece = part[self._offset : self._offset + room]
            pieces.append(piece)
            room -= len(piece)
            self._offset += len(piece)
            if self._offset == len(part):
                self._part, self._offset = self._part + 1, 0
        self._chars += STEP - room
        if self._chars >= text.length:
            self._left = None
        return clean("".join(pieces))


class Growing(Block):
    """A text that grows at its end: finished segments, rendered once, and an open rest."""

    def __init__(self, width: int) -> None:
        """Start empty."""
        super().__init__(width)
        self._segments: list[Segment] = []
        self._packed: Packed | None = None
        self.stale = 0
        """How many segments wait to be wrapped."""
        self.away = 0
        """How many segments were put away: they are wrapped again when they are seen."""
        self.guessed = False
        """How many rows those have is a guess, as they were put away in another width."""
        self._looked = 0  # at so many segments, whether they can be

    @property
    def segments(self) -> list[Segment]:
        """What is finished, in its order."""
        if self._packed is not None:
            self._segments, self._packed = self._packed.unpack(), None
        return self._segments

    @property
    def gone(self) -> bool:
        """All of its segments were put away."""
        return self._packed is not None or self.away == len(self._segments)

    @property
    def waiting(self) -> bool:
        """Text has come that was not taken in yet."""
        return False

    @property
    def whole(self) -> bytes:
        """The text that it comes from as it is kept, once it has ended; else empty."""
        return b""

    def may_hold(self, source: str, sought: "Sought") -> bool:
        """Whether something may stand in the rows of a source."""
        return sought.in_text(source)

    def wait_for(self, sought: "Sought") -> Iterator[int]:
        """Let segments wait to be wrapped in which it may stand; gives how much it looks at."""
        if self._packed is not None:
            sources = self._packed.sources
            if not any(len(one) > MUCH or self.may_hold(one, sought) for one in sources):
                yield self._packed.length
                return
        for segment in self.segments:
            yield segment.size
            if segment.away and self.may_hold(segment.prefix + segment.source, sought):
                segment.away = False
                self.stale, self.away = self.stale + 1, self.away - 1

    @abstractmethod
    def render(self, segment: Segment) -> list[Row]:
        """The rows of a segment at the present width."""

    @abstractmethod
    def render_open(self) -> None:
        """Add the rows of the open rest after those of the segments."""

    def rewrap(self, width: int) -> None:
        """Wrap the open rest again; segments become stale, with a guess of their new height."""
        old, self.width = max(self.width, 1), width
        self.rows, self.guessed = [], False
        if self._packed is not None:
            self.guessed = self._packed.rewrap(width)
            self.rows += [STALE] * self._packed.rows
            self.render_open()
            return
        self.stale, self.away = len(self.segments), 0
        for segment in self.segments:
            segment.stale, segment.away = True, False
            segment.count = max(1, segment.count * old // max(width, 1)) if segment.count else 0
            self.rows += [STALE] * segment.count
        self.render_open()

    @property
    @abstractmethod
    def solid(self) -> int:
        """How many rows the segments have."""

    @abstractmethod
    def shift(self, rows: int) -> None:
        """The segments have become taller by `rows`."""

    def settle(self, segment: Segment, start: int) -> tuple[int, int]:
        """Wrap one stale segment whose rows begin at `start`; gives the rows' old and new end."""
        rows = self.render(segment)
        old_end = start + segment.count
        self.rows[start:old_end] = rows
        self.shift(len(rows) - segment.count)
        if segment.away:
            self.away -= 1
        else:
            self.stale -= 1
        segment.count, segment.stale, segment.away = len(rows), False, False
        return old_end, start + len(rows)

    def share(self) -> None:
        """Let the segments' sources be places in the text that has ended: no second copy of it."""
        whole, end = self.whole, 0
        for segment in self.segments if whole else ():
            end = segment.borrow(whole, end)

    def put_away(self) -> bool:
        """Let go of the segments' rows and sources; tells whether that was possible.

        Their places stay, and the text that the sources stand in. Nothing may wait then: neither
        text, nor to be wrapped.
        """
        if self.stale or self.waiting:
            return False
        whole, segments = self.whole, self.segments
        self.share()
        for segment in segments:
            segment.let_go()
        self.rows[: self.solid] = [STALE] * self.solid
        self.away = len(segments)
        if whole and segments and all(one.stands_in(whole) for one in segments):
            self._packed = Packed(whole, segments, self.width, guessed=self.guessed)
            self._segments = []
        return True

    def let_go(self, segment: Segment, at: int) -> bool:
        """Let go of the rows of a segment, from `at` on, whose places stay; tells whether it did.

        Not of the last one's, which may grow, nor of a large one's.
        """
        if segment.size > LARGE or segment is self.segments[-1]:
            return False
        self.rows[at : at + segment.count] = [STALE] * segment.count
        segment.let_go()
        self.away += 1
        return True

    def let_go_beyond(self, first: int, last: int, *, every: bool) -> Iterator[tuple[int, int]]:
        """Let go of rows of segments that end before `first` or begin after `last`; gives which.

        `every` segment is looked at, or those that are new: back to one that has no rows any more.
        """
        if self._packed is not None or not (every or self._looked < len(self._segments)):
            return
        self._looked, at = len(self._segments), self.solid
        for segment in reversed(self._segments):
            end, at = at, at - segment.count
            if segment.away and not every:
                break
            if not segment.stale and (end <= first or at >= last) and self.let_go(segment, at):
                yield at, end

    @property
    def packed(self) -> Packed | None:
        """Its segments where they were put away, and all rows are theirs."""
        packed = self._packed
        return packed if packed is not None and packed.rows == len(self.rows) else None

    def bring_back(self) -> None:
        """Let what was put away wait to be wrapped."""
        for segment in self.segments if self.away else ():
            segment.away = False
        self.stale, self.away, self.guessed = self.stale + self.away, 0, False

    def reset(self) -> None:
        """Drop everything."""
        self.rows, self._segments, self.stale, self.away = [], [], 0, 0
        self._packed, self._looked, self.guessed = None, 0, False
