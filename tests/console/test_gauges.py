import pytest

from massgen_tui.console.widgets import gauges


@pytest.mark.parametrize(
    ("values", "width", "top", "bars"),
    [
        ((0, 50, 100), 8, 100, "▁▅█"),
        ((1, 2, 3, 4), 2, None, "▄█"),
        ((0, 0, 0, 100, 100, 100), 4, 100, "▁▁██"),
        ((None, None, 100, None), 2, 100, " █"),
        ((0, 0), 5, None, "▁▁"),
        ((), 5, None, ""),
        ((5,), 0, None, ""),
        ((200, -3), 4, 100, "█▁"),
    ],
)
def test_sparklines(values: tuple[float, ...], width: int, top: float | None, bars: str) -> None:
    assert gauges.spark(values, width, top) == bars


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "–"),
        (512, "512"),
        (4096, "4k"),
        (40960, "40k"),
        (128000, "128k"),
        (131072, "128k"),
        (1048576, "1M"),
    ],
)
def test_context_lengths(count: int | None, said: str) -> None:
    assert gauges.tokens(count) == said


@pytest.mark.parametrize("value", [0, 1, 7, 50, 100, 130])
@pytest.mark.parametrize("top", [None, 100.0])
@pytest.mark.parametrize("count", [1, 5, 8, 60])
def test_values_that_are_all_the_same_are_drawn_as_others_are(
    value: int, top: float | None, count: int
) -> None:
    as_floats = [float(value)] * count
    for width in (0, 1, 6, 8, 70):
        assert gauges.spark([value] * count, width, top) == gauges.spark(as_floats, width, top)
