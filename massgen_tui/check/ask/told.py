"""What `--ask` is about to do, and what it found, for people."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from massgen_tui.check.ask.table import PROBES, REQUESTS
from massgen_tui.monitor.read import items

_SIGNS: Final = {"ok": "✓", "failed": "✗", "noted": "!", "skipped": "–"}
_MANY: Final = 3
"""So many that were skipped for one reason are one line."""
_WIDTH: Final = max(len(probe.name) for probe in PROBES)


def plan(agents: Sequence[str]) -> str:
    """How much is about to be asked of whom."""
    if len(agents) == 1:
        return f"--ask sends {REQUESTS} small requests at most to the server of {agents[0]}"
    each = f"{REQUESTS} small requests at most for each of {len(agents)} agents"
    return f"--ask sends {each}, {REQUESTS * len(agents)} in all"


def table(probes: object) -> Iterator[str]:
    """What was found of one agent, as lines; of a failure also what was expected.

    What was skipped one after the other for one reason is one line.
    """
    for (result, _), alike in groupby(items(probes), key=_alike):
        yield from _lines(result, [*alike])


def _alike(probe: Mapping[str, object]) -> tuple[str, object]:
    """What is told in one line: what was skipped for one reason; else each has its own."""
    result = str(probe["result"])
    whole = result == "skipped" and not probe["hint"]
    return result, probe["got"] if whole else probe["probe"]


def _lines(result: str, alike: Sequence[Mapping[str, object]]) -> Iterator[str]:
    if len(alike) >= _MANY:
        head = f"{_SIGNS[result]} {result:<7}  {f'{len(alike)} more':<{_WIDTH}}"
        yield f"{head}  {alike[0]['got']}"
        return
    for probe in alike:
        head = f"{_SIGNS.get(result, '?')} {result:<7}  {probe['probe']!s:<{_WIDTH}}"
        yield f"{head}  {probe['got']}"
        blank = " " * len(head)
        if result == "failed":
            yield f"{blank}  expected: {probe['expected']}"
        if probe["hint"]:
            yield f"{blank}  → {probe['hint']}"
