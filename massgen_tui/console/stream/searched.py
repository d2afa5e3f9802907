"""The part of a pane that searches it, on its own or with all others, and works off what waits."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from textual.widget import Widget

from massgen_tui.console.in_turn import in_turn
from massgen_tui.console.once import once
from massgen_tui.console.stream.canvas import Canvas
from massgen_tui.console.stream.document import Document
from massgen_tui.console.stream.rows import inner_width
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.search import Search

Clock = Callable[[], float]
"""Gives monotonic seconds."""
_SOON, _LATER, _AT_ONCE = 0.01, 0.06, 0.001
"""Seconds between two steps: while text waits to be taken in, to be wrapped, and is searched."""
_SWEEP = 1024
"""Characters wrapped per step, after a resize or a burst."""
_HASTE = 0.015
"""Seconds for which it is wrapped at once while somebody searches it."""


def _nowhere(by: int) -> bool:
    return False


class Searched(Widget):
    """A pane, as far as it is searched."""

    _canvas: Canvas
    _view: Scroll
    _document: Document
    _clock: Clock
    _found_from = 0
    _catching_up = False
    onward: Callable[[int], bool] = staticmethod(_nowhere)
    """Goes on in another pane from the last place here, where all are searched."""

    def paint(self, now: float) -> bool:
        """Draw what is new."""
        raise NotImplementedError

    def _show(self, now: float) -> None:
        raise NotImplementedError

    def _catch_up(self) -> None:
        raise NotImplementedError

    def _catch_up_later(self) -> None:
        if not self._catching_up:
            self._catching_up = True
            waits = _SOON if self._document.waiting else _AT_ONCE if self._looking else _LATER
            once(self, waits, partial(in_turn, self, self._catch_up))

    @property
    def behind(self) -> bool:
        """More has come than it could take in: the rest waits its turn."""
        return self._catching_up and self._document.waiting

    @property
    def follows(self) -> bool:
        """The window keeps to the end."""
        return self._view.follow

    @property
    def search(self) -> Search | None:
        """What is searched for here, if anything."""
        return self._canvas.search

    @property
    def finding(self) -> str:
        """What is searched for here; empty when nothing is."""
        return self.search.text if self.search is not None else ""

    def find(self, text: str, *, share: int = 1) -> None:
        """Show where `text` stands and go to the first place from here on; empty: search no more.

        It is taken literally; capitals matter only where it has some. While something is searched,
        another text is looked for from where that search began.

        Args:
            text: what is searched for.
            share: how many panes are searched at once.
        """
        if text != self.finding:
            self._found_from = self._found_from if self.finding else self._view.top
            if self.search is not None:
                self.search.close(goes_on=bool(text))
            self._canvas.search = Search(self._document, text, self._found_from) if text else None
            if self.search is not None:
                self.search.share = share
            elif not self.region:
                in_turn(self, self._leave)  # nothing is drawn that it could come behind
            self.paint(self._clock())

    def _leave(self) -> None:
        if self._document.sweep(_SWEEP):
            in_turn(self, self._leave)

    def action_find_next(self, by: int) -> None:
        """Go to the next place, or the one before."""
        if self.search is None:
            self.notify("nothing is searched for in this pane: / does", markup=False)
        elif not self.onward(by):
            self.search.finder.step(by)
            self._show(self._clock())

    def look_through(self, width: int) -> None:
        """Go on with a search, though the pane is not seen: as if it was so many columns wide."""
        if self.region and self._looking:
            self._catch_up_later()
        elif self.search is not None and not self.region:
            document = self._document
            if not document.width:
                document.set_width(inner_width(width), self._clock())
            document.flush(self._clock())
            self._sweep()
            self.search.work()

    def stand_at(self, by: int) -> None:
        """Go to the first place of what is searched, or by -1 to the last."""
        if self.search is not None:
            self.search.finder.go_to_edge(by)
            self._show(self._clock())

    @property
    def _looking(self) -> bool:
        """Not all that is there has been searched."""
        return self.search is not None and self.search.working

    def _sweep(self) -> None:
        """Wrap a step of what waits for it; while all is searched, as many as a key can wait."""
        until = monotonic() + (_HASTE / self.search.share if self.search is not None else 0.0)
        while self._document.sweep(_SWEEP) and monotonic() < until:
            pass
