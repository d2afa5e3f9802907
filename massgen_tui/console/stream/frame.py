"""The frame of a pane: title row, foot row and bottom edge, as rows that fill the pane's width."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.wrap import Span, crop
from massgen_tui.console.terminal.width import drawn as cells
from massgen_tui.session.agent import Agent
from massgen_tui.text import one_line

_PLAIN, _HEAVY = "┌─┐│└┘", "┏━┓┃┗┛"
_DOT = " · "
FOOT_FROM = 8
"""Panes this high have a row for the foot; in lower ones it stands in the bottom edge."""


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
        "_bottom",
        "_foot",
        "_glyphs",
        "_number",
        "_style",
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
        self._glyphs = _HEAVY if focused else _PLAIN
        self._style = "frame-focus" if focused else "frame"

    @property
    def elsewhere(self) -> int | None:
        """The pane's number where it has not the focus, to go to it by."""
        return None if self.focused else self._number

    @property
    def side(self) -> str:
        """The glyph at both sides of a row."""
        return self._glyphs[3]

    @property
    def style(self) -> str:
        """The style key of the lines."""
        return self._style

    def title(self, width: int) -> Row:
        """Number, id, model, server and, at the right, the state, which never gives way."""
        state = status_text.state(self._agent)
        source = width, state, self.focused, self.changed, self._agent.profile.model
        return self._title.get(source, lambda: self._make_title(width, state))

    def _make_title(self, width: int, said: Span) -> Row:
        state, state_style = said
        mark = "»" if self.focused else self._glyphs[1]
        room = width - 2 - len(mark) - (cells(state) + 3)
        left = self._name(room - 1)
        line = max(room - cells(left) - 1, 0)
        spans: tuple[Span, ...] = (
            (self._glyphs[0] + mark, self._style),
            (f"{left} ", "title"),
            (self._glyphs[1] * line, self._style),
            (f" {state} ", state_style),
            (self._glyphs[1] + self._glyphs[2], self._style),
        )
        return Row(spans, bare=True, fill=self._style)

    def _name(self, room: int) -> str:
        backend = self._agent.profile
        model = one_line(backend.model or self._agent.config.settings.model, 120)
        name = f"{self._number} {one_line(self._agent.id, 60)}{'*' if self.changed else ''}"
        short = model.rpartition("/")[2]
        choices = [
            " · ".join(filter(None, (name, model, backend.provider))),
            " · ".join(filter(None, (name, short, backend.provider))),
            " · ".join(filter(None, (name, short))),
        ]
        for choice in choices:
            if cells(choice) <= room:
                return choice
        return crop(choices[-1] if room > cells(name) + 8 else name, max(room, 0))

    def foot(self, parts: Sequence[Span], width: int) -> tuple[Row, list[Span]]:
        """The row of numbers, and those for which there is no room in it."""

        def make() -> tuple[Row, list[Span]]:
            spans, rest = fit(parts, width)
            return Row(spans), rest

        return self._foot.get((width, list(parts)), make)

    def bottom(self, width: int, below: int, parts: Sequence[Span], found: str = "") -> Row:
        """The lower edge: how much is below, and numbers for which there is no row or no room."""
        source = width, below, list(parts), found, self.focused
        return self._bottom.get(source, lambda: self._make_bottom(width, below, parts, found))

    def _make_bottom(self, width: int, below: int, parts: Sequence[Span], found: str) -> Row:
        low = f" ↓ {below} line{'' if below == 1 else 's'} below " if below else ""
        if cells(low) > width - 4:
            low = f"↓{below}"[: max(width - 4, 0)]
        room = width - 3 - cells(low)
        if found and room > 6:
            parts = [(crop(found, room - 3), "mark.b"), *parts]
        spans: list[Span] = [(self._glyphs[4] + self._glyphs[1], self._style)]
        inner, _ = fit(parts, room - 3)
        if inner:
            spans += [(" ", "text"), *inner, (" ", "text")]
            room -= sum(cells(text) for text, _ in inner) + 2
        spans += [
            (self._glyphs[1] * max(room - 1, 0), self._style),
            (low, "mark"),
            (self._glyphs[1] + self._glyphs[5], self._style),
        ]
        return Row(tuple(span for span in spans if span[0]), bare=True, fill=self._style)


def fit(parts: Sequence[Span], width: int) -> tuple[tuple[Span, ...], list[Span]]:
    """The parts that fit, with dots between them, and those that do not."""
    spans: list[Span] = []
    rest: list[Span] = []
    room = width
    for text, style in parts:
        dot = _DOT if spans else ""
        need = cells(text) + len(dot)
        if need > room:
            rest.append((text, style))
            continue
        if dot:
            spans.append((dot, "dim"))
        spans.append((text, style))
        room -= need
    return tuple(spans), rest
