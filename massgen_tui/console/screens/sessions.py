"""The kept sessions: a list, a line that searches all their texts, and what can be done with one.

The search line always has the focus: letters go there, all other keys act on the list.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.contain import guarded
from massgen_tui.console.keys import bindings
from massgen_tui.console.once import once
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.session_desk import SessionDesk
from massgen_tui.console.session_finder import Row, SessionFinder
from massgen_tui.console.widgets.foot import foot
from massgen_tui.console.widgets.lines import Line
from massgen_tui.console.widgets.session_list import SessionList
from massgen_tui.console.widgets.session_rows import how_many, preview

QUIET_S = 0.15
"""Seconds from the last key to the search."""
AGAIN_S = 1.0
"""Seconds between two searches while files are read."""
LOOK_S = 0.1
"""Seconds between two looks at what is read by now."""


class SessionsScreen(Modal[None]):
    """Finds kept sessions."""

    BINDINGS = bindings(Scope.SESSIONS)
    AUTO_FOCUS = "#sessions-search"
    DEFAULT_CSS = """
    SessionsScreen {
        background: $background; layout: vertical;
        & > #sessions-title { background: $panel; color: $foreground; }
        & > #sessions-search { height: 1; padding: 0 1; background: $background; }
        & > #sessions-preview {
            height: 30%; min-height: 7; padding: 0 1; border-top: solid $primary;
            background: $surface; color: $foreground;
        }
        & > #sessions-keys { background: $panel; color: $foreground; }
    }
    """

    def __init__(self, finder: SessionFinder, desk: SessionDesk, keymap: Mapping[str, str]) -> None:
        """Show what `finder` gives; `desk` does what is wanted with a session."""
        super().__init__()
        self._finder, self._desk, self._keymap = finder, desk, keymap
        self._title = Line(id="sessions-title")
        self._search = Input(
            placeholder="search all prompts, answers and reasoning",
            compact=True,
            id="sessions-search",
        )
        self._search.cursor_blink = False
        self._list = SessionList(id="sessions-table")
        self._preview = Static(id="sessions-preview")
        self._keys = Line(id="sessions-keys")
        self._query = ""
        """What is searched for; empty: the list is shown."""
        self._rows: Sequence[Row] = ()
        self._more = 0
        self._answered = ""
        """The query that the rows answer."""
        self._wanted = asyncio.Event()
        self._shown = asyncio.Event()
        self._quiet: asyncio.TimerHandle | None = None

    def compose(self) -> ComposeResult:
        """Title, search line, list, preview, keys."""
        yield self._title
        yield self._search
        yield self._list
        yield self._preview
        yield self._keys

    def on_mount(self) -> None:
        """Read and search beside."""
        self.run_worker(self._read(), group="sessions read")
        self.run_worker(self._search_on(), group="sessions search")

    def on_unmount(self) -> None:
        """Read no more."""
        self._finder.close()

    def on_resize(self) -> None:
        """Name the keys that there is room for."""
        self._tell()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._query = self._search.value.strip()
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = once(self, QUIET_S, self._wanted.set)

    @on(SessionList.Moved)
    def _moved(self, event: SessionList.Moved) -> None:
        event.stop()
        self._tell()
        self._show_chosen()

    def action_move(self, by: int) -> None:
        """Go to another session."""
        self._list.move(by)

    def action_page(self, by: int) -> None:
        """Go a page on, or back."""
        self._list.move(by * self._list.page)

    def action_close(self) -> None:
        """Search no more; with nothing searched, close."""
        if self._search.value:
            self._search.value = ""
        else:
            self.close()

    def action_open(self) -> None:
        """Read the session."""
        self._act(lambda row: self._desk.read(row.session))

    def action_compare(self) -> None:
        """Compare what it says with what is said here."""
        self._act(lambda row: self._desk.compare(row.session, self._keymap))

    def action_resume(self) -> None:
        """Go on with it."""
        self._act(self._resume)

    async def _resume(self, row: Row) -> None:
        if await self._desk.may_resume(row.session):
            self.close()
            self._desk.resume(row.session)

    def action_rename(self) -> None:
        """Give it another title."""
        self._act(lambda row: self._change(self._desk.rename(row.session)))

    def action_remove(self) -> None:
        """Remove it, if that is what is wanted."""
        self._act(lambda row: self._change(self._remove(row)))

    def _act(self, act: Callable[[Row], Coroutine[None, None, None]]) -> None:
        """Do something with the session under the cursor."""
        self.run_worker(self._of_typed(self._search.value.strip(), act), group="sessions act")

    async def _of_typed(
        self, query: str, act: Callable[[Row], Coroutine[None, None, None]]
    ) -> None:
        """Act once the list is that of what was typed, unless something else is by then."""
        while self._answered != query:
            if self._search.value.strip() != query:
                return
            self._shown.clear()
            await self._shown.wait()
        if (row := self.row) is not None:
            await act(row)

    @property
    def row(self) -> Row | None:
        """The session under the cursor."""
        return self._list.row

    @property
    def reading(self) -> bool:
        """Files are still read."""
        return self._finder.reading

    def shows(self, query: str) -> bool:
        """Whether what stands there was found by this query; of an empty one: the list."""
        return self._answered == query

    async def _remove(self, row: Row) -> bool:
        gone = await self._desk.remove(row.session)
        if gone:
            self._list.choose_near()
        return gone

    async def _change(self, changing: Coroutine[None, None, bool]) -> None:
        """Change something, and show what there is then."""
        if await changing:
            await self._finder.read()
            self._wanted.set()

    async def _read(self) -> None:
        """Show the list as far as it is read, and search again as more is."""
        self._wanted.set()
        reading = asyncio.ensure_future(self._finder.read())
        while not reading.done():
            await asyncio.wait([reading], timeout=AGAIN_S if self._query else LOOK_S)
            self._wanted.set()
        with guarded():
            await reading

    async def _search_on(self) -> None:
        """Show what was typed last, whenever something new is wanted."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            query = self._query
            if not query:
                self._show(query, self._finder.rows, 0)
                continue
            with guarded():
                async for found in self._finder.search(query):
                    if self._query != query:
                        break  # something else is wanted by now
                    self._show(query, found.rows, found.more)

    def _show(self, query: str, rows: Sequence[Row], more: int) -> None:
        """Show these."""
        self._answered, self._rows, self._more = query, rows, more
        self._list.show(rows)
        self._shown.set()
        self._tell()
        self._show_chosen()

    def _tell(self) -> None:
        """Title and keys."""
        told = how_many(self._rows, self._more, searched=bool(self._answered))
        if len(self._rows) > self._list.page:
            told += f"   at {self._list.place + 1}"
        finder = self._finder
        if finder.reading and finder.unread:
            by_now = f", {len(finder.rows)} sessions by now" if self._answered else ""
            told += f"   reading {finder.unread} new files{by_now}…"
        self._title.show(Text.assemble((" Sessions", "bold"), f"  {told}"))
        self._keys.show(foot(acting_in(Scope.SESSIONS), self._keymap, self.app.size.width))

    def _show_chosen(self) -> None:
        """Show the session under the cursor beneath the list."""
        row = self.row
        if row is not None:
            self._preview.update(preview(row), layout=False)
        elif not self._finder.reading:
            self._preview.update("" if self._query else "no session is kept yet", layout=False)
