"""The picture of agents that agree is a kept session of two real servers, played to its end."""

import pytest

from tests.support.pictures import check_picture


async def test_the_picture_of_an_agreement_is_what_a_replay_shows(
    request: pytest.FixtureRequest,
) -> None:
    kept = "20261129-093145-t0mq8wsv.jsonl"
    await check_picture(request, kept, "agreed.svg", size=(100, 28), titled=True)
