"""Notices that the whole program stood still: SIGSTOP, ctrl+z, a frozen container or machine.

While it stood still no time passed for anything that is measured or limited here. A beat that comes
late although the program did no work tells so; a loop that is kept busy is late too, but works.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

BEAT = 0.25
"""Seconds between two beats."""
STILL = 2.0
"""Seconds that a beat must be late."""
IDLE = 0.1
"""The share of that time in which the program may have worked all the same, beside a whole beat
before it."""

Heard = Callable[[float], None]
"""Is told how many seconds the program stood still, before anything else runs."""


class Pulse:
    """The beat of one event loop; it beats while somebody listens."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        """Nobody listens yet; `clock` is the loop's, `cpu` gives the program's own work."""
        self._clock = clock
        self._cpu = cpu
        self._worked = 0.0
        self._due = 0.0
        self._heard: list[Heard] = []
        self._handle: asyncio.TimerHandle | None = None
        self.late_at = float("inf")
        """When the next beat is so late that something is wrong."""
        self.lost = 0.0
        """Seconds for which the program stood still while somebody listened."""

    def listen(self, heard: Heard) -> None:
        """Tell `heard` of every stop from now on."""
        self._heard.append(heard)
        if self._handle is None:
            self._arm()

    def leave(self, heard: Heard) -> None:
        """Tell `heard` no more."""
        if heard in self._heard:
            self._heard.remove(heard)
        if not self._heard and self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self.late_at = float("inf")

    def check(self) -> None:
        """Look whether the program stood still since the last beat; told once."""
        late, worked = self._clock() - self._due, self._cpu() - self._worked
        if late >= STILL and worked <= BEAT + IDLE * late:
            still = late + BEAT / 2  # it began somewhere between two beats
            self.lost += still
            for heard in tuple(self._heard):
                heard(still)
        if self._handle is not None:
            self._handle.cancel()
            self._arm()

    def _arm(self) -> None:
        self._due = self._clock() + BEAT
        self._worked = self._cpu()
        self.late_at = self._due + STILL
        self._handle = asyncio.get_running_loop().call_later(BEAT, self.check)


_PULSES: WeakKeyDictionary[asyncio.AbstractEventLoop, Pulse] = WeakKeyDictionary()


def pulse() -> Pulse:
    """The pulse of the loop that runs."""
    return _PULSES.setdefault(asyncio.get_running_loop(), Pulse())


def running_time() -> float:
    """The loop's time less that in which the program is known to have stood still."""
    return asyncio.get_running_loop().time() - pulse().lost


@asynccontextmanager
async def running_timeout(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, but time in which the program stood still does not count."""
    async with asyncio.timeout(seconds) as limit:

        def later(still: float) -> None:
            when = limit.when()
            if when is not None and not limit.expired():
                limit.reschedule(when + still)

        pulse().listen(later)
        try:
            yield
        finally:
            pulse().leave(later)
