import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.console.layout import LEAST_HEIGHT, arrange, columns_for, folds, sidebar, too_small
from massgen_tui.console.widgets.status_line import one_line
from tests.support.console import NO_GPU, FixedWatching, staged


@pytest.mark.parametrize(
    ("total", "size", "columns", "rows"),
    [
        (1, (80, 20), 1, 1),
        (2, (80, 20), 2, 1),
        (3, (80, 20), 2, 2),
        (4, (80, 20), 2, 2),
        (2, (59, 20), 1, 2),
        (3, (170, 40), 3, 1),
        (4, (170, 40), 2, 2),
        (16, (200, 56), 4, 4),
        (16, (172, 56), 4, 4),
        (5, (172, 56), 3, 2),
        (16, (80, 20), 2, 3),
        (16, (40, 8), 1, 1),
    ],
)
def test_panes_stand_as_the_design_says(
    total: int, size: tuple[int, int], columns: int, rows: int
) -> None:
    now = arrange(total, *size)
    assert (now.columns, now.rows) == (columns, rows)


@given(
    total=st.integers(1, 16),
    width=st.integers(1, 400),
    height=st.integers(1, 120),
    focus=st.integers(0, 15),
    first=st.integers(0, 15),
)
def test_the_focused_pane_is_seen_and_rows_are_whole(
    total: int, width: int, height: int, focus: int, first: int
) -> None:
    focus, first = min(focus, total - 1), min(first, total - 1)
    now = arrange(total, width, height, focus=focus, first=first)
    assert focus in now.visible
    assert now.first >= 0
    assert now.visible[-1] < total
    assert now.first % now.columns == 0
    assert now.shown <= now.columns * now.rows
    if now.rows > 1:
        assert now.rows * LEAST_HEIGHT <= height
    in_last_row = (now.shown - 1) % now.columns + 1
    assert in_last_row - 1 + now.last_span == now.columns


@given(total=st.integers(1, 16), width=st.integers(60, 400), height=st.integers(8, 120))
def test_no_pane_is_narrower_than_thirty_columns(total: int, width: int, height: int) -> None:
    assert width // columns_for(total, width, height) >= 30


def test_the_grid_scrolls_no_further_than_it_must() -> None:
    assert arrange(16, 80, 20, focus=4, first=0).first == 0
    assert arrange(16, 80, 20, focus=6, first=0).first == 2
    assert arrange(16, 80, 20, focus=15, first=2).first == 10
    assert arrange(16, 80, 20, focus=11, first=10).first == 10
    assert arrange(16, 80, 20, focus=1, first=10).first == 0


def test_folding_and_smallness_have_the_edges_of_the_design() -> None:
    assert folds(109)
    assert not folds(110)


@pytest.mark.parametrize(("width", "columns"), [(109, 0), (110, 28), (179, 28), (180, 36)])
async def test_the_sidebar_takes_more_where_there_is_much(width: int, columns: int) -> None:
    assert sidebar(width) == columns
    async with staged(size=(width, 40)) as stage:
        main = stage.app.main
        assert main.grid.size.width == width - columns
        assert (main.sidebar.outer_size.width if main.sidebar.display else 0) == columns
    assert too_small(39, 12)
    assert too_small(40, 11)
    assert not too_small(40, 12)


async def test_which_panes_are_seen_is_told_anew_after_a_resize() -> None:
    async with staged(size=(120, 36)) as stage:
        await stage.pilot.resize_terminal(50, 14)
        await stage.pilot.pause()
        assert "panes 1–1 of 2" in stage.screen_text
        await stage.pilot.resize_terminal(120, 36)
        await stage.pilot.pause()
        assert "of 2" not in stage.screen_text


@pytest.mark.parametrize(("wide", "narrow"), [((120, 36), (100, 30)), ((200, 50), (80, 24))])
async def test_a_sidebar_that_folds_says_at_once_what_is_known(
    wide: tuple[int, int], narrow: tuple[int, int]
) -> None:
    async with staged(size=wide, watching=FixedWatching()) as stage:
        stage.app.show_monitors()
        told = one_line({}, NO_GPU, 100.0).plain
        await stage.pilot.resize_terminal(*narrow)
        assert stage.app.main.folded.plain.strip() == told.strip() != "asking …"
