"""`R`: the last prompt again, without use of the servers' prefix caches."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.console.test_coordinating import agree, until_agreed, vote
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of


def salts(stage: Stage, agent: str) -> list[bool]:
    """Whether each request of an agent had a salt of its own."""
    return ["cache_salt" in call.settings for call in stage.backends[agent].calls]


async def test_a_pane_is_asked_again_cold() -> None:
    async with staged(config_of("a", "b")) as stage:
        await stage.ask("What is it?")
        await stage.press("ctrl+g", "1", "R")
        await stage.settle()
        assert (salts(stage, "a"), salts(stage, "b")) == ([False, True], [False])
        assert [one.cold for one in stage.session.agent("a").turns[0].attempts] == ["", "yes"]
        assert "cannot be cold here" not in stage.screen_text


@pytest.mark.parametrize("kind", ["ollama", "chatcompletion"])
async def test_where_it_cannot_be_that_is_said_and_it_is_asked_as_ever(kind: str) -> None:
    async with staged(config_of("a", type=kind)) as stage:
        await stage.ask("What is it?")
        await stage.press("ctrl+g", "1", "R")
        await stage.settle()
        assert salts(stage, "a") == [False, False]
        assert "a cannot be cold here: asked as ever" in stage.screen_text
        assert "cannot be cold here" in stage.screen_text


async def test_after_a_coordination_it_is_the_agents_last_step_that_is_asked_cold() -> None:
    scripts: dict[str, list[Sequence[Step]]] = {**agree()}
    scripts["b"] += [vote("agent1.1", "again")]
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        await stage.press("ctrl+g", "2", "R")
        await stage.settle()
        *_, before, last = stage.backends["b"].calls
        assert (last.messages, last.tools) == (before.messages, before.tools)
        assert salts(stage, "b") == [False, False, True]


@pytest.mark.parametrize("key", ["R", "ctrl+r"])
async def test_while_they_vote_asking_again_takes_nobody_out(key: str) -> None:
    asked = asyncio.Event()
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("The first answer"), [asked, *vote("agent1.1")], answer("The final answer")],
        "b": [answer("The second answer"), vote("agent1.1")],
    }
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.settle()
        await stage.press("ctrl+g", "1", key)
        assert "the agents have not agreed yet" in stage.screen_text
        asked.set()
        await until_agreed(stage)
        [[agreement]] = stage.session.state.agreements.values()
        assert not agreement.out
        assert agreement.final == "The final answer"
        assert not any(salts(stage, "a"))
