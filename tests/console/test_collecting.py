"""What the garbage collector is left to do while text streams: little, and little at once."""

import asyncio
import gc
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from textual.strip import Strip

from massgen_tui.console.collecting import collect_in_steps
from massgen_tui.console.stream.rows import PaintContext, Row
from massgen_tui.console.stream.styles import Styles
from tests.support.console import staged
from tests.support.fakes import config_of
from tests.support.terminal import Terminal

AT_ONCE = 50_000
"""Objects that one collection may look through: more of them take longer than 0.05 s."""


@pytest.fixture
def garbage() -> Iterator[list[object]]:
    """What only a collection finds is kept here."""
    gc.disable()
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize("cuts", [[20], [20, 40], [7, 20], []])
def test_a_drawn_row_that_left_the_screen_is_gone_without_a_collection(
    garbage: list[object], cuts: list[int]
) -> None:
    look = PaintContext(Styles({}), 20, "│", "frame")
    for n in range(3):
        row = Row(((f"line {n}", "text"),))
        row.strip(look).divide(cuts)
        row.strip(look).divide(cuts)
        row.forget()
    del row
    gc.collect()
    assert not [one for one in garbage if isinstance(one, Strip)]


def test_a_drawn_row_is_divided_as_any_strip() -> None:
    look = PaintContext(Styles({}), 20, "│", "frame")
    strip = Row((("ab", "text"), ("日本", "code"))).strip(look)
    for cuts in ([20], [5, 20], [7, 11, 20, 30], [], [30]):
        other = Strip(list(strip), strip.cell_length).divide(cuts)
        assert [list(part) for part in strip.divide(cuts)] == [list(part) for part in other]


async def test_no_collection_looks_through_many_objects_while_the_console_runs() -> None:
    before = gc.get_threshold()
    async with staged(config_of("a")):
        young, rounds, _ = gc.get_threshold()
        assert young * (rounds + 1) <= AT_ONCE
    gc.set_threshold(*before)


def test_what_was_there_before_is_not_looked_through() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    try:
        collect_in_steps()
        assert gc.get_freeze_count() > before[1]
    finally:
        gc.unfreeze()
        gc.set_threshold(*before[0])


ROOM = "massgen_tui.console.running"
TOLD = f"""
import gc, sys
class Finder:
    def find_spec(self, found, path=None, target=None):
        if found in ({ROOM!r}, "click"):
            print(f"{{found}} {{gc.isenabled()}}.", flush=True)
sys.meta_path.insert(0, Finder())
from massgen_tui.cli import main
main()
"""
"""Tells at an import of these whether garbage is collected."""


async def test_nothing_is_collected_until_the_first_picture(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal(["-c", TOLD, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, f"{ROOM} False.")


async def test_commands_without_a_picture_collect_as_python_does(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    with Terminal(["-c", TOLD, "--version"], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "click True.")
