"""Lines of one row that cost nothing until what they say changes: title, folded sidebar, keys."""

from rich.text import Text

from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells, drawn
from massgen_tui.console.widgets.cached_lines import CachedLines
from massgen_tui.text import one_line


class Line(CachedLines):
    """One row of text; painted again only when it differs."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, *, id: str) -> None:
        """An empty line."""
        super().__init__(id=id)
        self._left = Text()
        self._right = Text()

    @property
    def plain(self) -> str:
        """What it says, without style."""
        return self.render().plain

    def show(self, left: Text, right: Text | None = None) -> None:
        """Say `left`, and `right` at the right edge; what does not fit of `left` is cut."""
        right = right or Text()
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Text:
        """The row as wide as the line."""
        width = self.size.width
        right = self._right if cells(self._right.plain) < width else Text()
        room = width - cells(right.plain)
        left = self._left.copy()
        spilled = cells(left.plain) - drawn(left.plain)
        left.truncate(max(room - (1 if right.plain else 0) - spilled, 0), overflow="ellipsis")
        left.pad_right(room - cells(left.plain))
        return Text.assemble(left, right, no_wrap=True, end="")


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours when there are any: `00:07`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


class TitleBar(Line):
    """The program, the config's name, the turn and how long it takes."""

    _told: tuple[object, ...] = ()

    def tell(
        self,
        name: str,
        middle: str,
        elapsed: float | None,
        *,
        running: bool = False,
        trouble: str = "",
    ) -> None:
        """Say which config this is, what is going on, and the clock of the turn.

        Args:
            name: The config's.
            middle: What is going on.
            elapsed: Seconds of the turn; None: there is none.
            running: The turn goes on.
            trouble: What must stay in sight, before all that may be cut.
        """
        seconds, width = None if elapsed is None else int(elapsed), self.app.size.width
        told = name, middle, seconds, running, trouble, width
        if told == self._told:
            return
        self._told = told
        left = Text.assemble((" massgen-tui", "bold"), "  ", one_line(name, 40))
        if trouble:
            left.append(f"   ! {trouble}", "bold")
        if middle:
            room = max(width - cells(left.plain) - 14, 12)
            said = one_line(middle, room)
            left.append(f"   {crop(said, room)}")
        right = Text()
        if elapsed is not None:
            right = Text(f" {'⏱' if running else '■'} {clock(elapsed)} ")
        self.show(left, right)
