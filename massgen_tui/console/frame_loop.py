"""The one clock of painting: panes are drawn by frame, not by token.

A frame first lets all paused sockets read, gives that a moment, then draws what is new. How often
depends on what drawing costs: painting takes at most about a tenth of one core, between 12.5
and 5 frames a second. More frames cost more and are not seen. Where more panes change than one
reads at a time frames come further apart, as each reads and draws all of them; what is drawn of
them after the first step (`PaneGrid`) costs as much again.
Nothing runs while nothing can change.
"""

import asyncio
import time
from collections.abc import Callable

FASTEST, SLOWEST = 1 / 12.5, 1 / 5
"""Seconds between two frames; the first few, before their cost is known, come at the fastest."""
SHARE = 10.0
"""A frame may come after this many times the CPU time that the last ones took."""
FEW, APART = 16, 0.006
"""Panes that are drawn at the fastest, in one step; seconds between frames for each beyond them."""
READ_TIME = 0.001
"""Seconds between letting sockets read and drawing what they gave."""


class FrameLoop:
    """Draws frames while something can change."""

    def __init__(
        self,
        *,
        busy: Callable[[], bool],
        open_gate: Callable[[], None],
        paint: Callable[[], bool],
        after_paint: Callable[[Callable[[], None]], object],
        changed: Callable[[], int] = lambda: 0,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        """Make a pump that stands still.

        Args:
            busy: whether anything more can come.
            open_gate: lets paused streams read once more.
            paint: draws what is new in the panes that are seen; tells whether the screen stands.
            after_paint: calls its argument once the screen has been drawn, where it does not yet.
            changed: how many panes the last frame drew.
            cpu: CPU seconds of this thread.
        """
        self._busy = busy
        self._open_gate = open_gate
        self._paint = paint
        self._after_paint = after_paint
        self._changed = changed
        self._cpu = cpu
        self._awake = asyncio.Event()
        self._cost: float | None = None
        self.frames = 0
        """Frames drawn so far."""

    @property
    def period(self) -> float:
        """Seconds until the next frame."""
        if self._cost is None:
            return FASTEST
        changed = self._changed()
        fastest = FASTEST + APART * max(changed - FEW, 0)
        return min(SLOWEST, max(fastest, self._cost * max(changed / FEW, 1) * SHARE))

    @property
    def running(self) -> bool:
        """Frames are being drawn."""
        return self._awake.is_set()

    def wake(self) -> None:
        """Something changed or will: draw until nothing can change any more."""
        self._awake.set()

    def measured(self, cost: float) -> None:
        """Take in what a frame cost, in CPU seconds."""
        self._cost = cost if self._cost is None else 0.8 * self._cost + 0.2 * cost

    def frame(self) -> None:
        """Draw one frame now and measure it until the screen stands."""
        began = self._cpu()
        drawn = self._paint()
        self.frames += 1
        if drawn:
            self.measured(self._cpu() - began)
        else:
            self._after_paint(lambda: self.measured(self._cpu() - began))

    async def run(self) -> None:
        """Draw frames for ever; cancel to stop."""
        while True:
            await self._awake.wait()
            self._open_gate()
            await asyncio.sleep(READ_TIME)
            if not self._busy():
                self._awake.clear()
            self.frame()
            await asyncio.sleep(self.period - READ_TIME)
