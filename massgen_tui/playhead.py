"""The one clock of what is played again: kept sessions, and the demo's recorded streams."""

import time
from collections.abc import Callable

SLOWEST, FASTEST = 0.125, 64.0


class Playhead:
    """Where one is between two moments, in seconds of what is played.

    It moves by the wall's clock, as fast as `speed` says; who plays asks how far it has come.
    """

    def __init__(
        self,
        begin: float,
        end: float,
        *,
        speed: float = 1.0,
        playing: bool = True,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        """Stand at `begin`.

        Args:
            begin: the first moment.
            end: the last.
            speed: how many seconds pass in one.
            playing: move from now on.
            wall: gives monotonic seconds.
        """
        self.begin, self.end = begin, end
        self.speed = speed
        self.playing = playing
        self.position = begin
        self._wall = wall
        self._since = wall()

    def came(self) -> float:
        """How far it has come by now, from `position`; to be asked once, and then gone to."""
        now = self._wall()
        passed, self._since = now - self._since, now
        return self.position + passed * self.speed if self.playing else self.position

    def until(self, moment: float) -> float:
        """Seconds of the wall's clock until it comes to `moment`; below 0 when it is past."""
        return (moment - self.position) / self.speed - (self._wall() - self._since)

    def go(self, position: float) -> None:
        """Go to a moment; at the end, stand still."""
        self.position = min(position, self.end)

    def rest(self) -> None:
        """Forget the time that passed since it was asked last."""
        self._since = self._wall()

    def change_speed(self, factor: float) -> None:
        """Let more, or less, happen in a second."""
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)
