"""What an edited prompt, a cut answer that goes on, and a file that a prompt names look like."""

from pathlib import Path

import pytest

from massgen_tui.backends.events import ReasoningDelta
from massgen_tui.console.app import ConsoleApp
from tests.snapshots.test_screens import SnapCompare, shown
from tests.support import scenes
from tests.support.console import NO_GPU, FixedWatching, make_console
from tests.support.fakes import FakeClock

SIZES = [(80, 24), (120, 36), (200, 60)]
EDIT = ("ctrl+g", "1", "e")
ASKED = (*EDIT, "end", *"2", "enter")
GONE_ON = ("ctrl+g", "1", "plus")


def two() -> ConsoleApp:
    """The first agent's answer is cut, and goes on; the second's is whole."""
    clock = FakeClock()
    cut = scenes.done(clock, scenes.ANSWER[:4], "length")
    said = scenes.done(clock, scenes.ANSWER[4:])
    rest = [step for step in said if not isinstance(step, ReasoningDelta)]
    cast = scenes.Cast(qwen1=[cut, rest], qwen2=[scenes.done(clock)])
    watching = FixedWatching(scenes.both_up(), NO_GPU)
    return make_console(scenes.two_agents(), backends=cast, clock=clock, watching=watching)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_an_earlier_prompt_is_edited(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app = two()
    assert snap_compare(app, terminal_size=size, run_before=shown(app, *EDIT))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_an_edited_prompt_says_its_version(
    snap_compare: SnapCompare, size: tuple[int, int]
) -> None:
    app = two()
    assert snap_compare(app, terminal_size=size, run_before=shown(app, *ASKED))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_a_cut_answer_that_went_on(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app = two()
    assert snap_compare(app, terminal_size=size, run_before=shown(app, *GONE_ON))


def test_all_of_it_without_colour(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = two()
    keys = (*GONE_ON, "ctrl+g", "2", "e")
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys))


def test_a_file_that_a_prompt_names(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text("buy milk\n" * 40)
    app = two()
    keys = ("at", "full_stop", "slash", *"no", "tab")
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys, prompt=""))
