"""The answer of an attempt, as it streams."""

from massgen_tui.console.stream.blocks import STALE, Reader
from massgen_tui.console.stream.figures import Place
from massgen_tui.console.stream.growing_markdown import MarkdownText
from massgen_tui.console.stream.segment import Packed
from massgen_tui.session.attempt import Attempt


class Answer(MarkdownText):
    """The answer of an attempt."""

    def __init__(self, width: int, attempt: Attempt, place: Place) -> None:
        """Show the content of `attempt`, which stands at `place` in its conversation."""
        super().__init__(width)
        self._attempt = attempt
        self._place = place
        self._reader = Reader(attempt.content)
        self._ended = False

    def update(self, now: float) -> int | None:
        """Take in what came."""
        lit = super().update(now)
        new, more = self._reader.read(), self._reader.waiting
        end = self._attempt.status.ended and not (more or self._ended)
        if not new and not end:
            return lit
        self._ended = end
        first = self.feed(new, end=end, far=more or self._place.earlier)
        if end:
            self.share()
        return min((at for at in (lit, first) if at is not None), default=None)

    def restore(self, segments: Packed, *, guessed: bool) -> None:
        """Show an answer that was put away: all of it is read, none of it has rows."""
        self._packed, self.away, self.guessed = segments, segments.size, guessed
        self.rows = [STALE] * segments.rows
        self.shift(segments.rows)
        self._reader.skip()
        self._ended = True

    @property
    def whole(self) -> bytes:
        """What was said, once it has ended."""
        return self._attempt.content.utf8 or b""

    @property
    def waiting(self) -> bool:
        """More has come than was taken in, or code is to be highlighted yet."""
        return self._reader.waiting or self.pale
