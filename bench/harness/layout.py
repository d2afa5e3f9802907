"""The table of goals as text: for a terminal, as Markdown, and as JSON and back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bench.harness.pairs import Spread, spread
from bench.harness.rows import KEPT, Met, Row

HEADS = ("what", "this build", "before", "ratio", "goal", "met", f"<= {KEPT}")
TAKES = {
    "stream": (0, 68),
    "start": (33, 33),
    "burst": (0, 17),
    "idle": (100, 68),
    "memory": (0, 22),
    "prompts": (0, 31),
    "conversation": (75, 0),
    "steps": (1000, 0),
    "exporters": (0, 9),
}
"""Seconds of each script on two cores, with both builds: once, and for each pair."""
_SIGNS = {Met.YES: "yes", Met.NO: "NO", Met.UNKNOWN: "-"}


@dataclass(slots=True)
class Table:
    """All rows of a run, and what they depend on."""

    machine: str
    load: float
    """Of the minute before it."""
    revision: str
    """The other build's."""
    pairs: int
    quick: bool
    began: str
    missing: str = ""
    """Why there is no other build."""
    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Scripts that did not come to their end, and why."""
    took: dict[str, float] = field(default_factory=dict)
    """Seconds of each script."""

    @property
    def heads(self) -> tuple[str, ...]:
        """What is above the columns."""
        return tuple(self.revision if head == "before" else head for head in HEADS)

    def cells(self) -> list[tuple[str, ...]]:
        """A row of the table for each row."""
        return [cells(row) for row in self.rows]

    def as_json(self) -> str:
        """Everything, with what is worked out for each row."""
        told = asdict(self)
        for row, entry in zip(self.rows, told["rows"], strict=True):
            entry["ratio"] = None if row.ratio is None else asdict(row.ratio)
            entry["median"] = asdict(spread(row.ours))
            entry["met"], entry["kept"] = row.met, row.kept
        return json.dumps(told, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The table that `as_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        for entry in told["rows"]:
            for worked_out in ("ratio", "median", "met", "kept"):
                del entry[worked_out]
        return cls(**{**told, "rows": [Row(**entry) for entry in told["rows"]]})

    def merged(self, newer: "Table") -> "Table":
        """This one with the rows of a newer run in the place of those of the same name."""
        new = {(row.what, row.of): row for row in newer.rows}
        rows = [new.pop((row.what, row.of), row) for row in self.rows]
        newer.rows = [*rows, *new.values()]
        newer.took = self.took | newer.took
        return newer


def cells(row: Row) -> tuple[str, ...]:
    """What stands in the columns of a row."""
    unit = row.unit if row.unit in "x%" else f" {row.unit}"
    what = f"{row.what}, of {row.of}" if row.of else row.what
    goal = "-"
    if row.goal is not None:
        goal = f"{row.goal:.3g}x of it" if row.goal_of_base else f"{row.goal:.3g}{unit}"
    return (
        what,
        _figure(row.ours, unit),
        _figure(row.base, unit) if row.base else "-",
        "-" if row.ratio is None else _spread(row.ratio, "x", digits=2),
        goal if goal == "-" else f"<= {goal}",
        _SIGNS[row.met],
        _SIGNS[row.kept],
    )


def _figure(values: Sequence[float], unit: str) -> str:
    return _spread(spread(values), unit)


def _spread(found: Spread, unit: str, digits: int | None = None) -> str:
    places = _places(found.middle) if digits is None else digits
    told = f"{found.middle:.{places}f}{unit}"
    if found.low == found.high:
        return told
    return f"{told} ({found.low:.{places}f}-{found.high:.{places}f})"


def _places(value: float) -> int:
    """Decimal places for three figures, at most two."""
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def for_terminal(table: Table) -> Iterable[str]:
    """The lines of the table between its head and its notes."""
    mode = "QUICK: one run a row, long rows at a sixth; " if table.quick else ""
    yield f"{table.machine}; load before {table.load:.2f}"
    yield f"{mode}medians of up to {table.pairs} pairs in turns (quartiles); less is better"
    if table.missing:
        yield f"{table.revision} is not measured: {table.missing}"
    yield ""
    body = table.cells()
    widths = [max(map(len, column)) for column in zip(table.heads, *body, strict=True)]
    for line in (table.heads, *body):
        yield "  ".join(
            f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)
        ).rstrip()
    yield ""
    told = ""
    for row in table.rows:
        if row.note and row.note != told:
            yield f"{row.what}: {row.note}"
        told = row.note
    for name, why in table.failed.items():
        yield f"bench.{name} did not come to its end: {why}"
    if table.took:
        yield ""
        yield f"{minutes(sum(table.took.values()))} minutes: {', '.join(_times(table))}"


def minutes(seconds: float) -> str:
    """Minutes and seconds."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))


def _times(table: Table) -> Iterable[str]:
    """What each script took, and what the whole of it is thought to take."""
    for name, seconds in table.took.items():
        thought = "" if table.quick else expected(name, table.pairs)
        yield f"{name} {minutes(seconds)}{thought and f' ({thought} expected)'}"


def expected(name: str, pairs: int) -> str:
    """Minutes and seconds that a script is thought to take, both builds; empty where unknown."""
    if name not in TAKES:
        return ""
    once, each = TAKES[name]
    return minutes(once + each * pairs)


def as_markdown(table: Table) -> Iterable[str]:
    """The lines of the table as Markdown."""
    yield "| " + " | ".join(table.heads) + " |"
    yield "| " + " | ".join("---" for _ in table.heads) + " |"
    for line in table.cells():
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
