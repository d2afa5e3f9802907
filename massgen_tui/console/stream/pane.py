"""The pane of one agent: one widget without children that draws frame, rows and foot itself.

It paints past Textual's styles cache (`render_lines` is overridden), never sets `virtual_size`, and
asks for no layout while text streams.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from massgen_tui.console.stream.document import Document
from massgen_tui.console.stream.frame import FOOT_FROM, Frame
from massgen_tui.console.stream.keys import KEYS
from massgen_tui.console.stream.rows import BLANK, Look, Row, inner_width, runs
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.select import marked, selected_text
from massgen_tui.console.stream.structure import last_code
from massgen_tui.console.stream.styles import Styles, styles_of
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.verdict import answer_text
from massgen_tui.text import clean

Clock = Callable[[], float]
"""Gives monotonic seconds."""
_WHEEL = 3
_SWEEP = 1024
"""Characters wrapped again per step after a resize."""


class AgentPane(Widget, can_focus=True):
    """Shows one agent: the conversation, as it streams."""

    DEFAULT_CSS = "AgentPane { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    class CopyRequested(Message):
        """The user wants `text` in the clipboard."""

        def __init__(self, pane: "AgentPane", text: str, what: str) -> None:
            """Ask for `text`, which is `what` ("answer", "code")."""
            super().__init__()
            self.pane = pane
            self.text = text
            self.what = what

        @property
        def control(self) -> "AgentPane":
            """The pane it comes from."""
            return self.pane

    def __init__(self, agent: Agent, number: int, *, clock: Clock, id: str | None = None) -> None:
        """Show `agent` as pane `number`; `clock` is the session's."""
        super().__init__(id=id)
        self.agent = agent
        self.number = number
        self._clock = clock
        self._view = Scroll()
        self._document = Document(agent, self._view)
        self._frame = Frame(agent, number)
        self._look: Look | None = None
        self._drawn: list[Row] = []
        self._foot = BLANK
        self._foot_at = -1.0
        self._sweeping = False
        self._selection: Selection | None = None
        self._styles: Styles | None = None

    def on_mount(self) -> None:
        """Look again when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._retheme())

    def paint(self, now: float) -> bool:
        """Draw what is new at `now` seconds of the session's clock; tells whether anything was."""
        width, height = self.size
        if not width or not height:
            return False
        self._document.flush(now)
        return self._show(now)

    def _show(self, now: float) -> bool:
        """Refresh the rows that are not those already drawn."""
        size = self.size
        if self._look is None or self._look.width != size.width:
            self._relook(now)
        self._document.settle_window()
        rows = self._rows(now, *size)
        before, self._drawn = self._drawn, rows
        if len(before) != len(rows):
            self._forget(before)
            self.refresh()
            return True
        changed = [
            y for y, (old, new) in enumerate(zip(before, rows, strict=True)) if old is not new
        ]
        if not changed:
            return False
        self._forget(before)
        if len(changed) * 2 > len(rows):
            self.refresh()
        else:
            self.refresh(*(Region(0, y, size.width, n) for y, n in runs(changed)))
        return True

    def _rows(self, now: float, width: int, height: int) -> list[Row]:
        frame, view = self._frame, self._view
        own_foot = height >= FOOT_FROM
        view_height = max(height - 2 - own_foot, 1)
        if view.height != view_height:
            view.resize(view_height)
            self._document.settle_window()
        body = list(view.window)
        body += [BLANK] * (view_height - len(body))
        foot = self._foot_row(width, now)
        bottom = frame.bottom(width, view.below, None if own_foot else foot)
        rows = [frame.title(width), *body, *([foot] if own_foot else []), bottom][:height]
        for at in (0, len(rows) - 1):
            if at < len(self._drawn) and len(self._drawn) == len(rows):
                old = self._drawn[at]
                rows[at] = old if old.same(rows[at]) else rows[at]
        return rows

    def _foot_row(self, width: int, now: float) -> Row:
        if not 0 <= now - self._foot_at < 0.5 or self.agent.current is None or self._ended:
            self._foot_at = now
            foot = self._frame.foot(inner_width(width), now)
            if not foot.same(self._foot):
                self._foot = foot
        return self._foot

    @property
    def _ended(self) -> bool:
        attempt = self.agent.current
        return attempt is not None and attempt.status.ended

    def _forget(self, before: list[Row]) -> None:
        kept = set(map(id, self._drawn))
        for row in before:
            if id(row) not in kept:
                row.forget()

    def _relook(self, now: float) -> None:
        width = self.size.width
        self._styles = self._styles or styles_of(self.app)
        self._look = Look(self._styles, width, self._frame.side, self._frame.style)
        if self._document.width != self._look.inner:
            self._foot_at = -1.0
            self._view.resize(max(self.size.height - 2 - (self.size.height >= FOOT_FROM), 1))
            self._document.set_width(self._look.inner, now)
            self._sweep_later()

    def _retheme(self) -> None:
        self._styles = None
        self._restyle()

    def _restyle(self) -> None:
        """Draw everything again: theme, focus or size changed."""
        self._look = None
        self._drawn = []
        if self.is_mounted and self.size.width:
            self._show(self._clock())

    def _sweep_later(self) -> None:
        if not self._sweeping:
            self._sweeping = True
            self.set_timer(0.06, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = False
        if self._document.sweep(_SWEEP):
            self._sweep_later()
        self._show(self._clock())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines of `crop`, straight from the rows."""
        size, look = self.size, self._look
        if look is None or look.width != size.width or len(self._drawn) != size.height:
            self.paint(self._clock())
        selection = self._selection
        if selection is None:
            strips = [self._strip(y) for y in range(crop.y, crop.bottom)]
        else:
            strips = [self._marked(y, selection) for y in range(crop.y, crop.bottom)]
        if crop.x or crop.width != size.width:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Give one line, with what the mouse needs to know where in the text it is."""
        look = self._look
        at = self._row_at(y)
        return self._strip(y) if look is None or at is None else look.mapped(self._drawn[y], at)

    def _row_at(self, y: int) -> int | None:
        """The row of the document that stands in line `y`."""
        at = self._view.top + y - 1
        inside = 0 < y <= self._view.height and y < len(self._drawn)
        return at if inside and at < len(self._view.rows) else None

    def _marked(self, y: int, selection: Selection) -> Strip:
        at, look = self._row_at(y), self._look
        if at is None or look is None:
            return self._strip(y)
        row = self._drawn[y]
        shown = marked(row, selection, at)
        return self._strip(y) if shown is row else look.strip(shown)

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection as it is now."""
        self._selection = selection
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give the selected text, its wrapped lines whole."""
        while self._document.sweep(1 << 20):
            pass
        return selected_text(self._view.rows, selection), "\n"

    def _strip(self, y: int) -> Strip:
        look = self._look
        if look is None or not 0 <= y < len(self._drawn):
            return Strip.blank(self.size.width, styles_of(self.app)["text"])
        return self._drawn[y].strip(look)

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
        self.toggle_reasoning()

    def action_copy_answer(self) -> None:
        """Ask for the answer at the window's end to be copied, as the Markdown it is."""
        attempt = self._attempt
        text = clean(answer_text(attempt)) if attempt else ""
        self.post_message(self.CopyRequested(self, text, "answer"))

    def action_copy_code(self) -> None:
        """Ask for the last code of the answer at the window's end to be copied."""
        attempt = self._attempt
        text = last_code(clean(answer_text(attempt))) if attempt else ""
        self.post_message(self.CopyRequested(self, text, "code"))

    @property
    def _attempt(self) -> Attempt | None:
        exchange = self._document.exchange_at(self._end_row)
        return exchange.attempt if exchange is not None else None

    def action_attempt(self, step: int) -> None:
        """Put the attempt before or after in front, of those at the last prompt."""
        exchange = self.agent.exchanges[-1] if self.agent.exchanges else None
        if exchange is None or len(exchange.attempts) < 2:
            return
        places = range(len(exchange.attempts))
        exchange.front = max(0, min(places[exchange.front] + step, places[-1]))
        self.agent.revision += 1
        self.paint(self._clock())

    def on_click(self, event: events.Click) -> None:
        """A click on the head of reasoning folds or unfolds it."""
        at = self._row_at(event.y)
        if at is not None and self.text_selection is None and self._document.is_head(at):
            self._toggle(at)

    def action_by(self, rows: int) -> None:
        """Scroll by rows."""
        self._view.by(rows)
        self._show(self._clock())

    def action_page(self, pages: int) -> None:
        """Scroll by windows, less one row."""
        self.action_by(pages * max(self._view.height - 1, 1))

    def action_top(self) -> None:
        """Go to the start of the conversation."""
        self._view.to(0)
        self._show(self._clock())

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self._view.to_end()
        self._show(self._clock())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.action_by(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.action_by(_WHEEL)

    def on_focus(self) -> None:
        """Show that the pane has the focus."""
        self._frame.focus(True)
        self._restyle()

    def on_blur(self) -> None:
        """Show that it has it no more."""
        self._frame.focus(False)
        self._restyle()

    def on_resize(self) -> None:
        """Fit the new size."""
        self._restyle()
