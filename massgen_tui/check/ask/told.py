"""What `--ask` is about to do, and what it found, for people."""

from collections.abc import Iterator, Sequence
from typing import Final

from massgen_tui.check.ask.table import PROBES, REQUESTS
from massgen_tui.monitor.read import items

_SIGNS: Final = {"ok": "✓", "failed": "✗", "noted": "!", "skipped": "–"}
_WIDTH: Final = max(len(probe.name) for probe in PROBES)


def plan(agents: Sequence[str]) -> str:
    """How much is about to be asked of whom."""
    if len(agents) == 1:
        return f"--ask sends {REQUESTS} small requests at most to the server of {agents[0]}"
    each = f"{REQUESTS} small requests at most for each of {len(agents)} agents"
    return f"--ask sends {each}, {REQUESTS * len(agents)} in all"


def table(probes: object) -> Iterator[str]:
    """What was found of one agent, as lines; of a failure also what was expected."""
    for probe in items(probes):
        result = str(probe["result"])
        head = f"{_SIGNS.get(result, '?')} {result:<7}  {probe['probe']!s:<{_WIDTH}}"
        yield f"{head}  {probe['got']}"
        blank = " " * len(head)
        if result == "failed":
            yield f"{blank}  expected: {probe['expected']}"
        if probe["hint"]:
            yield f"{blank}  → {probe['hint']}"
