"""Lists and searches kept sessions in threads; what it gives is ready to be shown."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from massgen_tui.store.catalogue import Catalogue, open_catalogue
from massgen_tui.store.hits import Found, Line, joined, line_at
from massgen_tui.store.summary import Passage, Summary
from massgen_tui.text import one_line

WIDEST = 240
"""Characters of a line that is shown in a row, at most."""
AROUND = 1500
"""Characters of the text that is shown beneath the list."""
_BEFORE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A session in the list."""

    session: Summary
    line: Line
    """Its first prompt, or the line that was found."""
    where: str = ""
    """In which of its texts that stands; empty: nothing was searched."""
    more: int = 0
    """Other texts in which it stands."""
    text: str = ""
    """What is shown of it beneath the list."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a search gave."""

    rows: Sequence[Row]
    more: int
    """Sessions beyond these."""


class SessionFinder:
    """The kept sessions, for a screen; nothing here holds up the event loop."""

    def __init__(self, make: Callable[[], Catalogue] = open_catalogue) -> None:
        """Open the catalogue when it is first needed."""
        self._make = make
        self._catalogue: Catalogue | None = None
        self._opening = Lock()
        self._closed = False
        self.rows: list[Row] = []
        """All sessions that were read by now, the one that began last first."""
        self.unread = 0
        """Files that were new when it was begun to read; all is read when `reading` ends."""
        self.reading = False

    async def read(self) -> None:
        """Read the list anew; `rows` grow meanwhile, or stay until it is whole."""
        self.reading = True
        try:
            self.rows = await to_thread(self._read)
        finally:
            self.reading = False

    async def search(self, query: str) -> AsyncIterator[Rows]:
        """What the words of a query find at once, then with it what a look at every text does."""
        fast = await to_thread(self._fast, query)
        if fast.hits:
            yield await to_thread(_rows, fast, query)
        look = await to_thread(self._look, query)
        yield await to_thread(_rows, joined(fast, look), query)

    async def forget(self, path: Path) -> None:
        """A session was removed."""
        await to_thread(self._open().forget, path)

    def close(self) -> None:
        """Read no more."""
        self._closed = True
        if self._catalogue is not None:
            self._catalogue.close()

    def _open(self) -> Catalogue:
        with self._opening:
            if self._catalogue is None:
                self._catalogue = self._make()
            return self._catalogue

    def _read(self) -> list[Row]:
        catalogue = self._open()
        self.unread = catalogue.unread()
        rows: list[Row] = []
        if not self.rows:
            self.rows = rows  # it is seen growing
        for one in catalogue.sessions():
            if self._closed:
                break
            rows.append(_row(one))
        return rows

    def _fast(self, query: str) -> Found:
        return self._open().by_words(query)

    def _look(self, query: str) -> Found:
        return self._open().by_look(query)


def where(passage: Passage) -> str:
    """In which text of a session something stands, for people."""
    turn = [f"turn {passage.turn}"] if passage.turn else []
    return " ".join(
        [*turn, *([one_line(passage.agent, 20)] if passage.agent else []), passage.kind]
    )


def _row(one: Summary) -> Row:
    return Row(one, Line(one_line(one.prompt, WIDEST), 0, 0), text=one.prompt[:AROUND])


def _rows(found: Found, query: str) -> Rows:
    rows = []
    for hit in found.hits:
        text = hit.first.text
        line = line_at(text, query, WIDEST)
        place = max(text.find(line.text[line.start : line.end]), 0)
        begin = max(place - _BEFORE, 0)
        shown = f"{'…' if begin else ''}{text[begin : begin + AROUND]}"
        rows.append(Row(hit.session, line, where(hit.first), hit.more, shown))
    return Rows(rows, found.more)
