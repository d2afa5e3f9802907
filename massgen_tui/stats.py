"""What many measured numbers are like together: percentiles and spread. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The tenth, fiftieth and ninetieth percentile of `n` numbers."""

    n: int
    p10: float
    p50: float
    p90: float

    def as_json(self) -> dict[str, float | int]:
        """By name, rounded to six digits behind the point."""
        return {
            "n": self.n,
            "p10": round(self.p10, 6),
            "p50": round(self.p50, 6),
            "p90": round(self.p90, 6),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The number below which a `share` (0 to 1) of the numbers lies, between two of them in part.

    Linear between the closest two, as numpy, aiperf and guidellm have it by default.

    Raises:
        ValueError: there are no numbers.
    """
    if not values:
        raise ValueError("no numbers")
    ordered = sorted(values)
    place = (len(ordered) - 1) * min(max(share, 0.0), 1.0)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread_of(values: Sequence[float]) -> Spread | None:
    """The spread of some numbers; None: there are none."""
    if not values:
        return None
    ordered = sorted(values)
    tenth, half, ninetieth = (percentile(ordered, share) for share in (0.1, 0.5, 0.9))
    return Spread(len(ordered), tenth, half, ninetieth)
