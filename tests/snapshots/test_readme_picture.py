"""The picture in the README is this very program's screen."""

import re
from pathlib import Path

import pytest

from tests.snapshots.test_screens import scene, shown
from tests.support import scenes
from tests.support.console import FixedWatching

PICTURE = Path(__file__).parents[2] / "assets" / "main.svg"


async def test_the_readme_shows_this_screen(request: pytest.FixtureRequest) -> None:
    watching = FixedWatching(scenes.both_up(), scenes.two_gpus())
    app = scene(scenes.answering, scenes.thinking, watching=watching)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app)(pilot)
        svg = re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="massgen-tui"))
    if request.config.getoption("--snapshot-update"):
        PICTURE.write_text(svg, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == svg, "stale: run `make snapshots`"
