"""One server's work: so many prompts at once, held while it is away, given up after a time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from massgen_tui.backends.events import BackendError
from massgen_tui.pulse import running_time

PACE = 1.0
"""Seconds from one sending in vain to the next, while a server is away."""


class Unit(NamedTuple):
    """One answer that is wanted."""

    agent: str
    place: int
    """The prompt's, from 0."""
    repeat: int
    """Which answer to it, from 1."""


Ask = Callable[[Unit, Callable[[], None]], Awaitable[BackendError | None]]
"""Asks; calls what it is handed when the answer begins. Gives why the server is away, if it is."""


class Lane:
    """Asks one server, by so many workers. While it is away, one of them tries, the others wait."""

    def __init__(
        self,
        server: str,
        units: Iterator[Unit],
        ask: Ask,
        *,
        at_once: int,
        wait: float,
        note: Callable[[str], None],
        give_up: Callable[[Unit, BackendError], None],
    ) -> None:
        """Make ready.

        Args:
            server: what it is called.
            units: the answers that are wanted, in the order in which they are asked for.
            ask: asks for one.
            at_once: how many may be under way.
            wait: seconds after which a server that is away is given up.
            note: told, in words, when it goes and comes.
            give_up: told what is asked for no more.
        """
        self._server = server
        self._units = units
        self._ask = ask
        self._at_once = at_once
        self._wait = wait
        self._note = note
        self._give_up = give_up
        self._held: deque[Unit] = deque()
        self._up = asyncio.Event()
        self._up.set()
        self._gone: BackendError | None = None
        self._trying = False
        """A worker tries whether the server is up; it alone tells the others to go on."""

    async def run(self) -> None:
        """Ask for all, and return when each has ended or was given up."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._work())
        if self._gone is not None:
            for unit in (*self._held, *self._units):
                self._give_up(unit, self._gone)

    async def _work(self) -> None:
        while (unit := await self._next()) is not None:
            why = await self._ask(unit, _nothing)
            if why is not None:
                self._held.append(unit)
                if self._gone is None:
                    self._up.clear()
                if not self._trying and self._gone is None:
                    self._trying = True
                    await self._try_until_up(why)
                    self._trying = False
                    self._up.set()

    async def _next(self) -> Unit | None:
        await self._up.wait()
        if self._gone is not None:
            return None
        return self._held.popleft() if self._held else next(self._units, None)

    async def _try_until_up(self, why: BackendError) -> None:
        """Ask for what is held, one at a time, until an answer begins or the time is over."""
        self._note(
            f"{self._server} is away ({why.message}): its prompts wait, {self._wait:g} s at most"
        )
        end = running_time() + (self._wait if why.passing else 0.0)
        while running_time() < end:
            await asyncio.sleep(min(PACE, max(end - running_time(), 0.0)))
            if not self._held:
                return  # what was held was taken when it seemed to be up
            unit = self._held.popleft()
            again = await self._ask(unit, self._back)
            if again is None:
                self._back()
                return
            self._held.appendleft(unit)
            self._up.clear()
            why = again
        self._gone = why
        self._note(f"{self._server} is given up: {why.message}")

    def _back(self) -> None:
        if not self._up.is_set():
            self._up.set()
            self._note(f"{self._server} is back")


def _nothing() -> None:
    """The server was up all the time."""
