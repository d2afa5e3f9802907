"""The picture of agents that agree is a kept session of two real servers, played to its end."""

import re
from pathlib import Path

import pytest

from massgen_tui.console.replay import ReplayApp
from massgen_tui.store.replaying import replayed
from tests.support.every_line import check_lines

KEPT = Path(__file__).parents[1] / "data" / "sessions" / "20261129-093145-t0mq8wsv.jsonl"
PICTURE = Path(__file__).parents[2] / "assets" / "agreed.svg"


async def test_the_picture_of_an_agreement_is_what_a_replay_shows(
    request: pytest.FixtureRequest,
) -> None:
    check_lines(KEPT)
    session, kept = replayed(KEPT, wall=lambda: 0.0)
    session.player.pause()
    session.player.seek(session.player.end)
    app = ReplayApp(session.config, session, kept.head.title)
    app.animation_level = "none"
    async with app.run_test(size=(100, 28)) as pilot:
        app.show_monitors()
        app.paint()
        await pilot.pause()
        svg = re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="massgen-tui"))
    if request.config.getoption("--snapshot-update"):
        PICTURE.write_text(svg, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == svg, "stale: run `make pictures`"
