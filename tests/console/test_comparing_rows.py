"""Two texts as rows: nothing of either is lost, and no row is wider than the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.compare.differences import differences
from massgen_tui.console.comparing.laid import BESIDE_FROM, Section, lay_out
from massgen_tui.text import clean

PIECES = ["a", "bb ", "\n", "\n\n", "  ", "語", "👩\u200d💻", "long" * 30, "\t", "-"]
WORDS = st.lists(st.sampled_from(PIECES))


def letters(text: str) -> str:
    return "".join(text.split())


@given(WORDS, WORDS, st.integers(20, 200))
def test_nothing_of_either_text_is_lost(one: list[str], two: list[str], width: int) -> None:
    left, right = clean("".join(one)), clean("".join(two))
    laid = lay_out([Section("answer", differences(left, right))], width)
    assert all(row.cells <= width for row in laid.rows)
    if width < BESIDE_FROM:
        return
    sides = ["", ""]
    for row in laid.rows:
        edge = [n for n, span in enumerate(row.spans) if span == ("│", "frame")]
        halves = (row.spans[: edge[0]], row.spans[edge[0] + 1 :]) if edge else ()
        for side, spans in enumerate(halves):
            sides[side] += "".join(text for text, _ in spans[1:])
    assert letters(sides[0]) == letters(left)
    assert letters(sides[1]) == letters(right)


@pytest.mark.parametrize("width", [80, 120])
def test_what_is_the_same_stands_beside_itself(width: int) -> None:
    one = "first\n\nsame here\nend"
    two = "other and much longer" * 12 + "\n\nsame here\nend"
    laid = lay_out([Section("answer", differences(one, two))], width)
    row = next(row.text for row in laid.rows if "same here" in row.text)
    assert row.count("same here") == 2


def test_differences_that_follow_each_other_are_one_place() -> None:
    one, two = "a\nb\nc\nd\ne", "a\nx\ny\nd\nz"
    laid = lay_out([Section("answer", differences(one, two))], 80)
    assert len(laid.places) == 2
