"""What is asked when a config's file has changed."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from massgen_tui.console.app import ConsoleApp
from tests.snapshots.test_screens import Before, SnapCompare, scene, shown
from tests.support import scenes

TEXT = """\
agents:
  - id: qwen1
    backend: {type: vllm, model: Qwen/Qwen3-4B, temperature: 0.3}
  - id: qwen3
    backend: {type: sglang, model: Qwen/Qwen3-8B, base_url: "http://gpu-box:30000/v1"}
ui: {logging_enabled: false, theme: nord}
"""
SIZES = [(80, 24), (120, 36), (200, 60)]


def changed(tmp_path: Path) -> tuple[ConsoleApp, Before]:
    """Two agents, one of which answers, and a file that has other ones now."""
    path = tmp_path / "two_qwen.yaml"
    path.write_text(TEXT)
    config = scenes.two_agents().model_copy(update={"path": path})
    app = scene(scenes.done, scenes.answering, config=config)

    async def before(pilot: Pilot[None]) -> None:
        await shown(app)(pilot)
        await app.run_action("reload")
        await pilot.pause()

    return app, before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_a_changed_config(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int]) -> None:
    app, before = changed(tmp_path)
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_a_changed_config_without_colour(
    snap_compare: SnapCompare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, before = changed(tmp_path)
    assert snap_compare(app, terminal_size=(120, 36), run_before=before)
