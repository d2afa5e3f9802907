"""Going through a conversation by its turns, and knowing at which one stands."""

from itertools import accumulate
from math import ceil, floor

from massgen_tui.console.stream.document import Document
from massgen_tui.session.agent import Turn


class TurnSteps:
    """The turn that one went to, for as long as the window stays there."""

    def __init__(self, document: Document) -> None:
        """Stand at none."""
        self._document = document
        self._turn: Turn | None = None
        self._above = 0  # rows of the window over its prompt, which may stand in the last window

    def step(self, by: int) -> bool:
        """Go to the prompt of the next turn, or by -1 of the one before; False: there is none.

        From the last one goes on to the end, which is followed again.
        """
        scroll, starts = self._document.scroll, self._starts
        place = self._place(starts)
        goal = floor(place) + 1 if by > 0 else ceil(place) - 1
        if not starts or goal < 0:
            return False
        if goal >= len(starts):
            self._turn = None
            scroll.to_end()
            return True
        self._go(goal)
        return True

    def to(self, turn: Turn) -> None:
        """Go to the prompt of this turn."""
        places = enumerate(self._document.views)
        goal = next((at for at, view in places if view.turn is turn), None)
        if goal is not None:
            self._go(goal)

    def _go(self, goal: int) -> None:
        scroll = self._document.scroll
        for _ in range(2):  # what comes into sight is wrapped, and may be of another height
            scroll.to(self._starts[goal])
            scroll.follow = False
            self._document.settle_window()
        self._turn = self._document.views[goal].turn
        self._above = self._starts[goal] - scroll.top

    @property
    def _starts(self) -> list[int]:
        """The row of each turn's prompt; all but the first have a blank one above."""
        views = self._document.views
        ends = accumulate((view.size for view in views), initial=0)
        return [row + (n > 0) for n, row in zip(range(len(views)), ends, strict=False)]

    def _place(self, starts: list[int]) -> float:
        """The turn one stands at; half a turn more where its prompt is out of sight above."""
        scroll, at = self._document.scroll, self._at
        if at is not None:
            return at
        if scroll.follow:
            return len(starts) - (1 if starts and starts[-1] >= scroll.top else 0.5)
        passed = sum(start <= scroll.top for start in starts)
        return passed - 1 if passed and starts[passed - 1] == scroll.top else passed - 0.5

    @property
    def turn(self) -> Turn | None:
        """The turn at whose prompt one stands."""
        return self._turn if self._at is not None else None

    @property
    def _at(self) -> int | None:
        if self._turn is None or self._document.scroll.follow:
            return None
        places = enumerate(zip(self._document.views, self._starts, strict=True))
        at, start = next(
            ((at, row) for at, (view, row) in places if view.turn is self._turn), (None, 0)
        )
        return at if start - self._document.scroll.top == self._above else None

    @property
    def said(self) -> str:
        """`turn 3 of 12`; empty when the window has gone elsewhere."""
        at = self._at
        return "" if at is None else f"turn {at + 1} of {len(self._document.views)}"
