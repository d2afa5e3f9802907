"""Two builds measured in turns, so that what else the machine does touches both alike.

A script measures by a function that is given the folder of a build (`Console(..., root=root)`,
`Child(..., root=root)`) and gives what it found; a `Plan` says how often, how large, and beside
which other build:

    def rows(plan: Plan) -> Iterator[Row]:
        runs = plan.turns(lambda root: measure(root, seconds=plan.size(6)))
        yield Row(
            "CPU per chunk", unit="x", of="the bare loop", goal=0.4,
            ours=[run.ratio for run in runs.ours], base=[run.ratio for run in runs.base],
        )
"""

import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from bench.harness.process import ROOT

Found = TypeVar("Found")
FAILED = (OSError, RuntimeError, ValueError, LookupError, ArithmeticError, AssertionError,
          AttributeError, SystemExit, subprocess.SubprocessError)  # fmt: skip
"""What a run raises that did not come to its end, `TimeoutError` among them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The quartiles of some numbers."""

    low: float
    middle: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The quartiles, between two numbers by their distance; of one number three times itself.

    Raises:
        ValueError: there is no number.
    """
    if not values:
        raise ValueError("no run, no quartiles")
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


@dataclass(slots=True)
class Turns(Generic[Found]):
    """What was found, one of each build per pair; `base` is empty where there is no other build."""

    ours: list[Found] = field(default_factory=list)
    base: list[Found] = field(default_factory=list)
    missing: str = ""
    """Why `base` is empty."""


def pairs(
    ours: Callable[[], Found],
    base: Callable[[], Found] | None,
    count: int,
    *,
    warm: int = 0,
    say: Callable[[str], None] = print,
) -> Turns[Found]:
    """Run both so many times in turns, each first in every other pair.

    The first `warm` pairs are not kept. A pair of which one run fails is left out, and said; if
    the other build fails at the first one, it is left alone from then on.

    Raises:
        RuntimeError: ours never came to its end.
    """
    found: Turns[Found] = Turns(missing="" if base else "no other build")
    errors: list[str] = []
    known = False
    for number in range(warm + count):
        theirs = _tried(base, errors) if number % 2 else []
        mine = _tried(ours, errors)
        theirs = theirs if number % 2 else _tried(base, errors)
        known = known or bool(theirs)
        for error in errors:
            say(f"  a run failed: {error}")
        if base is not None and not known:
            base, found.missing = None, errors[-1]
        if number >= warm and mine and (theirs or base is None):
            found.ours += mine
            found.base += theirs
        missing, errors = errors or [""], []
    if not found.ours:
        raise RuntimeError(f"no run came to its end: {missing[-1]}")
    return found


def _tried(work: Callable[[], Found] | None, errors: list[str]) -> list[Found]:
    """What a run gives, if it comes to its end."""
    if work is None:
        return []
    try:
        return [work()]
    except FAILED as failure:
        errors.append(_told(failure))
        return []


def _told(failure: BaseException) -> str:
    text = str(failure).partition("\n")[0] or type(failure).__name__
    return text[:200]


@dataclass(frozen=True, slots=True)
class Plan:
    """How often is measured, how large, and beside which other build."""

    pairs: int = 9
    base: Path | None = None
    """The folder of the other build; without it only ours is measured."""
    share: float = 1.0
    """How large long rows are."""
    peers: bool = True
    """Whether other programs are measured too, where they are installed."""
    say: Callable[[str], None] = print
    """Takes a line about how far it is."""

    def size(self, whole: float) -> float:
        """A length or number of a long row."""
        return whole * self.share

    def turns(
        self, measure: Callable[[Path], Found], *, most: int | None = None, warm: int = 0
    ) -> Turns[Found]:
        """Measure both builds in turns, `most` pairs where a run takes minutes."""
        base = self.base
        return pairs(
            lambda: measure(ROOT),
            None if base is None else lambda: measure(base),
            self.pairs if most is None else min(self.pairs, most),
            warm=warm,
            say=self.say,
        )
