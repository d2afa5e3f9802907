"""Looking through turns that have no rows for what is searched, latest first and in steps."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from massgen_tui.console.stream.blocks import MUCH, Growing
from massgen_tui.console.stream.sought import Sought

if TYPE_CHECKING:
    from massgen_tui.console.stream.turn_view import TurnView

_TURN = 8000
"""Characters that are looked through in the time that a turn takes of which no rows are made."""


class Looking:
    """One search of turns that were put away, until all were looked at."""

    def __init__(
        self,
        views: "Sequence[TurnView]",
        sought: Sought,
        unshelve: "Callable[[TurnView], None]",
        again: "Callable[[TurnView], object]",
    ) -> None:
        """Look for it.

        Args:
            views: the turns.
            sought: what is searched for.
            unshelve: lets a turn have rows again but for its texts.
            again: is told of a turn of which something waits to be wrapped.
        """
        self._sought = sought
        self._unshelve = unshelve
        self._again = again
        self._now = 0.0
        self._steps = self._look(list(views))
        self.done = False
        """All were looked at."""

    def step(self, now: float) -> None:
        """Let what it may stand in wait to be wrapped, in some more of them."""
        self._now, room = now, MUCH
        for size in self._steps:
            room -= size
            if room <= 0:
                return
        self.done = True

    def _look(self, views: "list[TurnView]") -> Iterator[int]:
        """Look through all; gives how many characters each bit of it is."""
        while views:
            view = views.pop()
            yield _TURN
            if view.shelved:
                if not view.may_hold(self._sought, self._now):
                    continue
                self._unshelve(view)
            for block in view.blocks:
                if isinstance(block, Growing) and block.away:
                    waited = block.stale
                    yield from block.wait_for(self._sought)
                    if block.stale > waited:
                        self._again(view)
