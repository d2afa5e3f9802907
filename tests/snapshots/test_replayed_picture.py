"""The picture of a replay is a kept session, played by this very program to its end."""

import pytest

from tests.support.pictures import check_picture


async def test_the_picture_of_a_replay_is_what_it_shows(request: pytest.FixtureRequest) -> None:
    kept = "20261129-090000-k3v9x2ma.jsonl"
    await check_picture(request, kept, "replay.svg", size=(120, 36), titled=False)
