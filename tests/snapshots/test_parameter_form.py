"""What the form of an agent's parameters looks like, at three sizes and without colour."""

import pytest

from tests.snapshots.test_screens import SnapCompare, scene, shown
from tests.support.console import FixedWatching
from tests.support.served import serving

MODELS = ("Qwen/Qwen3-4B", "Qwen/Qwen3-4B-FP8", "Qwen/Qwen3-8B", "meta/Llama-4-Scout")
FORM = ("ctrl+g", "1", "p")
WRONG = (*FORM, "tab", *"-1", "tab", *"often", "shift+tab", "shift+tab", "backspace", "enter")
"""Two fields that cannot be, and a model that is searched."""


def served() -> FixedWatching:
    return serving(["qwen1", "qwen2"], *MODELS)


def test_parameters_at_80x24(snap_compare: SnapCompare) -> None:
    app = scene(watching=served())
    before = shown(app, *FORM, prompt="")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


def test_wrong_parameters(snap_compare: SnapCompare) -> None:
    app = scene(watching=served())
    before = shown(app, *WRONG, prompt="")
    assert snap_compare(app, terminal_size=(120, 36), run_before=before)


def test_changed_parameters_in_200x60(snap_compare: SnapCompare) -> None:
    app = scene(watching=served())
    keys = (*FORM, "tab", *"0.9", "enter", "p")
    assert snap_compare(app, terminal_size=(200, 60), run_before=shown(app, *keys, prompt=""))


def test_wrong_parameters_without_colour(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scene(watching=served())
    before = shown(app, *WRONG, prompt="")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


def test_clone_at_80x24(snap_compare: SnapCompare) -> None:
    app = scene(watching=served())
    before = shown(app, "ctrl+g", "1", "C", prompt="")
    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


def test_clone_made_and_paused(snap_compare: SnapCompare) -> None:
    app = scene(watching=served())
    keys = (*FORM, "tab", *"0.9", "f7", "ctrl+g", "2", "P")
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys, prompt=""))


def test_address_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scene(watching=served())
    app_keys = ("ctrl+p", *"add agent", "enter", *"http://me:hidden@box:8000", "enter")
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, *app_keys, prompt=""))
