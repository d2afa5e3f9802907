"""The first views of a document, of which something is so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massgen_tui.console.stream.turn_view import TurnView


class Beginning:
    """The views from the first on of which something is so, and how many rows they have."""

    __slots__ = ("rows", "views")

    def __init__(self) -> None:
        """Of none."""
        self.views = self.rows = 0

    def add(self, view: "TurnView") -> None:
        """It is so of the next one too."""
        self.views += 1
        self.rows += view.size

    def measure(self, views: Sequence["TurnView"]) -> None:
        """They have other sizes."""
        self.rows = sum(view.size for view in views[: self.views])

    def end(self, at: int, views: Sequence["TurnView"]) -> None:
        """It may be otherwise from the view `at` this place on; none has another size yet."""
        if at < self.views:
            self.rows = self.rows - sum(view.size for view in views[at : self.views]) if at else 0
            self.views = at
