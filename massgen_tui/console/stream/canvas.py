"""The rows that stand in a pane: frame, window on the document, foot; and which of them changed."""

from textual.selection import Selection
from textual.strip import Strip

from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.document import Document
from massgen_tui.console.stream.first_rows import FOOT_FROM, window
from massgen_tui.console.stream.frame import Frame
from massgen_tui.console.stream.rows import PaintContext, Row, inner_width, keep_same
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.search import Search
from massgen_tui.console.stream.select import marked
from massgen_tui.console.stream.styles import Styles
from massgen_tui.console.stream.turns import TurnSteps
from massgen_tui.console.stream.wrap import Span
from massgen_tui.session.agent import Agent

_FOOT_EVERY = 0.5
"""Seconds between two looks at the numbers of a running attempt."""


class Canvas:
    """What one pane shows, as rows; knows nothing of widgets."""

    def __init__(self, agent: Agent, number: int) -> None:
        """Show `agent` as pane `number`."""
        self.view = Scroll()
        self.document = Document(agent, self.view)
        self.turns = TurnSteps(self.document)
        self._agent = agent
        self._frame = Frame(agent, number)
        self.x = 0
        """The column of the screen in which the pane begins."""
        self.aims = True
        """The pane's screen is not under another (see `PaintContext`)."""
        self._look: PaintContext | None = None
        self._drawn: list[Row] = []
        self._blank = Row()
        self._foot_at = -1.0
        self._numbers: list[Span] = []
        self.search: Search | None = None
        """What is searched for, if anything."""

    def renumber(self, number: int) -> None:
        """Show it as another pane."""
        self._frame.renumber(number)
        self.restyle()

    def mark(self, *, changed: bool) -> None:
        """Show whether the agent is asked otherwise than its config says."""
        self._frame.changed = changed

    def restyle(self, *, focused: bool | None = None) -> None:
        """Draw everything again: the theme, the size or the focus changed."""
        if focused is not None:
            self._frame.focus(focused)
        self._look = None
        self._drawn = []

    @property
    def width(self) -> int:
        """How wide what was drawn last is."""
        return self._look.width if self._look is not None else 0

    def fits(self, width: int, height: int) -> bool:
        """Whether what was drawn last is of this size and stands here."""
        return self._suits(width) and len(self._drawn) == height

    def _suits(self, width: int) -> bool:
        look = self._look
        return look is not None and (look.width, look.x, look.aims) == (width, self.x, self.aims)

    def draw(self, now: float, width: int, height: int, styles: Styles) -> list[int]:
        """Bring the rows up to date; gives the lines that changed, all of them in a new size."""
        look = self._look
        if look is None or not self._suits(width):
            frame = self._frame
            look = PaintContext(styles, width, frame.side, frame.style, self.x, aims=self.aims)
            self._look = look
        own_foot = height >= FOOT_FROM
        self.view.resize(window(height))
        if self.document.width != look.inner:
            self.document.set_width(look.inner, now)
        if self.search is not None:
            self.search.work()
        self.document.settle_window()
        before = self._drawn
        self._drawn = rows = self._rows(now, width, height, own_foot=own_foot)
        if len(before) != len(rows):
            changed = list(range(len(rows)))
        else:
            changed = [y for y, row in enumerate(rows) if row is not before[y]]
        if changed:
            kept = set(map(id, rows))
            for row in before:
                if id(row) not in kept:
                    row.forget()
        return changed

    def _rows(self, now: float, width: int, height: int, *, own_foot: bool) -> list[Row]:
        view = self.view
        body = self._found() if self.search is not None else list(view.window)
        body += [self._blank] * (view.height - len(body))
        numbers = self._numbers_at(now)
        feet: list[Row] = []
        if own_foot:
            foot, numbers = self._frame.foot(numbers, inner_width(width))
            feet.append(foot)
        bottom = self._frame.bottom(width, view.below, numbers, self.said)
        return [self._frame.title(width), *body, *feet, bottom][:height]

    def _found(self) -> list[Row]:
        """The window with what was found in it; rows that look as they did stay the same."""
        window = self.view.window
        shown = self.search.finder.marked(window) if self.search is not None else list(window)
        keep_same(self._drawn[1:], shown)
        return shown

    @property
    def said(self) -> str:
        """What is searched for, how often it was found, where one stands; else at which turn."""
        return self.search.said if self.search is not None else self.turns.said

    def _numbers_at(self, now: float) -> list[Span]:
        attempt = self._agent.current
        ended = attempt is None or attempt.status.ended
        if ended or not 0 <= now - self._foot_at < _FOOT_EVERY:
            self._foot_at = now
            self._numbers = status_text.foot(self._agent, now, self._frame.elsewhere)
        return self._numbers

    def row_at(self, y: int) -> int | None:
        """The row of the document that stands in line `y`."""
        at = self.view.top + y - 1
        inside = 0 < y <= self.view.height and y < len(self._drawn)
        return at if inside and at < len(self.view.rows) else None

    def strip(self, y: int, selection: Selection | None = None) -> Strip | None:
        """Line `y` with what is selected in it; None where nothing is drawn."""
        look = self._look
        if look is None or not 0 <= y < len(self._drawn):
            return None
        row = self._drawn[y]
        at = self.row_at(y) if selection is not None else None
        shown = row if selection is None or at is None else marked(row, selection, at)
        return row.strip(look) if shown is row else look.strip(shown)

    def mapped(self, y: int) -> Strip | None:
        """Line `y`, telling the mouse which place of the document each cell is or comes next to."""
        look, rows = self._look, self.view.rows
        if look is None or not rows:
            return self.strip(y)
        at = self.row_at(y)
        if at is not None:
            return look.mapped(rows[at], at)
        last = min(self.view.top + self.view.height, len(rows)) - 1
        return look.beside(0, self.view.top) if y < 1 else look.beside(len(rows[last].text), last)
