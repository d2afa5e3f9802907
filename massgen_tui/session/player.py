"""Plays a kept session again: its events, fed to a state by a clock that can be moved."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from math import inf

from massgen_tui.playhead import Playhead
from massgen_tui.session.events import (
    Ended,
    Entry,
    Listener,
    Prompted,
    Queued,
    Sampled,
    ServerNoted,
    Withdrawn,
)
from massgen_tui.session.listeners import Listeners
from massgen_tui.session.state import SessionState

PAUSE = 3.0
"""Seconds, of the one who watches, that a pause takes in which nobody answers, at most."""
JUST = 0.5
"""Seconds behind a prompt in which the one before it is meant by "before"."""


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
        self._times = _rising(entries)
        self._prompts = [
            at
            for at, entry in zip(self._times, entries, strict=True)
            if isinstance(entry.event, Prompted)
        ]
        self._pauses = pauses(entries, self._times)
        self._next = 0
        self._listeners = Listeners()
        begin, end = (self._times[0], self._times[-1]) if self._times else (0.0, 0.0)
        self._head = Playhead(begin, end, speed=speed, playing=bool(entries), wall=wall)
        self.begin, self.end = begin, end

    @property
    def position(self) -> float:
        """The session's seconds at which it stands."""
        return self._head.position

    @property
    def speed(self) -> float:
        """How many seconds pass in one."""
        return self._head.speed

    @property
    def playing(self) -> bool:
        """It does not stand still."""
        return self._head.playing

    def clock(self) -> float:
        """The session's seconds at the position."""
        return self._head.position

    def listen(self, listener: Listener, *, streams: bool = True) -> None:
        """Call `listener` for what happens again, with `streams` for pieces of answers too."""
        self._listeners.add(listener, streams=streams)

    def advance(self) -> bool:
        """Let happen what is due by now; gives whether anything did."""
        position = self._head.came()
        if not self.playing:
            return False
        if (pause := self._pause) is not None:
            begin, end = pause
            if position - begin >= PAUSE * self.speed:
                position = max(position, end)
        return self._go(position)

    @property
    def skips(self) -> bool:
        """It plays in a pause that will be cut short."""
        pause = self._pause
        return self.playing and pause is not None and pause[1] - pause[0] > PAUSE * self.speed

    @property
    def _pause(self) -> tuple[float, float] | None:
        """The pause at the position: where it begins and ends."""
        place = bisect_right(self._pauses, (self.position, inf)) - 1
        if place < 0 or self.position >= self._pauses[place][1]:
            return None
        return self._pauses[place]

    def pause(self) -> None:
        """Stand still, or play on; at the end, play from the beginning."""
        self.advance()
        if not self.playing and self.position >= self.end:
            self.seek(self.begin)
        self._head.playing = not self.playing

    def faster(self, factor: float) -> None:
        """Let more, or less, happen in a second."""
        self.advance()
        self._head.change_speed(factor)

    def step(self, by: int) -> None:
        """Go to the next moment at which something happened, or the one before, and stand."""
        self._head.playing = False
        if by > 0 and self._next < len(self._times):
            self._go(self._times[self._next])
        elif by < 0 and self._next > 0:
            before = self._times[self._next - 1]
            place = bisect_right(self._times, before - 1e-9)
            self.seek(self._times[place - 1] if place else self.begin - 1e-6)

    def skip(self, by: int) -> None:
        """Go to the next prompt, or the end; or to the one before, or the beginning."""
        if by > 0:
            place = bisect_right(self._prompts, self.position)
            self.seek(self._prompts[place] if place < len(self._prompts) else self.end)
        else:
            place = bisect_left(self._prompts, self.position - JUST) - 1
            self.seek(self._prompts[place] if place >= 0 else self.begin)

    def seek(self, position: float) -> None:
        """Go to a moment."""
        self._head.rest()
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
        self._head.go(position)
        if self._next == len(times):
            self._head.playing = False
        return self._next > first


def _rising(entries: Sequence[Entry]) -> list[float]:
    """The moments of the entries; one that is told late counts as of then."""
    times: list[float] = []
    for entry in entries:
        times.append(max(entry.at, times[-1]) if times else entry.at)
    return times


def pauses(entries: Sequence[Entry], times: Sequence[float]) -> list[tuple[float, float]]:
    """When nobody answered, from one thing that happened to the next, samples apart."""
    found: list[tuple[float, float]] = []
    answering: set[int] = set()
    since: float | None = None
    for entry, at in zip(entries, times, strict=True):
        event = entry.event
        if isinstance(event, Sampled | ServerNoted):
            continue
        if since is not None and at > since:
            found.append((since, at))
        if isinstance(event, Queued):
            answering.add(event.attempt)
        elif isinstance(event, Ended | Withdrawn):
            answering.discard(event.attempt)
        since = None if answering else at
    return found
