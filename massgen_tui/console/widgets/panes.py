"""The panes of all agents, in a grid that scrolls by pane; one of them can fill it."""

from asyncio import TimerHandle
from collections.abc import Collection, Sequence
from functools import partial
from time import monotonic

from textual import events
from textual.containers import Container
from textual.errors import NoWidget
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from massgen_tui.console.frame_loop import FEW
from massgen_tui.console.layout import Arrangement, Layout, arrange
from massgen_tui.console.once import once
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.stream.styles import styles_of
from massgen_tui.console.textual_private import draw_now

_TAKES = 0.025
"""Seconds of a frame in which panes take in text; the others do so in their turn, as keys wait."""
_BETWEEN = 0.015
"""Seconds between two steps of a frame: a key is answered in between."""


class PaneGrid(Container):
    """Shows as many panes as fit; the others are not displayed, so that they only buffer."""

    DEFAULT_CSS = "PaneGrid { layout: grid; grid-rows: 1fr; grid-columns: 1fr; grid-gutter: 0; }"

    class Arranged(Message):
        """Other panes are seen, or the same ones elsewhere: they may have something to draw."""

    def __init__(
        self, panes: Sequence[AgentPane], *, id: str, layout: Layout = Layout.GRID
    ) -> None:
        """A grid of `panes`, in their order."""
        super().__init__(*panes, id=id)
        self.standing = layout
        """In what the panes stand."""
        self.panes = tuple(panes)
        self.stands = True
        """What was painted last stands on the screen: it waits for no turn of the screen's."""
        self.drawn = 0
        """How many panes had something new in the last whole frame."""
        self._new = 0
        self._next: TimerHandle | None = None
        self._seen = 0
        self._first = 0
        self._zoomed: AgentPane | None = None
        self._space = Size(0, 0)

    def show(self, panes: Sequence[AgentPane]) -> None:
        """Have these panes from now on, in this order; those that stay keep what they show."""
        gone = [pane for pane in self.panes if pane not in panes]
        come = [pane for pane in panes if pane not in self.panes]
        seen = self.panes[self._seen]
        self.panes = tuple(panes)
        self._seen = self.panes.index(seen) if seen in panes else 0
        if self._zoomed in gone:
            self._zoomed = None
        for pane in gone:
            pane.remove()
        for pane in come:
            place = self.panes.index(pane)
            before = next((one for one in self.panes[place:] if one not in come), None)
            self.mount(pane, before=before)
        for number, pane in enumerate(self.panes, 1):
            pane.renumber(number)
        self.settle()

    @property
    def zoomed(self) -> AgentPane | None:
        """The pane that fills the grid."""
        return self._zoomed

    @property
    def arrangement(self) -> Arrangement:
        """How the panes stand now."""
        if self._zoomed is not None:
            return Arrangement(1, 1, self.panes.index(self._zoomed), 1, len(self.panes))
        width, height = self._space
        return arrange(
            len(self.panes),
            width or 80,
            height or 20,
            focus=self._seen,
            first=self._first,
            layout=self.standing,
        )

    def paint(self, now: float) -> None:
        """Draw what is new in the panes that are seen, at `now` seconds of the session's clock.

        Where there are many, some of them at once and the others soon after, in several steps.
        """
        if self._next is not None:
            self._next.cancel()
        self._new = 0
        shown = [self.panes[index] for index in self.arrangement.visible]
        self.stands = self._step(now, shown, _even(len(shown)))

    def _step(self, now: float, panes: Sequence[AgentPane], size: int) -> bool:
        """Draw so many of these panes, and the others later; tells whether they stand.

        Where they cannot be drawn at once the grid is refreshed, once: a refresh of each pane would
        be a message and a turn of the screen each. Off the screen, as at the end, nothing is drawn.
        """
        self._next = None
        if not self.is_attached:
            return True
        shown, others = panes[:size], panes[size:]
        try:
            changed = self._renew(shown, now)
            stands = not changed or draw_now(self.screen, changed)
        finally:
            for pane in shown:
                pane.fresh = False
        if not stands:
            corner = self.content_region.offset
            self.refresh(*(part.translate(-corner) for part in changed))
        if others:
            self._next = once(self, _BETWEEN, partial(self._step, now, others, size))
        else:
            self.drawn = self._new
        return stands

    def _renew(self, panes: Sequence[AgentPane], now: float) -> list[Region]:
        """Let these take in what is new; gives what of the screen is to be drawn again."""
        screen, styles = self.screen, styles_of(self.app)
        aims = self.app.screen is screen
        changed: list[Region] = []
        until = monotonic() + _TAKES
        for pane in panes:
            try:
                region = screen.find_widget(pane).region
            except NoWidget:  # it was not laid out yet
                continue
            takes = not pane.behind and monotonic() < until
            parts = pane.renew(now, region, styles, aims=aims, takes=takes)
            self._new += bool(parts)
            changed += parts
        return changed

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing: the panes stand before it, without a gap."""
        return [Strip.blank(crop.width, styles_of(self.app)["text"])] * crop.height

    def zoom(self, pane: AgentPane | None) -> None:
        """Let one pane fill the grid; None brings all back."""
        self._zoomed = pane
        self.settle()

    def stand(self, layout: Layout) -> None:
        """Let the panes stand otherwise."""
        self.standing = layout
        self.settle()

    def bring(self, pane: AgentPane) -> None:
        """Make sure that this pane is seen."""
        self._seen = self.panes.index(pane)
        if self._zoomed is not None:
            self._zoomed = pane
        self.settle()

    def fit(self, space: Size) -> None:
        """Arrange for this space."""
        if space != self._space:
            self._space = space
            self.settle()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange anew for the space that there is."""
        self.fit(event.size)

    def show_ends(self, ids: Collection[str] | None) -> None:
        """Let the panes of these agents (None: all) follow their end again: they were asked."""
        for pane in self.panes:
            if ids is None or pane.agent.id in ids:
                pane.action_end()

    def settle(self) -> None:
        """Display the panes of the arrangement, each in its place."""
        now = self.arrangement
        if self._zoomed is None:
            self._first = now.first
        self.styles.grid_size_columns = now.columns
        self.styles.grid_size_rows = 0 if now.rows == 1 else now.rows
        for index, pane in enumerate(self.panes):
            pane.display = index in now.visible
            pane.styles.column_span = now.last_span if index == now.visible[-1] else 1
        self.post_message(self.Arranged())


def _even(panes: int) -> int:
    """How many of these are drawn in one step, `FEW` at most, where all steps have as many."""
    steps = max(-(-panes // FEW), 1)
    return -(-panes // steps)
