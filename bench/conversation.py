"""What one long conversation costs: its memory, and CPU of its last turns beside its first.

Two consoles without a terminal, agents that are scripted in their processes, no network: answers of
16.7 kB in 300 pieces. One holds all but the last turns; then the other holds its first and this one
its last in turns, so that what else the machine does touches both alike. CPU is that of all threads
from an answer's first piece until its last is drawn and kept, sending is told apart. At the end
`ctrl+n` is pressed.

    python -m bench.conversation [--turns 240 --agents 4]
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.harness.held import Turn
from bench.harness.pairs import Plan, spread
from bench.harness.process import Child
from bench.harness.rows import Row
from bench.harness.scripted import PIECES

TURNS, AGENTS = 240, 4
SPAN = 40
"""Turns at each end that are compared."""
ANSWER_MB = 16_700 / 1e6
KEEPS = "massgen_tui/store/recording.py"
"""What keeps a session while it runs, in a build that can be measured here."""
_AT_ONCE = 20
"""Turns held between two words of a console."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured."""

    first: list[Turn]
    last: list[Turn]
    begun: float
    """MB before the first turn."""
    full: float
    """MB behind the last one."""
    left: float
    """MB behind `ctrl+n`."""

    @property
    def ratios(self) -> list[float]:
        """A last turn's CPU of a first one's, pair by pair."""
        pairs = zip(self.first, self.last, strict=True)
        return [late.answer_s / early.answer_s for early, late in pairs]

    @property
    def log(self) -> list[float]:
        """The log's share of each last turn, in percent."""
        return [one.log_s / one.answer_s * 100 for one in self.last]


class Held(Child):
    """A console in a process of its own."""

    def __init__(self, agents: int, root: Path | None = None) -> None:
        """Open it, with so many agents; that of the build in `root`.

        Raises:
            RuntimeError: that build has other parts.
        """
        if root is not None and not (root / KEEPS).exists():
            raise RuntimeError(f"it has no {KEEPS}")
        super().__init__("bench.harness.held", agents, root=root)
        self.begun = float(self.until("memory"))

    def hold(self, before: int = 0) -> Turn:
        """Hold some turns, and one more; gives what that cost."""
        self.tell(f"hold {before}")
        return Turn(**json.loads(self.until("held")))

    def memory(self, word: str = "memory") -> float:
        """MB of its own; by `new` after `ctrl+n`."""
        self.tell(word)
        return float(self.until("memory"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a long conversation")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--agents", type=int, default=AGENTS)
    args = parser.parse_args()
    report(measure(args.turns, args.agents), args.turns, args.agents)


def rows(plan: Plan) -> Iterator[Row]:
    """Memory and CPU at the end, and what the log costs; once, since turns are the pairs."""
    turns = int(plan.size(TURNS))
    runs = plan.turns(lambda root: measure(turns, root=root), most=1)
    (ours,), base = runs.ours, runs.base
    missing = runs.missing and f"before: {runs.missing}"
    last = len(ours.last)
    yield Row(
        what=f"a conversation of {turns} turns, {AGENTS} agents: own memory",
        unit="MB",
        goal=120,
        ours=[ours.full],
        base=[one.full for one in base],
        note=missing,
    )
    yield Row(
        what=f"the same: CPU per chunk of its last {last} turns",
        of="the first",
        goal=1.1,
        ours=ours.ratios,
        base=[ratio for one in base for ratio in one.ratios],
        note=missing,
    )
    yield Row(
        what="the same: the log's own CPU",
        unit="%",
        of="the console's",
        goal=3,
        ours=ours.log,
        base=[share for one in base for share in one.log],
        note=missing,
    )


def measure(turns: int, agents: int = AGENTS, root: Path | None = None) -> Found:
    """Hold both."""
    span = min(SPAN, turns // 5)
    with Held(agents, root) as late, Held(agents, root) as early:
        early.hold()  # the first of all is dearer: much is made once
        for at in range(0, turns - span, _AT_ONCE):
            late.hold(min(_AT_ONCE, turns - span - at) - 1)
        first, last = list[Turn](), list[Turn]()
        for number in range(span):
            for console, costs in ((early, first), (late, last))[:: 1 if number % 2 else -1]:
                costs.append(console.hold())
        return Found(first, last, late.begun, late.memory(), late.memory("new"))


def report(found: Found, turns: int, agents: int) -> None:
    """Print the first turns beside the last."""
    for name, some in (("first", found.first), ("last", found.last)):
        us = spread([one.answer_s / (agents * PIECES) * 1e6 for one in some])
        print(f"{name} {len(some)} turns: {us.middle:.0f} us ({us.low:.0f}-{us.high:.0f}) a piece")
    ratio, log = spread(found.ratios), spread(found.log)
    print(f"ratio {ratio.middle:.2f} ({ratio.low:.2f}-{ratio.high:.2f})")
    body = turns * agents * ANSWER_MB
    last = found.last[-1]
    print(f"sending, the last turn: {last.send_s * 1000 / body:.1f} ms per MB of body")
    print(
        f"log: {log.middle:.1f} % of the CPU; {last.log_bytes / 1e6:.1f} MB of {body:.1f} MB text"
    )
    print(f"memory: {found.begun:.0f} MB before, {found.full:.0f} MB at the end")
    back = (found.full - found.left) / (found.full - found.begun)
    print(f"after ctrl+n: {found.left:.0f} MB, {back:.0%} of the growth is back")


if __name__ == "__main__":
    main()
