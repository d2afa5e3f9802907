"""Two answers side by side: where their texts part, and their numbers against a baseline.

What takes time is done in threads, one after the other: words are compared, rows are laid out. An
answer that still comes is compared as it is, and once more when it has ended.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import Event

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static
from textual.worker import Worker

from massgen_tui.compare.differences import Stopped
from massgen_tui.compare.table import Table
from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.comparing.laid import Section, lay_out
from massgen_tui.console.comparing.markdown import to_markdown
from massgen_tui.console.comparing.numbers import LEGEND, View, note, table_lines, window
from massgen_tui.console.comparing.sections import sections_of, table_of
from massgen_tui.console.comparing.sides import Side, repeats_told
from massgen_tui.console.comparing.texts import TwoTexts
from massgen_tui.console.contain import guarded
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.choice import ChoiceScreen
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.widgets.foot import foot
from massgen_tui.console.widgets.lines import Line
from massgen_tui.text import one_line

LOOK_S = 0.2
"""Seconds between two looks at how far it is, and at what still ran."""
SETTLE_S = 0.1
"""Seconds from a new size to new rows."""
_LEFT = 0


class CompareScreen(Modal[None]):
    """Compares two of many answers."""

    BINDINGS = bindings(Scope.COMPARE)
    DEFAULT_CSS = """
    CompareScreen {
        background: $background; layout: vertical;
        & > #compare-title, & > #compare-keys { background: $panel; color: $foreground; }
        & > #compare-told { background: $background; color: $foreground; text-style: bold; }
        & > #compare-numbers {
            width: 1fr; height: auto; border-top: solid $primary;
            background: $background; color: $foreground;
        }
    }
    """

    def __init__(
        self,
        sides: Callable[[], Sequence[Side]],
        two: tuple[Side, Side],
        keymap: Mapping[str, str],
    ) -> None:
        """Compare `two` of `sides` at first.

        Args:
            sides: gives all answers that there are now.
            two: the left and the right one.
            keymap: the user's own keys, by binding id.
        """
        super().__init__()
        self._sides, self._two, self._keymap = sides, two, keymap
        self._ran = tuple(side.running for side in two)
        self._view = View(baseline=two[_LEFT].id)
        self._sections: tuple[Section, ...] = ()
        self._repeats: tuple[str, ...] = ()
        """What several attempts at a prompt are like together, of each side's agent."""
        self._stop = Event()
        self._working: Worker[None] | None = None
        self._share: float | None = None
        """How much is compared; None: all is shown."""
        self._failed = self._comparing = False
        self._title = Line(id="compare-title")
        self._told = Line(id="compare-told")
        self._texts = TwoTexts(id="compare-texts")
        self._numbers = Static(id="compare-numbers")
        self._keys = Line(id="compare-keys")

    def compose(self) -> ComposeResult:
        """Which two, where they part, the texts, the numbers, the keys."""
        yield self._title
        yield self._told
        yield self._texts
        yield self._numbers
        yield self._keys

    def on_mount(self) -> None:
        """Compare, and look on."""
        self._begin(self._compare)
        self.set_interval(LOOK_S, self._look)

    def on_unmount(self) -> None:
        """Nobody wants to know any more."""
        self._stop.set()

    def on_resize(self) -> None:
        """Lay out for the new width, unless that comes anyway."""
        self._tell()
        if not self._comparing and self._sections:
            self._begin(self._fit)

    @property
    def ready(self) -> bool:
        """All that there is is shown."""
        return self._share is None and (bool(self._sections) or self._failed)

    def action_step(self, by: int) -> None:
        """Go to the next difference, or the one before."""
        if not self._texts.step(by):
            self.notify("nothing differs", markup=False)
        self._tell()

    def action_baseline(self) -> None:
        """Let the numbers differ from the next line's."""
        self._view.next_baseline(self._table())
        self._tell()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._view.sort_on(self._table())
        self._tell()

    def action_turn(self) -> None:
        """Sort the other way round."""
        self._view.falling = not self._view.falling
        self._tell()

    def action_columns(self, by: int) -> None:
        """Show the columns more to the right, or left."""
        self._view.move(by, self._table())
        self._tell()

    def action_scroll(self, rows: int) -> None:
        """Scroll both texts."""
        self._texts.action_turn(rows)

    def action_page(self, pages: int) -> None:
        """Scroll both texts by a page."""
        self._texts.page(pages)

    def action_edge(self, where: str) -> None:
        """Go to the start, or the end."""
        self._texts.to_start() if where == "start" else self._texts.to_end()

    def action_swap(self) -> None:
        """Put the left one right."""
        self._choose(self._two[::-1])

    def action_choose(self, place: int) -> None:
        """Ask for another answer on the left (0) or on the right (1)."""
        sides = self._sides()
        ids = [side.id for side in sides]
        now = self._two[place].id
        names = [f"{side.name} · {one_line(side.turn.prompt, 60)}" for side in sides]

        def chosen(at: int | None) -> None:
            if at is not None:
                two = [*self._two]
                two[place] = sides[at]
                self._choose((two[0], two[1]))

        title = f"which answer on the {('left', 'right')[place]}"
        at = ids.index(now) if now in ids else 0
        self.app.push_screen(ChoiceScreen(title, names, at), chosen)

    def action_copy(self) -> None:
        """Copy the comparison as Markdown."""
        if isinstance(self.app, CopyingApp):
            title = " ↔ ".join(side.name for side in self._two)
            text = to_markdown(title, self._sections, self._table(), self._view)
            self.app.copy(text, "the comparison")

    def action_close(self) -> None:
        """Compare no more."""
        self.close()

    def _choose(self, two: tuple[Side, Side]) -> None:
        self._two = two
        self._ran = tuple(side.running for side in two)
        if self._view.baseline not in {line.id for line in self._table().lines}:
            self._view.baseline = two[_LEFT].id
        self._tell()
        self._begin(self._compare)

    def _look(self) -> None:
        """Tell how far it is; compare again what has ended meanwhile."""
        running = tuple(side.running for side in self._two)
        if running != self._ran:
            self._ran = running
            self._begin(partial(self._compare, keep=True))
        if self._share is not None:
            self._tell()

    def _begin(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do this in place of what was being done."""
        self._stop.set()
        self._stop = Event()
        self._share, self._failed = 0.0, False
        if self._working is not None:
            self._working.cancel()

        async def working() -> None:
            await self._try(work)

        # a coroutine that is cancelled before it begins would be complained of
        self._working = self.run_worker(working, group="compare")

    async def _try(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do it; a fault is told here, beside being contained."""
        done = False
        with guarded():
            await work()
            done = True
        if not done:
            self._comparing = False
            self._share, self._failed = None, True
            self._tell()

    async def _compare(self, *, keep: bool = False) -> None:
        """Compare the texts as they are now, and show them."""
        two, stop, self._comparing = self._two, self._stop, True

        def told(share: float) -> None:
            self._share = share

        def work() -> tuple[Section, ...]:
            return sections_of(two, progress=told, stopped=stop.is_set)

        with suppress(Stopped):
            self._sections = await asyncio.to_thread(work)
            self._comparing = False
            self._repeats = await asyncio.to_thread(repeats_told, self._two)
            await self._lay_out(keep=keep)

    async def _fit(self) -> None:
        """Lay out anew once the screen has its new size: what is drawn comes first."""
        await asyncio.sleep(SETTLE_S)
        await self._lay_out(keep=True)

    async def _lay_out(self, *, keep: bool) -> None:
        """Show what was compared, in the width that there is."""
        width, stop = self._texts.size.width, self._stop
        laid = await asyncio.to_thread(lay_out, self._sections, width, stop.is_set)
        if not stop.is_set():
            self._share = None
            self._texts.show(laid, keep=keep)
            self._tell()

    def _table(self) -> Table:
        return table_of(self._two, self._sides)

    def _tell(self) -> None:
        """Title, where they part, numbers and keys."""
        left, right = (f"{side.name}{' (running)' if side.running else ''}" for side in self._two)
        title = Text.assemble((" Compare", "bold"), f"  L {left}  ↔  R {right}")
        self._title.show(title, Text(f"{self._texts.place} "))
        self._told.show(Text(f" {self._headline()}"))
        width = max(self.app.size.width - 2, 10)
        table = self._table()
        lines = table_lines(table, self._view, width, [side.id for side in self._two])
        room = max(self.app.size.height // 4, 3)
        more = f"{len(lines) - room} more lines" if len(lines) > room else ""
        legend = " · ".join(filter(None, (note(table), more, LEGEND)))
        repeats = [Text(crop(told, width)) for told in self._repeats]
        shown = [
            *window(lines, table, self._view, room),
            *repeats,
            Text(crop(legend, width), "dim"),
        ]
        self._numbers.update(Text("\n", no_wrap=True).join(shown))
        self._keys.show(foot(acting_in(Scope.COMPARE), self._keymap, self.app.size.width))

    def _headline(self) -> str:
        """What is known of the texts, or how far it is."""
        if self._failed:
            return "it cannot be compared: see the log"
        if self._share is not None:
            return f"comparing… {self._share:.0%}"
        told = [section.found.headline for section in self._sections[:1]]
        if self._two[0].turn.prompt != self._two[1].turn.prompt:
            told.append("not the same prompt")
        if any(self._ran):
            told.append("running: compared again at its end")
        return " · ".join(told)
