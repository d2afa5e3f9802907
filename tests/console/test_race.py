"""Who is ahead, above the panes: a line each agent while they answer."""

import asyncio

import pytest

from massgen_tui.backends.events import ContentDelta, UsageReported
from massgen_tui.console.race import race
from massgen_tui.session.status import Status
from tests.support.attempts import attempt_of, conversation
from tests.support.console import staged
from tests.support.fakes import Backends, Step, answer, config_of


def test_a_bar_is_the_share_of_the_longest() -> None:
    half = conversation(attempt_of(*[ContentDelta("x")] * 4, status=Status.ANSWERING))
    whole = conversation(attempt_of(ContentDelta("x"), UsageReported(completion=8)))
    nothing = conversation()
    lines = race([half, whole, nothing], 60, 9)
    assert all(len(line) <= 60 for line in lines)
    assert "50% · ~4 tok" in lines[0]
    assert "100% · 8 tok" in lines[1]
    assert abs(lines[0].count("█") * 2 - lines[1].count("█")) <= 1
    assert lines[2].endswith("–")
    assert "answering" in lines[0]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_many_agents_take_few_rows(width: int) -> None:
    agents = [conversation(attempt_of(ContentDelta("x"))) for _ in range(16)]
    lines = race(agents, width, 6)
    assert len(lines) == 6
    assert lines[-1] == " … and 11 more"


async def test_f9_shows_it_and_hides_it() -> None:
    slow: list[Step] = [ContentDelta("one "), ContentDelta("two"), asyncio.Event()]
    backends = Backends(a=[slow], b=[answer("done")])
    async with staged(config_of("a", "b"), backends=backends, size=(80, 24)) as stage:
        await stage.press("f9")
        assert " a ░" in stage.screen_text
        await stage.ask("Why?")
        assert "100% · ~2 tok" in stage.screen_text
        assert "50% · ~1 tok" in stage.screen_text
        await stage.press("f9")
        assert "100%" not in stage.screen_text
        await stage.press("escape")
