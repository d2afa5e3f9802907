"""Pictures of kept sessions, played by this very program to their end."""

import re
from pathlib import Path

import pytest

from massgen_tui.console.replay import ReplayApp
from massgen_tui.store.replaying import replayed
from tests.support.every_line import check_lines

ASSETS = Path(__file__).parents[2] / "assets"
SESSIONS = Path(__file__).parents[1] / "data" / "sessions"


async def check_picture(
    request: pytest.FixtureRequest, kept: str, picture: str, *, size: tuple[int, int], titled: bool
) -> None:
    """A picture in assets/ is the last screen of a kept session's replay.

    With `--snapshot-update` it is drawn again. `titled`: the replay is called by its title.
    """
    path, file = SESSIONS / kept, ASSETS / picture
    check_lines(path)
    session, known = replayed(path, wall=lambda: 0.0)
    session.player.pause()
    session.player.seek(session.player.end)
    app = ReplayApp(session.config, session, known.head.title if titled else known.head.id)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        app.show_monitors()
        app.paint()
        await pilot.pause()
        svg = re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="massgen-tui"))
    if request.config.getoption("--snapshot-update"):
        file.write_text(svg, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == svg, "stale: run `make pictures`"
