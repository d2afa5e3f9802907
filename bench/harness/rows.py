"""A row of the table of goals: a figure of each run of ours and of the other build's."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.harness.pairs import Spread, spread

KEPT = 1.05
"""No row may cost more than this, of what it cost in the other build."""


class Met(StrEnum):
    """Whether a goal is met."""

    YES = "met"
    NO = "NOT MET"
    UNKNOWN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured; less is better."""

    what: str
    ours: Sequence[float]
    """One figure a run: of what it is measured beside (`of`), or by itself."""
    base: Sequence[float] = ()
    """The other build's, of the same pairs; empty where it has none."""
    unit: str = "x"
    """`x` (times `of`), `s`, `ms`, `us`, `MB`, `%`, or anything else that is short."""
    of: str = ""
    """What the figure is a ratio of, or above."""
    goal: float | None = None
    """At most this."""
    goal_of_base: bool = False
    """The goal is for the ratio of ours to the other build's, not for the figure."""
    note: str = ""
    """Numbers beside it, or why something is missing."""

    @property
    def ratio(self) -> Spread | None:
        """Ours in the other build's, of the pairs; none without the other build."""
        both = [(mine, theirs) for mine, theirs in zip(self.ours, self.base, strict=False)]
        ratios = [mine / theirs for mine, theirs in both if theirs > 0]
        return spread(ratios) if ratios else None

    @property
    def met(self) -> Met:
        """Whether the median is within the goal."""
        ratio = self.ratio
        if self.goal is None or (self.goal_of_base and ratio is None):
            return Met.UNKNOWN
        if self.goal_of_base and ratio is not None:
            return _within(ratio.middle, self.goal)
        return _within(spread(self.ours).middle, self.goal)

    @property
    def kept(self) -> Met:
        """Whether it costs no more than in the other build."""
        return Met.UNKNOWN if self.ratio is None else _within(self.ratio.middle, KEPT)


def _within(value: float, limit: float) -> Met:
    return Met.YES if value <= limit else Met.NO
