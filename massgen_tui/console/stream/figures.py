"""The numbers under the answers of earlier turns."""

from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.blocks import Derived
from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.session.attempt import Attempt


class Place:
    """Where a turn stands in its conversation."""

    __slots__ = ("earlier",)

    def __init__(self) -> None:
        """It is the last."""
        self.earlier = False
        """Another prompt came after it."""


class Figures(Derived):
    """The numbers of an answer that is not the last: those of the last stand in the foot."""

    def __init__(self, width: int, attempt: Attempt, place: Place) -> None:
        """Tell the numbers of `attempt` once its `place` is that of an earlier turn."""
        super().__init__(width)
        self._attempt = attempt
        self._place = place

    def key(self, now: float) -> object:
        """Whether they are told."""
        return self._place.earlier and self._attempt.status.ended

    def make(self, now: float) -> list[Row]:
        """A row or two, or none."""
        told = status_text.figures(self._attempt) if self.key(now) else ""
        return line_rows(((told, "dim"),), self.width) if told else []
