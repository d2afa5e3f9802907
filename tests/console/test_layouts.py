"""Panes in a grid or in one row: by key, by the palette, by the config, and remembered."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.config.model import UiConfig
from massgen_tui.console.layout import LEAST_WIDTH, Layout, arrange, first_of
from massgen_tui.console.remembered import LAYOUT, Remembered
from tests.support.console import Stage, staged
from tests.support.fakes import config_of

FOUR = config_of("a", "b", "c", "d")


def rows_of(stage: Stage) -> set[int]:
    """The rows of the screen in which panes that are seen begin."""
    return {pane.region.y for pane in stage.app.main.panes if pane.display}


@given(
    total=st.integers(1, 16),
    width=st.integers(1, 400),
    focus=st.integers(0, 15),
    first=st.integers(0, 15),
)
def test_one_row_shows_the_focused_pane_and_none_too_narrow(
    total: int, width: int, focus: int, first: int
) -> None:
    focus, first = min(focus, total - 1), min(first, total - 1)
    now = arrange(total, width, 20, focus=focus, first=first, layout=Layout.COLUMNS)
    assert focus in now.visible
    assert (now.rows, now.last_span) == (1, 1)
    assert now.shown == now.columns
    assert 0 <= now.first <= total - now.shown
    assert now.columns == 1 or width // now.columns >= LEAST_WIDTH


def test_one_row_moves_no_further_than_it_must() -> None:
    def first(focus: int, before: int) -> int:
        return arrange(6, 130, 20, focus=focus, first=before, layout=Layout.COLUMNS).first

    assert [first(2, 0), first(3, 0), first(5, 1), first(4, 3), first(0, 3)] == [0, 1, 3, 3, 0]


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (("", None), Layout.GRID),
        (("columns", "grid"), Layout.COLUMNS),
        ((None, "columns"), Layout.COLUMNS),
        (("rows", "columns"), Layout.COLUMNS),
    ],
)
def test_the_first_name_that_is_a_layout_counts(
    names: tuple[str | None, ...], meant: Layout
) -> None:
    assert first_of(*names) is meant


async def test_a_key_puts_the_panes_in_one_row_and_back() -> None:
    async with staged(FOUR, size=(200, 40)) as stage:
        assert len(rows_of(stage)) == 2
        await stage.press("ctrl+g", "3", "L")
        assert len(rows_of(stage)) == 1
        assert "panes in one row" in stage.screen_text
        assert stage.app.focused is stage.app.main.panes[2]
        await stage.press("L")
        assert len(rows_of(stage)) == 2


async def test_the_row_scrolls_to_the_pane_that_is_gone_to() -> None:
    async with staged(FOUR, size=(100, 30)) as stage:
        await stage.press("ctrl+g", "1", "L")
        assert "panes 1–2 of 4" in stage.screen_text
        await stage.press("4")
        assert "panes 3–4 of 4" in stage.screen_text
        await stage.press("z", "L", "z")
        assert "panes 3–4 of 4" not in stage.screen_text


async def test_the_letter_is_a_letter_in_the_prompt() -> None:
    async with staged(FOUR) as stage:
        await stage.press("L")
        assert stage.app.prompt.text == "L"
        assert stage.app.main.grid.standing is Layout.GRID


async def test_the_palette_has_it() -> None:
    async with staged(FOUR, size=(200, 40)) as stage:
        await stage.press("ctrl+p", *"layout")
        await stage.pilot.pause(0.1)
        await stage.press("enter")
        assert stage.app.main.grid.standing is Layout.COLUMNS


async def test_a_config_names_its_layout() -> None:
    config = FOUR.model_copy(update={"ui": UiConfig(layout="columns")})
    async with staged(config, size=(200, 40)) as stage:
        assert len(rows_of(stage)) == 1


async def test_what_was_chosen_holds_for_the_next_console(tmp_path: Path) -> None:
    file = tmp_path / "console.json"
    kept = FOUR.model_copy(update={"ui": UiConfig(logging_enabled=True)})
    async with staged(kept, size=(200, 40), remembered=Remembered(file)) as stage:
        await stage.press("ctrl+g", "1", "L")
    assert file.stat().st_mode & 0o777 == 0o600
    async with staged(FOUR, size=(200, 40), remembered=Remembered(file)) as stage:
        assert len(rows_of(stage)) == 1


async def test_nothing_is_remembered_where_nothing_is_to_be_written(tmp_path: Path) -> None:
    quiet = FOUR.model_copy(update={"ui": UiConfig(logging_enabled=False)})
    file = tmp_path / "console.json"
    async with staged(quiet, size=(200, 40), remembered=Remembered(file)) as stage:
        await stage.press("ctrl+g", "1", "L")
    assert not file.exists()


@pytest.mark.parametrize("kept", ["", "{", "[1]", '{"layout": 1}', '{"layout": "rows"}', "\xff"])
def test_what_cannot_be_read_was_never_chosen(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "console.json"
    file.write_bytes(kept.encode("latin-1"))
    remembered = Remembered(file)
    assert first_of(remembered.get(LAYOUT)) is Layout.GRID
    remembered.keep(LAYOUT, "columns")
    assert Remembered(file).get(LAYOUT) == "columns"


def test_two_consoles_keep_what_each_has_chosen(tmp_path: Path) -> None:
    file = tmp_path / "console.json"
    one, other = Remembered(file), Remembered(file)
    one.keep("layout", "columns")
    other.keep("another", "choice")
    assert Remembered(file).get("layout") == "columns"


def test_a_place_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered = Remembered(tmp_path / "file" / "console.json")
    remembered.keep(LAYOUT, "columns")
    assert remembered.get(LAYOUT) == "columns"
