"""One server's work, where the server comes and goes."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import pytest

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.batch import lane
from massgen_tui.batch.lane import Lane, Unit
from tests.support.fakes import failure


@pytest.mark.parametrize("seed", range(20))
async def test_a_server_that_comes_and_goes_answers_each_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "PACE", 0.0)
    chance, answered = random.Random(seed), Counter[Unit]()

    async def ask(unit: Unit, began: Callable[[], None]) -> BackendError | None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        if chance.random() < 0.4:
            if chance.random() < 0.5:
                began()
                await asyncio.sleep(0)
            return failure(kind=ErrorKind.UNREACHABLE)
        answered[unit] += 1
        return None

    units = [Unit("a", place, 1) for place in range(60)]
    await Lane(
        "http://a:1",
        iter(units),
        ask,
        at_once=4,
        wait=60,
        note=lambda words: None,
        give_up=lambda unit, why: pytest.fail(f"{unit} was given up"),
    ).run()
    assert answered == Counter(units)


@pytest.mark.parametrize("seed", range(10))
async def test_what_is_left_of_a_server_that_stays_away_is_given_up_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "PACE", 0.0)
    chance, over = random.Random(seed), Counter[Unit]()

    async def ask(unit: Unit, began: Callable[[], None]) -> BackendError | None:
        for _ in range(chance.randrange(30)):
            await asyncio.sleep(0)
        if unit.place < 20:
            over[unit] += 1
            return None
        return failure(kind=ErrorKind.UNREACHABLE)

    units = [Unit("a", place, 1) for place in range(40)]
    await Lane(
        "http://a:1",
        iter(units),
        ask,
        at_once=4,
        wait=0.01,
        note=lambda words: None,
        give_up=lambda unit, why: over.update([unit]),
    ).run()
    assert over == Counter(units)
