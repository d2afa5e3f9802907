"""The pages that an answer rests on, under it. They are text: nothing there can be clicked."""

from massgen_tui.console.stream.blocks import Derived
from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.session.attempt import Attempt


class Sources(Derived):
    """The numbered list, once the answer has ended: while it streams, its end is what is read."""

    def __init__(self, width: int, attempt: Attempt) -> None:
        """List the sources of `attempt`."""
        super().__init__(width)
        self._attempt = attempt

    def key(self, now: float) -> object:
        """Which are listed."""
        return self._attempt.sources if self._attempt.status.ended else ()

    def make(self, now: float) -> list[Row]:
        """Title and address of each behind its number, each on lines of its own."""
        if not self._attempt.status.ended or not self._attempt.sources:
            return []
        rows = [] if self._attempt.empty else [Row()]
        rows += line_rows((("Sources", "dim"),), self.width)
        wide = max(len(str(one.n)) for one in self._attempt.sources) + 3
        for one in self._attempt.sources:
            first, rest = ((f"[{one.n}]".ljust(wide), "dim"),), ((" " * wide, "dim"),)
            if one.title:
                rows += line_rows(((one.title, "text"),), self.width, first=first, rest=rest)
                first = rest
            rows += line_rows(((one.url, "dim"),), self.width, first=first, rest=rest)
        return rows
