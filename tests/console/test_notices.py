"""What is told for a while: one notice at a time, and none of before over a screen that opens."""

import asyncio
from collections.abc import Sequence

import pytest
from textual.widgets._toast import ToastHolder

from massgen_tui.config.model import UiConfig
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of


def told(stage: Stage) -> list[str]:
    return [note.message for note in stage.app._notifications]


def held(stage: Stage) -> int:
    """How many notices are on any screen."""
    return sum(len(screen.query(ToastHolder)) for screen in stage.app.screen_stack)


async def test_a_notice_takes_the_place_of_the_one_before() -> None:
    async with staged(size=(80, 24)) as stage:
        for number in range(20):
            stage.app.say(f"notice {number} of many")
            if number % 3:  # some come before the one before is drawn
                await stage.settle()
        await stage.settle()
        assert told(stage) == ["notice 19 of many"]
        assert "notice 19 of many" in stage.screen_text
        assert "notice 18" not in stage.screen_text
        assert held(stage) == 1


@pytest.mark.parametrize(
    "keys",
    [("f1",), ("ctrl+p",), ("ctrl+g",), ("ctrl+g", "1", "d"), ("ctrl+g", "1", "i"), ("f5",)],
    ids=" ".join,
)
async def test_what_was_told_does_not_stand_over_a_screen_that_opens(keys: Sequence[str]) -> None:
    backends = Backends(qwen1=[answer("one")], qwen2=[answer("two")])
    async with staged(size=(80, 24), backends=backends) as stage:
        await stage.ask("hi")
        stage.app.say("told before")
        await stage.settle()
        assert "told before" in stage.screen_text
        await stage.press(*keys)
        assert not stage.on_main
        assert told(stage) == []
        assert held(stage) == 0
        assert "told before" not in stage.screen_text


async def test_what_a_screen_tells_is_still_told_when_it_closes() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("f1")
        stage.app.say("told here")
        await stage.press("escape")
        assert stage.on_main
        assert "told here" in stage.screen_text


async def test_a_fault_stays_for_its_time() -> None:
    async with staged(size=(120, 36)) as stage:
        stage.app.say("a fault", severity="error", seconds=60)
        stage.app.say("another notice")
        await stage.settle()
        assert told(stage) == ["a fault", "another notice"]
        await stage.press("f1")
        assert told(stage) == ["a fault"]
        assert "a fault" in stage.screen_text


async def test_what_is_known_at_the_start_is_one_notice() -> None:
    ui = UiConfig(keymap={"nosuch": "f7"}, theme="nosuch")
    config = config_of("qwen1", "qwen2").model_copy(update={"ui": ui})
    async with staged(config, size=(120, 36), notice="resumed with other settings") as stage:
        [notice] = told(stage)
        assert notice.startswith("resumed with other settings\n")
        assert "nosuch" in notice
        assert notice.endswith("… 1 more: palette, Show warnings")


async def test_a_new_conversation_tells_too_what_it_took_back() -> None:
    backends = Backends(qwen1=[[asyncio.Event()]], qwen2=[[asyncio.Event()]])
    async with staged(size=(80, 24), backends=backends) as stage:
        await stage.ask("first")
        await stage.ask("second")
        await stage.press("ctrl+n")
        [notice] = told(stage)
        assert notice == "new conversation with all agents\ntaken back to the prompt"
        assert stage.app.prompt.text == "second"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("n", "nothing is searched for in this pane: / does"),
        ("N", "nothing is searched for in this pane: / does"),
        ("[", "nothing was asked yet"),
        ("]", "nothing was asked yet"),
        ("t", "there is no reasoning to show or fold yet"),
        ("y", "no answer to copy yet"),
        ("c", "no code to copy yet"),
        ("d", "there are no two answers to compare yet: rerun, or ask several agents"),
        ("a", "nothing was agreed on yet: f8, then ask all agents"),
        ("r", "nothing was asked yet"),
        ("R", "nothing was asked yet"),
        ("w", "nothing was asked yet"),
    ],
)
async def test_a_key_that_has_nothing_to_do_says_so(key: str, said: str) -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("ctrl+g", "1", key)
        assert told(stage) == [said]


async def test_the_first_and_the_last_attempt_are_told() -> None:
    backends = Backends(qwen1=[answer("one"), answer("two")])
    async with staged(size=(80, 24), backends=backends) as stage:
        await stage.ask("@qwen1 hi")
        await stage.press("ctrl+g", "1", "[")
        assert told(stage) == ["there is one attempt alone"]
        await stage.press("r", "]")
        assert told(stage) == ["this is the last of 2 attempts"]
        await stage.press("[", "[")
        assert told(stage) == ["this is the first of 2 attempts"]
        assert "one" in stage.screen_text


async def test_the_key_of_all_panes_says_too_that_there_is_no_reasoning() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("ctrl+t")
        assert told(stage) == ["there is no reasoning to show or fold yet"]
