"""The pane of one agent: one widget without children that draws frame, rows and foot itself.

It paints past Textual's styles cache (`render_lines` is overridden), never sets `virtual_size`, and
asks for no layout while text streams.
"""

import asyncio
from collections.abc import Callable
from sys import maxsize
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.canvas import Canvas
from massgen_tui.console.stream.copying import Part, copied
from massgen_tui.console.stream.rows import runs
from massgen_tui.console.stream.scrolled import Scrolled
from massgen_tui.console.stream.searched import Clock
from massgen_tui.console.stream.select import line_at, selected_text, word_at
from massgen_tui.console.stream.styles import Styles, styles_of
from massgen_tui.session.agent import Agent, Turn


class AgentPane(Scrolled, can_focus=True):
    """Shows one agent: the conversation, as it streams."""

    DEFAULT_CSS = "AgentPane { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.IN_PANE)

    class CopyRequested(Message):
        """The user wants `text` in the clipboard."""

        def __init__(self, pane: "AgentPane", text: str, what: str) -> None:
            """Ask for `text`, which is `what` ("answer", "code of turn 2")."""
            super().__init__()
            self.pane = pane
            self.text = text
            self.what = what

        @property
        def control(self) -> "AgentPane":
            """The pane it comes from."""
            return self.pane

    fresh = False
    """It was just renewed: it stands as it did then."""

    def __init__(
        self,
        agent: Agent,
        number: int,
        *,
        clock: Clock,
        bring_to_front: Callable[[str, Turn, int], None],
        id: str | None = None,
    ) -> None:
        """Show `agent` as pane `number`; `clock` and `bring_to_front` are the session's."""
        super().__init__(id=id)
        self._bring_to_front = bring_to_front
        self.agent = agent
        self.number = number
        self._clock = clock
        self._canvas = Canvas(agent, number)
        self._view = self._canvas.view
        self._document = self._canvas.document
        self._selection: Selection | None = None

    def on_mount(self) -> None:
        """Look again when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._restyle())

    def renumber(self, number: int) -> None:
        """Stand as another pane, since one before it came or went."""
        if number != self.number:
            self.number = number
            self._canvas.renumber(number)

    def mark(self, *, changed: bool) -> None:
        """Show whether the agent is asked otherwise than its config says, from the next frame."""
        self._canvas.mark(changed=changed)

    def paint(self, now: float) -> bool:
        """Draw what is new at `now` seconds of the session's clock; tells whether anything was."""
        region = self.region
        if not region:
            return False
        self._document.flush(now)
        changed = self._renewed(now, region)
        if changed:
            self.refresh(*changed)
        return bool(changed)

    def renew(
        self, now: float, region: Region, styles: Styles, *, aims: bool, takes: bool = True
    ) -> list[Region]:
        """Take in what is new at `now`, or later in its turn; gives what is to be drawn again.

        Where it stands, and how it is drawn, is the same for all panes of a frame.
        """
        if not region:
            return []
        if takes:
            self._document.flush(now)
        else:
            self._document.waiting = True
        self._canvas.x, self._canvas.aims = region.x, aims
        self.fresh = True
        return [part.translate(region.offset) for part in self._changed(now, region.size, styles)]

    def _renewed(self, now: float, region: Region) -> list[Region]:
        """The lines of the pane, which stands in `region`, that are not those already drawn."""
        return self._changed(now, self._stand(region), styles_of(self.app))

    def _changed(self, now: float, size: Size, styles: Styles) -> list[Region]:
        width, height = size
        changed = self._canvas.draw(now, width, height, styles)
        if self._document.waiting or self._document.stale or self._looking:
            self._catch_up_later()
        if len(changed) * 2 > height:
            return [Region(0, 0, width, height)]
        return [Region(0, y, width, n) for y, n in runs(changed)]

    def _stand(self, region: Region) -> Size:
        """Tell the canvas where the pane stands; gives its size."""
        x, _, width, height = region
        aims = self.is_attached and self.app.screen is self.screen  # else it is on its way out
        self._canvas.x, self._canvas.aims = x, aims
        return Size(width, height)

    def _show(self, now: float) -> None:
        region = self.region
        if region and (changed := self._renewed(now, region)):
            self.refresh(*changed)

    def _restyle(self, *, focused: bool | None = None) -> None:
        """Draw everything again: theme, focus or size changed."""
        self._canvas.restyle(focused=focused)
        if self.is_mounted:
            self._show(self._clock())

    def _catch_up(self) -> None:
        """Take one step more of what came at once, or was wrapped for another width."""
        self._catching_up = False
        if self._document.waiting or self._looking:
            self._document.flush(self._clock())
        if self._document.stale and not self._document.waiting:
            self._sweep()
        self._show(self._clock())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines of `crop`, straight from the rows."""
        width = self._canvas.width
        if not self.fresh:
            width, height = self._stand(self.region)
            if not self._canvas.fits(width, height):
                self.paint(self._clock())
        strip, selection = self._canvas.strip, self._selection
        strips = [strip(y, selection) or self._nothing() for y in range(crop.y, crop.bottom)]
        if crop.x or crop.width != width:
            return [line.crop(crop.x, crop.right) for line in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Give one line, with what the mouse needs to know where in the text it is."""
        return self._canvas.mapped(y) or self._nothing()

    def _nothing(self) -> Strip:
        return Strip.blank(self.size.width, styles_of(self.app)["text"])

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection as it is now."""
        self._selection = selection
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give what was sent where something is selected."""
        start, end = selection
        first, last = start.y if start else 0, end.y if end else maxsize
        if STALE not in self._view.rows[first : last + 1]:
            return selected_text(self._view.rows, selection), "\n"
        self._document.settle(first, last)
        text = selected_text(self._view.rows, selection)
        self._document.let_go()
        self._catch_up_later()
        return text, "\n"

    def toggle_reasoning(self) -> bool:
        """Fold or unfold the reasoning at the window's end; tells whether there is any."""
        return self._toggle(self._end_row)

    def _toggle(self, row: int | None) -> bool:
        found = self._document.toggle_reasoning(row)
        if found:
            self.paint(self._clock())
        return found

    @property
    def _end_row(self) -> int | None:
        return None if self._view.follow else self._view.top + self._view.height - 1

    def action_fold(self) -> None:
        """Fold or unfold the reasoning."""
        if not self.toggle_reasoning():
            self.notify(status_text.NO_REASONING, markup=False)

    @property
    def turn(self) -> Turn | None:
        """The turn that one went to, else the one at the window's end."""
        return self._canvas.turns.turn or self._document.turn_at(self._end_row)

    async def action_copy(self, part: str) -> None:
        """Ask for a part (`Part`) of what was said at the turn one reads to be copied."""
        turn = self.turn
        text = await asyncio.to_thread(copied, turn.attempt if turn else None, Part(part))
        which = self.agent.turns.index(turn) + 1 if turn in self.agent.turns else 0
        told = f"{part} of turn {which}" if 0 < which < len(self.agent.turns) else part
        self.post_message(self.CopyRequested(self, text, told))

    def action_turn(self, by: int) -> None:
        """Go to the prompt of the turn before or after the one that is read."""
        self._canvas.turns.step(by)
        self._show(self._clock())

    def go_to(self, turn: Turn) -> None:
        """Go to the prompt of a turn of this agent."""
        self._document.flush(self._clock())
        self._canvas.turns.to(turn)
        self._show(self._clock())

    def action_attempt(self, step: int) -> None:
        """Put the attempt before or after in front, of those at the last prompt."""
        turn = self.agent.turns[-1] if self.agent.turns else None
        places = range(len(turn.attempts)) if turn is not None else range(0)
        if turn is None or places[turn.front] + step not in places:
            self.notify(status_text.no_other(len(places), step), markup=False)
            return
        self._bring_to_front(self.agent.id, turn, places[turn.front] + step)
        self.paint(self._clock())

    def on_click(self, event: events.Click) -> None:
        """A click on the head of reasoning folds or unfolds it; more select a word, or a line."""
        at = self._canvas.row_at(event.y)
        if event.chain > 1:
            # Textual would select the whole conversation
            event.prevent_default()
            self._select(event)
            return
        if at is not None and self.text_selection is None and self._document.is_head(at):
            self._toggle(at)

    def _select(self, event: events.Click) -> None:
        _, place = self.screen.get_widget_and_offset_at(event.screen_x, event.screen_y)
        if place is not None and place.y < len(self._view.rows):
            of = word_at if event.chain == 2 else line_at
            self.screen.selections = {self: of(self._view.rows, place)}

    def on_focus(self) -> None:
        """Show that the pane has the focus."""
        self._restyle(focused=True)

    def on_blur(self) -> None:
        """Show that it has it no more."""
        self._restyle(focused=False)

    def on_resize(self) -> None:
        """Fit the new size."""
        self._restyle()
