"""Two builds measured in turns: their order, their quartiles, and runs that fail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.harness.pairs import Plan, Spread, pairs, spread
from bench.harness.process import ROOT
from bench.harness.rows import Met, Row


@pytest.mark.parametrize(
    ("values", "low", "middle", "high"),
    [
        ([3.0], 3, 3, 3),
        ([1.0, 3.0], 1.5, 2, 2.5),
        ([9.0, 1.0, 5.0], 3, 5, 7),
        ([4.0, 1.0, 3.0, 2.0], 1.75, 2.5, 3.25),
        ([float(n) for n in (9, 8, 7, 6, 5, 4, 3, 2, 1)], 3, 5, 7),
    ],
)
def test_quartiles(values: list[float], low: float, middle: float, high: float) -> None:
    assert spread(values) == Spread(low, middle, high)


def test_no_run_has_no_quartiles() -> None:
    with pytest.raises(ValueError, match="no run"):
        spread([])


def noting(log: list[str], name: str, failing: tuple[int, ...] = ()) -> Callable[[], int]:
    """Work that gives its number, and fails at some of them."""
    numbers: Iterator[int] = iter(range(100))

    def work() -> int:
        number = next(numbers)
        log.append(f"{name}{number}")
        if number in failing:
            raise TimeoutError(f"{name} gave up\nand more")
        return number

    return work


def test_each_build_is_first_in_every_other_pair() -> None:
    log: list[str] = []
    found = pairs(noting(log, "a"), noting(log, "b"), 3)
    assert log == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert (found.ours, found.base, found.missing) == ([0, 1, 2], [0, 1, 2], "")


def test_what_warms_up_is_not_kept() -> None:
    found = pairs(noting([], "a"), noting([], "b"), 2, warm=1)
    assert (found.ours, found.base) == ([1, 2], [1, 2])


def test_without_another_build_ours_is_measured_alone() -> None:
    found = pairs(noting([], "a"), None, 2)
    assert (found.ours, found.base, found.missing) == ([0, 1], [], "no other build")


def test_a_build_that_cannot_be_measured_is_left_alone() -> None:
    log: list[str] = []
    said: list[str] = []
    found = pairs(noting(log, "a"), noting(log, "b", (0,)), 3, say=said.append)
    assert log == ["a0", "b0", "a1", "a2"]
    assert (found.ours, found.base, found.missing) == ([0, 1, 2], [], "b gave up")
    assert said == ["  a run failed: b gave up"]


@pytest.mark.parametrize(("ours", "base"), [((), (1,)), ((1,), ())])
def test_a_pair_of_which_a_run_fails_is_left_out(
    ours: tuple[int, ...], base: tuple[int, ...]
) -> None:
    said: list[str] = []
    found = pairs(noting([], "a", ours), noting([], "b", base), 3, say=said.append)
    assert (found.ours, found.base) == ([0, 2], [0, 2])
    assert len(said) == 1


def test_ours_that_never_ends_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="a gave up"):
        pairs(noting([], "a", (0, 1)), None, 2, say=lambda line: None)


def test_a_plan_hands_each_build_s_folder_to_the_measurement(tmp_path: Path) -> None:
    asked: list[Path] = []
    Plan(pairs=2, base=tmp_path).turns(asked.append)
    assert asked == [ROOT, tmp_path, tmp_path, ROOT]


@pytest.mark.parametrize(("pairs_of_plan", "most", "runs"), [(9, None, 9), (9, 3, 3), (1, 3, 1)])
def test_what_takes_minutes_is_run_less_often(
    pairs_of_plan: int, most: int | None, runs: int
) -> None:
    assert len(Plan(pairs=pairs_of_plan).turns(lambda root: 0, most=most).ours) == runs


def test_a_long_row_has_a_share_of_its_size() -> None:
    assert Plan(share=1 / 6).size(240) == pytest.approx(40)


def test_a_row_s_ratio_is_of_its_pairs() -> None:
    row = Row(what="w", ours=[1, 4, 3], base=[2, 2, 3], goal=0.5)
    assert row.ratio == Spread(0.75, 1, 1.5)
    assert (row.met, row.kept) == (Met.NO, Met.YES)


@pytest.mark.parametrize(
    ("row", "met", "kept"),
    [
        (Row(what="w", ours=[0.4], base=[0.3], goal=0.4), Met.YES, Met.NO),
        (Row(what="w", ours=[0.41], base=[0.41], goal=0.4), Met.NO, Met.YES),
        (Row(what="w", ours=[95.0], base=[94.0], goal=1.0, goal_of_base=True), Met.NO, Met.YES),
        (Row(what="w", ours=[6.0], base=[10.0], goal=0.65, goal_of_base=True), Met.YES, Met.YES),
        (Row(what="w", ours=[6.0], goal=0.65, goal_of_base=True), Met.UNKNOWN, Met.UNKNOWN),
        (Row(what="w", ours=[6.0], base=[0.0]), Met.UNKNOWN, Met.UNKNOWN),
    ],
)
def test_whether_a_goal_is_met(row: Row, met: Met, kept: Met) -> None:
    assert (row.met, row.kept) == (met, kept)
