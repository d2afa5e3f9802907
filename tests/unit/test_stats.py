"""Percentiles, spreads, and where two texts part."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.compare.parting import Parting, parting_of
from massgen_tui.stats import Spread, percentile, spread_of

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("values", "share", "is_"),
    [
        ([3.0], 0.1, 3.0),
        ([1.0, 2.0], 0.5, 1.5),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.5),
        # numpy.percentile([1..10], 90) and 95
        ([float(n) for n in range(1, 11)], 0.9, 9.1),
        ([float(n) for n in range(1, 11)], 0.95, 9.55),
        ([1.0, 9.0], 1.0, 9.0),
        ([1.0, 9.0], 7.0, 9.0),
    ],
)
def test_a_percentile_lies_between_two_numbers(
    values: list[float], share: float, is_: float
) -> None:
    assert percentile(values, share) == pytest.approx(is_)


def test_of_no_number_nothing_is_known() -> None:
    assert spread_of([]) is None
    with pytest.raises(ValueError, match="no numbers"):
        percentile([], 0.5)


@given(NUMBERS)
def test_a_spread_is_in_order_and_its_middle_the_median(values: list[float]) -> None:
    spread = spread_of(values)
    assert spread is not None
    assert min(values) <= spread.p10 <= spread.p50 <= spread.p90 <= max(values)
    assert spread.p50 == pytest.approx(statistics.median(values))
    assert spread.n == len(values)


def test_a_spread_is_told_by_name() -> None:
    assert Spread(2, 0.1, 0.5, 0.9).as_json() == {"n": 2, "p10": 0.1, "p50": 0.5, "p90": 0.9}


@pytest.mark.parametrize(
    ("one", "two", "parting"),
    [
        ("", "", None),
        ("a b c", "a b c", None),
        ("a b c", " a\n\nb  c ", None),
        ("a b c", "a x c", Parting(2, "b c", "x c")),
        ("a b", "a b c", Parting(3, "", "c")),
        ("", "word", Parting(1, "", "word")),
        ("日本 語", "日本 go", Parting(3, "語", "go")),
        ("空は青い", "空は赤い", Parting(3, "青い", "赤い")),
    ],
)
def test_texts_part_at_a_word(one: str, two: str, parting: Parting | None) -> None:
    assert parting_of(one, two) == parting


@given(st.text(), st.text())
def test_parting_is_symmetric_and_none_only_for_the_same_words(one: str, two: str) -> None:
    there, back = parting_of(one, two), parting_of(two, one)
    assert (there is None) == (one.split() == two.split())
    assert (there and there.word) == (back and back.word)
