"""What panes in one row look like."""

import pytest

from massgen_tui.console.app import ConsoleApp
from tests.snapshots.test_screens import SnapCompare, scene, shown
from tests.support import scenes

SIZES = [(80, 24), (120, 36), (200, 60)]


def four() -> ConsoleApp:
    """Four agents in one row: one has answered, one answers, one thinks, one has said nothing."""
    agents = {"qwen1": "vllm", "qwen2": "sglang", "qwen3": "vllm", "qwen4": "sglang"}
    config = scenes.config_with(agents, name="four", layout="columns")
    return scene(scenes.done, scenes.answering, scenes.thinking, config=config)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_panes_in_one_row(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    app = four()
    assert snap_compare(app, terminal_size=size, run_before=shown(app))


def test_panes_in_one_row_without_colour(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = four()
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))
