"""The strip above the panes: how the agents come to agree, and who is ahead."""

from collections.abc import Sequence

from rich.text import Text

from massgen_tui.console.timeline import timeline
from massgen_tui.console.widgets.cached_lines import CachedLines
from massgen_tui.session.coordination import Agreement


class Rounds(CachedLines):
    """As many rows as agents, and one, of a coordination; those of a race; else nothing."""

    DEFAULT_CSS = "Rounds { height: 100%; width: 100%; display: none; }"

    def __init__(self, *, id: str) -> None:
        """Show nothing yet."""
        super().__init__(id=id)
        self._agreement: Agreement | None = None
        self._race: tuple[str, ...] = ()
        self._drawn: tuple[object, ...] = ()

    def show(self, agreement: Agreement | None, race: Sequence[str] = ()) -> bool:
        """Show a coordination and a race; tells whether the number of rows is another one."""
        shown = (agreement, agreement.revision if agreement else 0, *race)
        if shown == self._drawn:
            return False
        rows = self.rows
        self._agreement, self._race, self._drawn = agreement, tuple(race), shown
        self.refresh()
        return rows != self.rows

    @property
    def rows(self) -> int:
        """How many rows it says; 0: nothing."""
        return len(self._rows())

    def _rows(self) -> list[Text]:
        width = max(self.size.width, 40)
        rounds = timeline(self._agreement, width) if self._agreement is not None else []
        return [*rounds, *map(Text, self._race)]

    @property
    def plain(self) -> str:
        """What it says, without style."""
        return self.render().plain

    def render(self) -> Text:
        """All rows."""
        return Text("\n").join(self._rows())
