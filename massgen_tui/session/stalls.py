"""Where an answer stood still: a gap between two pieces that is out of all proportion."""

from array import array
from dataclasses import field
from statistics import median
from typing import NamedTuple

from massgen_tui.data_class import dataclass
from massgen_tui.session.times import Times

LEAST = 1.0
"""Seconds that a stall lasts at least, …"""
MEDIANS = 10
"""… and how many times the median gap of its answer."""
_NO_GAP = array("f", (0.0,)).tobytes()
_MOST = 100
"""Stalls that are kept of one answer."""


class Stall(NamedTuple):
    """One gap."""

    at_s: float
    """Seconds from the request's last byte to where it began."""
    gap_s: float


@dataclass(slots=True)
class Gaps:
    """The gaps between the pieces of an answer that comes."""

    _long: list[Stall] = field(default_factory=list)
    _all: "array[float]" = field(default_factory=lambda: array("f"))

    def piece(self, times: Times, now: float, count: int = 1) -> None:
        """Take in a piece that came now, or so many at once, before `times` does."""
        if count > 1:
            self._all.frombytes(_NO_GAP * (count - 1))
        if times.first_token is None:
            return
        gap = now - times.quiet_since
        self._all.append(gap)
        if gap >= LEAST and len(self._long) < _MOST and (asking := times.asking) is not None:
            self._long.append(Stall(max(times.quiet_since - asking, 0.0), gap))

    def stalls(self) -> tuple[Stall, ...]:
        """The gaps of at least a second and ten median gaps."""
        if not self._long:
            return ()
        most = max(MEDIANS * median(self._all), LEAST)
        return tuple(one for one in self._long if one.gap_s >= most)
