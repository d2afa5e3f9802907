"""Plays a kept session again: its events, fed to a state by a clock that can be moved."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence

from massgen_tui.session.events import Entry, Listener
from massgen_tui.session.listeners import Listeners
from massgen_tui.session.state import SessionState

SLOWEST, FASTEST = 0.125, 64.0


class Player:
    """A state that becomes, moment by moment, what it was.

    The position is in seconds of the session's clock; nothing happens until `advance`.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        state: SessionState,
        *,
        speed: float = 1.0,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        """Stand at the beginning, and play.

        Args:
            entries: what happened, in order.
            state: of agents that were asked nothing yet.
            speed: how many seconds pass in one.
            wall: gives monotonic seconds.
        """
        self._entries = entries
        self._state = state
        self._wall = wall
        self._times = _rising(entries)
        self._next = 0
        self._listeners = Listeners()
        self._since = wall()
        self.speed = speed
        self.playing = bool(entries)
        self.begin = self._times[0] if self._times else 0.0
        self.end = self._times[-1] if self._times else 0.0
        self.position = self.begin

    def clock(self) -> float:
        """The session's seconds at the position."""
        return self.position

    def listen(self, listener: Listener, *, streams: bool = True) -> None:
        """Call `listener` for what happens again, with `streams` for pieces of answers too."""
        self._listeners.add(listener, streams=streams)

    def advance(self) -> bool:
        """Let happen what is due by now; gives whether anything did."""
        now = self._wall()
        passed, self._since = now - self._since, now
        if not self.playing:
            return False
        return self._go(self.position + passed * self.speed)

    def pause(self) -> None:
        """Stand still, or play on; at the end, play from the beginning."""
        self.advance()
        if not self.playing and self.position >= self.end:
            self.seek(self.begin)
        self.playing = not self.playing

    def faster(self, factor: float) -> None:
        """Let more, or less, happen in a second."""
        self.advance()
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)

    def step(self, by: int) -> None:
        """Go to the next moment at which something happened, or the one before, and stand."""
        self.playing = False
        if by > 0 and self._next < len(self._times):
            self._go(self._times[self._next])
        elif by < 0 and self._next > 0:
            before = self._times[self._next - 1]
            place = bisect_right(self._times, before - 1e-9)
            self.seek(self._times[place - 1] if place else self.begin - 1e-6)

    def seek(self, position: float) -> None:
        """Go to a moment."""
        self._since = self._wall()
        position = min(max(position, self.begin - 1e-6), self.end)
        if position < self.position:
            self._state.reset()
            self._next = 0
        self._go(position)

    def _go(self, position: float) -> bool:
        first, times = self._next, self._times
        while self._next < len(times) and times[self._next] <= position:
            entry = self._entries[self._next]
            self._next += 1
            self._state.apply(entry)
            self._listeners.tell(entry)
        self.position = min(position, self.end)
        if self._next == len(times):
            self.playing = False
        return self._next > first


def _rising(entries: Sequence[Entry]) -> list[float]:
    """The moments of the entries; one that is told late counts as of then."""
    times: list[float] = []
    for entry in entries:
        times.append(max(entry.at, times[-1]) if times else entry.at)
    return times
