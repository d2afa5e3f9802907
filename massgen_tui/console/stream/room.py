"""Which rows a document has: those around its window, as many as one may look at next."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from massgen_tui.console.stream.scroll import Scroll

if TYPE_CHECKING:
    from massgen_tui.console.stream.turn_view import TurnView

_ROOM = 64
"""Rows above the window and under it that stay, or two windows of them."""
_AT_ONCE = 256
"""Stretches of text that are let go of in one step."""
_SEEN = 64
"""Stretches that were seen again after which it is looked which are far from the window by now."""


class Room:
    """The rows around a window; what lies beyond is let go of."""

    def __init__(self, scroll: Scroll) -> None:
        """Keep those around the window on `scroll`."""
        self._scroll = scroll
        self._seen = 0
        self._leaving = False
        self.all = False
        """All rows are wanted, as somebody looks through them."""

    @property
    def _bounds(self) -> tuple[int, int]:
        """Where it begins, and what follows its end."""
        scroll = self._scroll
        room = max(2 * scroll.height, _ROOM)
        return scroll.top - room, scroll.top + scroll.height + room

    def beyond(self, start: int, stop: int) -> bool:
        """Whether these rows are not wanted."""
        first, last = self._bounds
        return not self.all and (stop <= first or start >= last)

    def let_go(self, view: "TurnView", start: int, *, every: bool = False) -> None:
        """Let go of rows of a turn, which begins at `start`: where it grew, or of every text."""
        if not self.all:
            view.let_go(start, self._scroll, *self._bounds, every=every)

    def let_all_go(self, views: "Iterable[TurnView]") -> None:
        """Let go of all rows beyond."""
        start = self._seen = 0
        for view in views:
            self.let_go(view, start, every=True)
            start += view.size

    def leave(self) -> None:
        """Let go of all rows beyond, in steps."""
        self._leaving = True

    def step(self, views: "Iterable[TurnView]") -> bool:
        """Let go of some rows that were wanted before; tells whether there may be more of them."""
        start, room = 0, _AT_ONCE
        for view in views if self._leaving and not self.all else ():
            room -= view.let_go(start, self._scroll, *self._bounds, every=True, most=room)
            if room <= 0:
                return True
            start += view.size
        self._leaving = False
        return False

    def see(self, views: "Iterable[TurnView]") -> None:
        """Take in that a stretch got rows again, as it is seen."""
        self._seen += 1
        if self._seen >= _SEEN:
            self.let_all_go(views)
