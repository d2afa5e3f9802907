"""The turns of a conversation: where in its rows they stand, and whose reasoning is folded."""

from typing import TYPE_CHECKING

from massgen_tui.console.stream.beginning import Beginning
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.session.agent import Turn
from massgen_tui.session.pieces import Text

if TYPE_CHECKING:
    from massgen_tui.console.stream.turn_view import TurnView


class Standing:
    """Turns that stand one under the other."""

    def __init__(self, scroll: Scroll) -> None:
        """There are none in the rows of `scroll`."""
        self.scroll = scroll
        self.views: list[TurnView] = []
        self._done = Beginning()  # cannot change
        self._gone = Beginning()  # are put away

    def _look_again(self, first: int = 0) -> None:
        """Any view from the `first` on may have changed, or have rows again."""
        self._done.end(first, self.views)
        self._gone.end(first, self.views)

    def _look_again_at(self, view: "TurnView") -> bool:
        """That of a view, before it does; tells whether it is one of ours."""
        known = view in self.views
        if known:
            self._look_again(self.views.index(view))
        return known

    def turn_at(self, row: int | None = None) -> Turn | None:
        """The turn at `row`, by default the last."""
        view = self._view_at(len(self.scroll.rows) if row is None else row)
        return view.turn if view is not None else None

    def is_head(self, row: int) -> bool:
        """Whether `row` is the head of some reasoning."""
        view, start = self._standing_at(row)
        if view is None or view.attempt is None or start + view.head != row:
            return False
        return bool(view.attempt.reasoning)

    def toggle_reasoning(self, row: int | None = None) -> bool:
        """Fold or unfold the reasoning of the turn at `row`, by default the last."""
        view = self._view_at(len(self.scroll.rows) if row is None else row)
        if view is None or view.attempt is None or not view.attempt.reasoning:
            return False
        view.fold.toggle()
        view.touch()
        self._look_again()
        return True

    def set_fold(self, reasoning: Text, *, folded: bool) -> bool:
        """Fold this reasoning or unfold it; tells whether that changes anything."""
        for view in self.views:
            if view.attempt is not None and view.attempt.reasoning is reasoning:
                if bool(view.fold) is folded:
                    return False
                view.fold.toggle()
                view.touch()
                self._look_again()
                return True
        return False

    @property
    def folded(self) -> list[Text]:
        """The reasoning that is folded away."""
        attempts = [(view, view.attempt) for view in self.views]
        return [one.reasoning for view, one in attempts if one and one.reasoning and view.fold]

    def _view_at(self, row: int) -> "TurnView | None":
        return self._standing_at(row)[0] or (self.views[-1] if self.views else None)

    def _standing_at(self, row: int) -> "tuple[TurnView | None, int]":
        """The view with this row, and where it begins."""
        start = len(self.scroll.rows)
        for view in reversed(self.views) if row < start else ():
            start -= view.size
            if start <= row:
                return view, start
        return None, 0
