"""The table of numbers: deltas against a baseline, told without colour, unknown where unknown."""

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.compare.table import Column, Line, Table, Value, Wish
from massgen_tui.session.measured import COLUMNS, line_of, table_of
from massgen_tui.session.status import Status
from tests.support.attempts import attempt_of

LESS = Column("x", "TTFT", Wish.LESS, 2, "s")
MORE = Column("x", "tok/s", Wish.MORE, 1)
PLAIN = Column("x", "tokens")


def cell(column: Column, base: Value, value: Value) -> str:
    lines = Line("1", "a", {"x": base}), Line("2", "b", {"x": value})
    return Table((column,), lines).cell(lines[1], column, lines[0]).text


@pytest.mark.parametrize(
    ("column", "base", "value", "expected"),
    [
        (LESS, Value(0.20), Value(0.22), "0.22 s +10% ✗"),
        (LESS, Value(0.20), Value(0.15), "0.15 s -25% ✓"),
        (LESS, Value(2.00), Value(2.001), "2.00 s same"),
        (MORE, Value(80.0), Value(100.0), "100.0 +25% ✓"),
        (MORE, Value(80.0), Value(60.0), "60.0 -25% ✗"),
        (MORE, Value(80.0), Value(100.0, estimated=True), "~100.0 ~+25% ✓"),
        (MORE, Value(80.0, estimated=True), Value(100.0), "100.0 ~+25% ✓"),
        (PLAIN, Value(100), Value(150), "150 +50%"),
        (PLAIN, Value(None), Value(150), "150"),
        (PLAIN, Value(150), Value(None), "–"),
        (PLAIN, Value(0), Value(5), "5"),
        (PLAIN, Value(0), Value(0), "0 same"),
        (PLAIN, Value(1), Value(1000), "1000 +>9999%"),
        (PLAIN, Value(8, text="8/24"), Value(24, text="24/24"), "24/24 +200%"),
        (PLAIN, Value(text="stop"), Value(text="length"), "length"),
    ],
)
def test_a_number_beside_the_baseline(
    column: Column, base: Value, value: Value, expected: str
) -> None:
    assert cell(column, base, value) == expected


def test_the_baseline_and_no_baseline_have_no_delta() -> None:
    line = Line("1", "a", {"x": Value(0.2)})
    table = Table((LESS,), (line,))
    assert table.cell(line, LESS, line).text == "0.20 s"
    assert table.cell(line, LESS, None).text == "0.20 s"


def test_lines_are_sorted_by_a_column_and_what_is_unknown_stays_last() -> None:
    lines = tuple(
        Line(name, name, {"x": Value(number)})
        for name, number in zip("abcd", [3, None, 1, 3], strict=True)
    )
    table = Table((PLAIN,), lines)
    assert [line.id for line in table.sorted_by("x").lines] == ["c", "a", "d", "b"]
    assert [line.id for line in table.sorted_by("x", falling=True).lines] == ["a", "d", "c", "b"]


def test_a_column_of_which_nothing_is_known_is_left_out() -> None:
    table = table_of([("a", attempt_of(ContentDelta("x"), Finished("stop")))])
    names = [column.name for column in table.known()]
    assert "reasoning" not in names
    assert "cached" not in names
    assert "TTFT" in names


def test_what_is_measured_of_an_attempt() -> None:
    usage = UsageReported(prompt=24, completion=168, reasoning=61, cached=8)
    attempt = attempt_of(ReasoningDelta("hm"), ContentDelta("x"), Finished("length"), usage)
    values = line_of("a #1", attempt).values
    assert set(values) == {column.key for column in COLUMNS}
    assert values["ttft"].number == 1.0
    assert values["first_content"].number == 2.0
    assert values["tokens"] == Value(168)
    assert values["reasoning"] == Value(61)
    assert values["cached"] == Value(8, text="8/24")
    assert values["total"].number == 9.0
    assert values["finish"].text == "truncated"


def test_what_runs_says_so_and_an_estimate_is_marked() -> None:
    attempt = attempt_of(ContentDelta("x"), status=Status.ANSWERING)
    line = line_of("a", attempt)
    assert line.running
    assert line.values["finish"].text == "running"
    assert line.values["tokens"] == Value(1, estimated=True)
    assert line.values["total"] == Value()


@pytest.mark.parametrize(
    ("status", "end", "word"),
    [
        (Status.CANCELLED, {}, "stopped"),
        (Status.FAILED, {}, "interrupted"),
        (Status.DONE, {}, "cut off?"),
    ],
)
def test_how_it_ended_is_told_in_a_word(status: Status, end: dict[str, object], word: str) -> None:
    attempt = attempt_of(ContentDelta("x"), status=status, **end)
    if status is Status.DONE:
        attempt.unsaid = True
    assert line_of("a", attempt).values["finish"].text == word
