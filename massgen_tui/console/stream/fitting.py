"""Turns whose heights are guesses, since they were put away in another width."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from massgen_tui.console.stream.scroll import Scroll

if TYPE_CHECKING:
    from massgen_tui.console.stream.turn_view import TurnView


class Fitting:
    """Goes through them from the last to the first; each is wrapped, and put away again."""

    __slots__ = ("_left", "_scroll", "_wrapping")

    def __init__(self, scroll: Scroll) -> None:
        """There are none in `scroll`."""
        self._scroll = scroll
        self._left = 0  # the views from the first on that were not looked at
        self._wrapping: TurnView | None = None

    def begin(self, views: "Sequence[TurnView]") -> None:
        """Any view may be one."""
        self._left, self._wrapping = len(views), None

    def next(self, views: "Sequence[TurnView]") -> int | None:
        """The place of the next one; the one before is wrapped by now."""
        self._left = min(self._left, len(views))
        while self._left:
            view = views[self._left - 1]
            if view.guessed:
                return self._left - 1
            if view is self._wrapping and view.settled and not view.away:
                self._put_away(view, self._start(views))
            self._left -= 1
        return None

    def wrap(self, views: "Sequence[TurnView]", now: float) -> None:
        """Let the next one wait to be wrapped."""
        self._wrapping = view = views[self._left - 1]
        view.unshelve(now, self._start(views), self._scroll)
        view.bring_back()

    def _start(self, views: "Sequence[TurnView]") -> int:
        return sum(view.size for view in views[: self._left - 1])

    def _put_away(self, view: "TurnView", start: int) -> None:
        """Let go of its rows, if it is more than a window's height from the window."""
        scroll = self._scroll
        if start + view.size < scroll.top - scroll.height or start > scroll.top + 2 * scroll.height:
            view.put_away(start, scroll)
