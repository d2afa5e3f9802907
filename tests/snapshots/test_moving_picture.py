"""The moving picture of the README is a session of two real servers, played by this program."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from massgen_tui.console.replay import ReplayApp
from massgen_tui.store.replaying import replayed
from tests.support.every_line import check_lines
from tests.support.moving import moving

KEPT = Path(__file__).parents[1] / "data" / "sessions" / "20261129-064509-9dj160u8.jsonl"
PICTURE = Path(__file__).parents[2] / "assets" / "moving.svg"
STEP = 0.12
"""Seconds of the session between two frames, and that each is seen."""


def moments() -> list[float]:
    """Seconds from the session's first event: from just before the prompt to behind the ends."""
    told = [json.loads(line) for line in KEPT.read_text("utf-8").splitlines()[1:]]
    timed = [line for line in told if "t" in line]
    zero = timed[0]["t"]
    begin = next(line["t"] for line in timed if line.get("e") == "prompt") - 300
    end = max(line["t"] for line in timed if line.get("e") == "ended") + 300
    count = round((end - begin) / 1000 / STEP)
    return [(begin - zero) / 1000 + number * STEP for number in range(count + 1)]


async def frames() -> list[str]:
    """The replay's screen, step by step."""
    check_lines(KEPT)
    session, kept = replayed(KEPT, wall=lambda: 0.0)
    session.player.pause()
    app = ReplayApp(session.config, session, kept.head.title)
    app.animation_level = "none"
    drawn = []
    async with app.run_test(size=(104, 28)) as pilot:
        for moment in moments():
            session.player.seek(session.player.begin + moment)
            app.show_monitors()
            app.paint()
            await pilot.pause()
            svg = app.export_screenshot(title="massgen-tui")
            drawn.append(re.sub(r"terminal-\d+", "terminal", svg))
    return drawn


async def test_the_picture_moves_as_the_session_did(request: pytest.FixtureRequest) -> None:
    made = moving(await frames(), STEP, 4.0)
    if request.config.getoption("--snapshot-update"):
        PICTURE.write_text(made, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == made, "stale: run `make pictures`"


def test_it_is_small_and_takes_nothing_from_elsewhere() -> None:
    text = PICTURE.read_text("utf-8")
    assert len(text.encode()) < 1_000_000
    ElementTree.fromstring(text)
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?https?:", text)
    assert "@import" not in text
    assert "<script" not in text
