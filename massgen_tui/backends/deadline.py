"""Time limits of one answer, without a timer a chunk."""

import asyncio
from collections.abc import Callable

from massgen_tui.config.model import Timeouts
from massgen_tui.pulse import pulse

_NEVER = float("inf")
_LAST_WORDS = 10.0


class Deadline:
    """One timer for a whole answer: when it fires and the deadline has moved, it sleeps on.

    A stream moves its deadline with every chunk, for the price of a float; the loop sees one timer.
    """

    __slots__ = (
        "_deadline",
        "_end",
        "_handle",
        "_idle",
        "_loop",
        "_pulse",
        "expire",
        "expired",
        "finished",
        "limit",
    )

    def __init__(self, limits: Timeouts, end: float, expire: Callable[[], None]) -> None:
        """Begin with the first token's limit; `end` is when all is over, in the loop's time."""
        self._loop = asyncio.get_running_loop()
        self._idle = limits.idle or _NEVER
        self._end = end
        self._deadline = self._loop.time() + (limits.first_token or _NEVER)
        self._handle: asyncio.Handle | None = None
        self.expire = expire
        """Called on the loop when a limit ran out, once."""
        self.expired = ""
        """The limit that ran out: `first_token`, `idle` or `total`."""
        self.limit = "first_token"
        """The limit that holds now."""
        self.finished = False
        """The server said why it stopped: signs of life count no more, only what it still says."""
        self._pulse = pulse()
        self._pulse.listen(self._stood_still)
        self._arm()

    def talking(self) -> None:
        """The first token came: from now on the silence between two pieces counts."""
        self.limit = "idle"
        self.alive()
        self._disarm()
        self._arm()

    def alive(self) -> None:
        """Something came after the first token."""
        now = self._loop.time()
        if now > self._pulse.late_at:  # told before what came is taken in
            self._pulse.check()
        self._deadline = now + self._idle

    def finishing(self) -> None:
        """The server said why it stopped: only its last words (usage, `[DONE]`) are waited for."""
        if not self.finished:
            self.finished = True
            self._idle = min(self._idle, _LAST_WORDS)
            self.talking()

    def stop(self) -> None:
        """Nothing runs out any more."""
        self._pulse.leave(self._stood_still)
        self._disarm()

    def _stood_still(self, seconds: float) -> None:
        """Let no time have passed that the program stood still."""
        self._deadline += seconds
        self._end += seconds

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        when = min(self._deadline, self._end)
        if when < _NEVER:
            self._handle = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        # What came while the loop was busy (or the program suspended) is read first, then judged.
        self._handle = self._loop.call_soon(self._judge)

    def _judge(self) -> None:
        self._handle = None
        now = self._loop.time()
        if now >= self._end:
            self.expired = "total"
        elif now >= self._deadline:
            self.expired = self.limit
        else:
            self._arm()
            return
        self.expire()
