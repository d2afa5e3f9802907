"""Numbers of several answers beside each other: one is the baseline, the others differ from it.

Pure: what is unknown stays unknown, an estimate stays marked, and whether a difference is good is
told by a sign as well as by a word, so that no colour is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN = "–"
BETTER, WORSE = "✓", "✗"
_NOTED = 0.005
"""Share of the baseline under which two numbers are called the same."""


class Wish(StrEnum):
    """Which way a number is better."""

    LESS = "less"
    MORE = "more"
    NONE = "none"
    """Neither way."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number that is compared."""

    key: str
    name: str
    """As it stands over the numbers."""
    wish: Wish = Wish.NONE
    digits: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of one number of one answer."""

    number: float | None = None
    """None: unknown, or it is no number."""
    estimated: bool = False
    text: str = ""
    """How it is told, where that is not the number: `812/1024`, `stop`."""


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one answer."""

    id: str
    name: str
    values: Mapping[str, Value]
    running: bool = False
    """It goes on: its numbers are those until now."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number as it is shown."""

    value: str
    """`0.21 s`, `~88.4`, or `–`."""
    delta: str = ""
    """`+12%`, `same`; empty: it is the baseline, or one of the two is unknown."""
    sign: str = ""
    """`✓` better, `✗` worse; empty where neither way is better."""

    @property
    def text(self) -> str:
        """All of it: `0.21 s +12% ✗`."""
        return " ".join(part for part in (self.value, self.delta, self.sign) if part)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines and what they are told in."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def known(self) -> tuple[Column, ...]:
        """The columns of which something is known of some line."""
        unknown = Value()
        return tuple(
            column
            for column in self.columns
            if any(line.values.get(column.key, unknown) != unknown for line in self.lines)
        )

    def cell(self, line: Line, column: Column, baseline: Line | None) -> Cell:
        """What stands in a line under a column."""
        value = line.values.get(column.key, Value())
        told = _told(value, column)
        if baseline is None or line.id == baseline.id:
            return Cell(told)
        return Cell(told, *_difference(value, baseline.values.get(column.key, Value()), column))

    def sorted_by(self, key: str, *, falling: bool = False) -> "Table":
        """The lines by one column; what is unknown stays last, equal ones keep their order."""
        lines = sorted(
            (line for line in self.lines if _place(line, key) is not None),
            key=lambda line: _place(line, key) or (0, 0.0, ""),
            reverse=falling,
        )
        rest = (line for line in self.lines if _place(line, key) is None)
        return Table(self.columns, (*lines, *rest))


def _place(line: Line, key: str) -> tuple[int, float, str] | None:
    value = line.values.get(key, Value())
    if value.number is not None:
        return 0, value.number, ""
    return (1, 0.0, value.text) if value.text else None


def _told(value: Value, column: Column) -> str:
    if value.text:
        return value.text
    if value.number is None:
        return UNKNOWN
    unit = f" {column.unit}" if column.unit else ""
    return f"{'~' if value.estimated else ''}{value.number:.{column.digits}f}{unit}"


def _difference(value: Value, base: Value, column: Column) -> tuple[str, str]:
    """By how much it differs from the baseline, and whether that is better."""
    if value.number is None or base.number is None:
        return "", ""
    if value.number == base.number:
        return "same", ""
    if base.number == 0:
        return "", ""  # no share of nothing
    share = (value.number - base.number) / abs(base.number)
    if abs(share) < _NOTED:
        return "same", ""
    estimated = "~" if value.estimated or base.estimated else ""
    percent = f"{share:+.0%}" if abs(share) < 100 else f"{'+' if share > 0 else '-'}>9999%"
    return f"{estimated}{percent}", _sign(share, column.wish)


def _sign(share: float, wish: Wish) -> str:
    if wish is Wish.NONE:
        return ""
    return BETTER if (share > 0) == (wish is Wish.MORE) else WORSE
