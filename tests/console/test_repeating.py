"""An agent asked its last prompt several times: by real keys, on scripted backends."""

import asyncio
from collections.abc import Callable

from massgen_tui.backends.events import ContentDelta, ErrorKind, Finished
from massgen_tui.console.screens.compare import CompareScreen
from massgen_tui.console.screens.count import CountScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.session.status import Status
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of, failure


async def until(stage: Stage, condition: Callable[[], bool]) -> None:
    for _ in range(300):
        await stage.settle()
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(stage.screen_text)


def sheet(stage: Stage) -> str:
    shown = stage.app.screen
    return shown.body.plain if isinstance(shown, TextModal) else ""


async def test_x_asks_five_times_and_tells_what_came_of_it() -> None:
    texts = ["first", "The sky is blue", "The sky is red", *["The sky is blue"] * 3]
    backends = Backends(a=[answer(text) for text in texts], b=[answer("other")])
    async with staged(config_of("a", "b"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x")
        assert isinstance(stage.app.screen, CountScreen)
        await stage.press("enter")
        await until(stage, lambda: bool(sheet(stage)))
        assert "a, the same prompt 5 times" in sheet(stage)
        assert "4 of 5 identical to the first, others part at word 4" in sheet(stage)
        assert "TTFT" in sheet(stage)
        assert len(stage.backends["a"].calls) == 6
        assert len(stage.backends["b"].calls) == 1
        [turn] = stage.session.agent("a").turns
        assert len(turn.attempts) == 6
        await stage.press("escape", "d")
        await until(
            stage,
            lambda: isinstance(stage.app.screen, CompareScreen) and stage.app.screen.ready,
        )
        assert "a: 1 of 6 identical to the first, others part at word 1" in stage.screen_text


async def test_so_many_are_asked_as_are_typed() -> None:
    backends = Backends(a=[answer("yes")] * 20)
    async with staged(config_of("a"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x", "backspace", "enter")
        assert isinstance(stage.app.screen, CountScreen)  # no number
        await stage.press("1", "2", "enter")
        await until(stage, lambda: bool(sheet(stage)))
        assert "the same prompt 12 times" in sheet(stage)
        assert "12 of 12 identical" in sheet(stage)


async def test_esc_stops_it() -> None:
    held: list[Step] = [ContentDelta("so"), asyncio.Event()]
    backends = Backends(a=[answer("yes"), answer("yes"), held, answer("yes")])
    async with staged(config_of("a"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x", "enter")
        await until(stage, lambda: "repeat a 2/5" in stage.screen_text)
        await until(stage, lambda: stage.session.active)
        await stage.press("escape")
        await until(stage, lambda: bool(sheet(stage)))
        assert "a, the same prompt 2 times of 5 (stopped)" in sheet(stage)
        assert "1 of 1 identical, 1 not whole" in sheet(stage)
        assert "repeat a" not in stage.screen_text
        assert not stage.session.busy


async def test_a_failure_ends_it() -> None:
    backends = Backends(a=[answer("yes"), answer("yes"), [failure(kind=ErrorKind.SERVER_ERROR)]])
    async with staged(config_of("a"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x", "enter")
        await until(stage, lambda: bool(sheet(stage)))
        assert "2 times of 5 (server error)" in sheet(stage)


async def test_another_prompt_ends_it_and_is_asked() -> None:
    held = asyncio.Event()
    slow: list[Step] = [ContentDelta("yes"), held, Finished("stop")]
    backends = Backends(a=[answer("yes"), slow, answer("to the second")])
    async with staged(config_of("a"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x", "enter")
        await until(stage, lambda: "repeat a 1/5" in stage.screen_text)
        await stage.press("ctrl+g", "0")
        await stage.ask("And now?")
        held.set()
        await until(stage, lambda: bool(sheet(stage)))
        assert "1 times of 5 (something else was asked)" in sheet(stage)
        assert len(stage.session.agent("a").turns) == 2
        assert len(stage.backends["a"].calls) == 3


async def test_it_is_not_begun_without_a_prompt_or_twice() -> None:
    held: list[Step] = [asyncio.Event()]
    backends = Backends(a=[answer("yes"), held])
    async with staged(config_of("a"), backends=backends) as stage:
        await stage.press("ctrl+g", "1", "x")
        assert "nothing was asked yet" in stage.screen_text
        await stage.press("ctrl+g", "0")
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "x", "enter")
        await until(stage, lambda: stage.session.active)
        await stage.press("x")
        assert "esc stops that" in stage.screen_text
        await stage.press("escape")
        await until(stage, lambda: bool(sheet(stage)))
        attempts = stage.session.agent("a").turns[0].attempts
        assert [one.status for one in attempts] == [Status.DONE, Status.CANCELLED]
