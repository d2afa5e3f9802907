"""The consoles that are open, at most so many, and which session each page's was at."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from massgen_tui.serve.child import Child, Size
from massgen_tui.serve.downloads import Downloads

_REMEMBERED = 256
"""Pages whose session is known once they are closed, the newest."""

ENDED = "The server has ended."
_ELSEWHERE = "This page was opened again, and its console goes on there."


class Full(Exception):
    """There are as many consoles as there may be."""


@dataclass(eq=False, slots=True)
class Console:
    """One console, and the page it is on."""

    child: Child
    tab: str
    """The page's own name, which it keeps when it is loaded again; empty: it has none."""
    files: Downloads = field(default_factory=Downloads)
    why: str = ""
    """Why we ended it, where the page is to be told."""


class Consoles:
    """All of them."""

    def __init__(self, job: Mapping[str, object], most: int) -> None:
        """None yet.

        Args:
            job: what each opens.
            most: how many there may be at once.
        """
        self.job = job
        self.most = most
        self._open: dict[Console, None] = {}
        self._coming = 0
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._turn = asyncio.Lock()
        self.closed = False

    @property
    def full(self) -> bool:
        """One more would be too many."""
        return len(self._open) + self._coming >= self.most

    @property
    def words(self) -> str:
        """What is said where it is full."""
        if self.closed:
            return ENDED
        many = "1 console is open" if self.most == 1 else f"{self.most} consoles are open"
        return (
            f"{many}, and no more may be: close one, or start serve with --consoles {self.most + 1}"
        )

    async def start(self, tab: str, size: Size) -> Console:
        """Open a console for a page; the one that the page had before ends first.

        Raises:
            Full: there may be no more.
            OSError: no process can be started.
        """
        async with self._turn:
            before = [one for one in self._open if tab and one.tab == tab]
            await asyncio.gather(*(self.end(one, _ELSEWHERE) for one in before))
            if self.full or self.closed:
                raise Full
            self._coming += 1
        try:
            child = await Child.start(self._job_of(tab), size)
        finally:
            self._coming -= 1
        console = Console(child, tab)
        self._open[console] = None
        return console

    def _job_of(self, tab: str) -> dict[str, object]:
        """What a page's console opens: the session that the page was at goes on."""
        session = self._sessions.get(tab)
        return dict(self.job) | ({"resume": session} if session else {})

    def remember(self, console: Console, session: str) -> None:
        """A console is at this session, which goes on when the page is loaded again."""
        if console.tab:
            self._sessions[console.tab] = session
            self._sessions.move_to_end(console.tab)
            while len(self._sessions) > _REMEMBERED:
                self._sessions.popitem(last=False)

    def forget(self, console: Console) -> None:
        """The page's next console begins anew: this one was quit."""
        self._sessions.pop(console.tab, None)

    async def end(self, console: Console, why: str = "") -> None:
        """Have a console end; it is gone when this returns."""
        console.why = console.why or why
        await console.child.end()
        console.files.close()
        self._open.pop(console, None)

    async def end_all(self, why: str) -> None:
        """Have all end, at the same time, and open no more."""
        self.closed = True
        await asyncio.gather(*(self.end(one, why) for one in list(self._open)))

    def holder(self, key: str) -> Console | None:
        """The console that offers this file."""
        return next((one for one in self._open if key in one.files), None)
