"""The frame of a pane: title row, foot row and bottom edge, as rows that fill the pane's width."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.facts import named
from massgen_tui.console.stream.first_rows import HEAVY, Around, bottom_row, fit, title_row
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.wrap import Span
from massgen_tui.session.agent import Agent

_Made = TypeVar("_Made")


class Kept(Generic[_Made]):
    """Something that is made again only when what it follows from has changed."""

    __slots__ = ("_from", "_made")

    def __init__(self) -> None:
        self._from: object = None
        self._made: _Made | None = None

    def get(self, source: object, make: Callable[[], _Made]) -> _Made:
        """What was made from `source`, which is compared."""
        if self._made is None or source != self._from:
            self._from, self._made = source, make()
        return self._made


class Frame:
    """The frame of one agent's pane. What has not changed is the same row as before."""

    __slots__ = (
        "_agent",
        "_around",
        "_bottom",
        "_foot",
        "_number",
        "_title",
        "changed",
        "focused",
    )

    def __init__(self, agent: Agent, number: int) -> None:
        """Frame pane `number` of `agent`, without the focus."""
        self._agent = agent
        self._number = number
        self._title: Kept[Row] = Kept()
        self._foot: Kept[tuple[Row, list[Span]]] = Kept()
        self._bottom: Kept[Row] = Kept()
        self.changed = False
        """It is asked otherwise than its config says."""
        self.focus(False)

    def renumber(self, number: int) -> None:
        """Be the frame of another pane of the same agent."""
        self._number, self._title = number, Kept()

    def focus(self, focused: bool) -> None:
        """Show that the pane has the focus: heavy lines, a mark, another colour."""
        self.focused = focused
        self._around = Around(HEAVY, "frame-focus", focused=True) if focused else Around()

    @property
    def elsewhere(self) -> int | None:
        """The pane's number where it has not the focus, to go to it by."""
        return None if self.focused else self._number

    @property
    def side(self) -> str:
        """The glyph at both sides of a row."""
        return self._around.glyphs[3]

    @property
    def style(self) -> str:
        """The style key of the lines."""
        return self._around.style

    def title(self, width: int) -> Row:
        """Number, id, model, server and, at the right, the state, which never gives way."""
        state = status_text.state(self._agent)
        source = width, state, self.focused, self.changed, self._agent.profile.model
        return self._title.get(source, lambda: self._make_title(width, state))

    def _make_title(self, width: int, state: Span) -> Row:
        who = named(self._agent, self._number, changed=self.changed)
        return title_row(who, state, width, self._around)

    def foot(self, parts: Sequence[Span], width: int) -> tuple[Row, list[Span]]:
        """The row of numbers, and those for which there is no room in it."""

        def make() -> tuple[Row, list[Span]]:
            spans, rest = fit(parts, width)
            return Row(spans), rest

        return self._foot.get((width, list(parts)), make)

    def bottom(self, width: int, below: int, parts: Sequence[Span], found: str = "") -> Row:
        """The lower edge: how much is below, and numbers for which there is no row or no room."""
        source = width, below, list(parts), found, self.focused
        return self._bottom.get(
            source, lambda: bottom_row(width, below, self._around, parts, found)
        )
