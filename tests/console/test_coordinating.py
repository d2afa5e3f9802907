"""Agents that agree, in the console: by real keys, on scripted backends."""

import asyncio
from collections.abc import Sequence

import pytest

from massgen_tui.backends.events import ErrorKind, Finished, ToolCallDelta
from massgen_tui.console.screens.agreement import AgreementScreen
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of, failure


def vote(name: str, reason: str = "it is right") -> list[Step]:
    arguments = f'{{"answer_id": "{name}", "reason": "{reason}"}}'
    return [ToolCallDelta(0, "x", "vote", arguments), Finished("tool_calls")]


def agree() -> dict[str, list[Sequence[Step]]]:
    return {
        "a": [answer("The first answer"), vote("agent1.1"), answer("The final answer")],
        "b": [answer("The second answer"), vote("agent1.1", "short")],
    }


async def until_agreed(stage: Stage) -> None:
    for _ in range(50):
        await stage.settle()
        if not stage.app.workspace.coordinating.running:
            return
    raise AssertionError(stage.screen_text)


async def test_f8_then_a_prompt_lets_the_agents_agree() -> None:
    async with staged(config_of("a", "b"), backends=Backends(**agree())) as stage:
        assert "coordinate" not in stage.screen_text
        await stage.press("f8")
        assert "coordinate · 2 agents" in stage.screen_text
        assert "sends to all, then they vote" in stage.screen_text
        await stage.ask("What is it?")
        await until_agreed(stage)
        text = stage.screen_text
        assert "agent1.1 of a won with 2 votes" in text
        assert "→ agent1.1" in text
        assert "The final answer" in text, text
        [turn] = stage.session.agent("b").turns
        assert turn.final == "The final answer"


async def test_off_again_a_prompt_shows_all_answers() -> None:
    async with staged(config_of("a", "b"), backends=Backends(**agree())) as stage:
        await stage.press("f8", "f8")
        await stage.ask("What is it?")
        assert "The first answer" in stage.screen_text
        assert "The second answer" in stage.screen_text
        assert not stage.session.state.agreements


async def test_one_that_is_named_is_asked_plainly() -> None:
    async with staged(config_of("a", "b"), backends=Backends(**agree())) as stage:
        await stage.press("f8")
        await stage.ask("@b What is it?")
        assert not stage.session.state.agreements
        assert len(stage.backends["b"].calls) == 1


async def test_the_answers_and_votes_are_read_and_one_is_let_win() -> None:
    held = asyncio.Event()
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("The first answer"), vote("agent1.1", "mine")],
        "b": [answer("The second answer"), [held], answer("So it is the second")],
    }
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.settle()
        await stage.press("ctrl+g", "1", "a")
        assert isinstance(stage.app.screen, AgreementScreen)
        text = stage.screen_text
        assert "agent1.1 · a · 1 vote" in text
        assert "mine" in text
        await stage.press("down")
        assert "The second answer" in stage.screen_text
        await stage.press("enter")
        await until_agreed(stage)
        assert "agent2.1 of b, chosen by you" in stage.screen_text
        assert "So it is the second" in stage.screen_text


async def test_an_answer_is_compared_with_the_one_that_won() -> None:
    async with staged(config_of("a", "b"), backends=Backends(**agree())) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        await stage.press("ctrl+g", "1", "a", "down", "d")
        for _ in range(20):
            await stage.settle()
        shown = stage.screen_text
        assert "Compare" in shown
        assert "The first" in shown
        assert "The second" in shown


async def test_esc_presents_what_there_is_and_again_ends_it() -> None:
    held = asyncio.Event()
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("The first answer"), [held], [held]],
        "b": [answer("The second answer"), [held], [held]],
    }
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.settle()
        await stage.press("escape")
        await stage.settle()
        assert stage.app.workspace.coordinating.running
        await stage.press("escape")
        await until_agreed(stage)
        assert "the best when stopped by you was reached" in stage.screen_text
        assert not stage.session.busy


async def test_esc_in_a_pane_takes_that_agent_out() -> None:
    held = asyncio.Event()
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("The first answer"), answer("The final answer")],
        "b": [[held]],
    }
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.press("ctrl+g", "2", "escape")
        await until_agreed(stage)
        assert "✗ out: taken out by you" in stage.screen_text
        assert "The final answer" in stage.screen_text


async def test_the_next_prompt_waits_until_they_have_agreed() -> None:
    scripts = agree()
    scripts["a"] += [answer("Next first"), vote("agent2.1"), answer("x")]
    scripts["b"] += [answer("Next second"), vote("agent2.1"), answer("The next final answer")]
    held = asyncio.Event()
    scripts["a"].insert(0, [held, *answer("The first answer")])
    del scripts["a"][1]
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.ask("And next?")
        assert len(stage.session.agent("b").turns) == 1
        held.set()
        await until_agreed(stage)
        await until_agreed(stage)
        assert [turn.final for turn in stage.session.agent("b").turns] == [
            "The final answer",
            "The next final answer",
        ]


def one_votes(held: asyncio.Event) -> dict[str, list[Sequence[Step]]]:
    return {
        "a": [answer("The first answer"), vote("agent1.1", "mine"), answer("So it is")],
        "b": [answer("The second answer"), [held], answer("That too")],
    }


async def test_what_one_agent_was_asked_meanwhile_is_asked_when_they_have_agreed() -> None:
    scripts = one_votes(asyncio.Event())
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.ask("@b and you?")
        await stage.press("ctrl+g", "1", "a", "enter")
        await until_agreed(stage)
        assert "agent1.1 of a, chosen by you" in stage.screen_text
        turns = stage.session.agent("b").turns
        assert [turn.prompt for turn in turns] == ["What is it?", "and you?"]
        assert "That too" in stage.screen_text


async def test_what_an_agent_answers_beside_goes_on_when_the_others_have_agreed() -> None:
    held = asyncio.Event()
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("The first answer"), answer("So it is")],
        "b": [[held, *answer("Plain")], answer("The next")],
    }
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.ask("@b first")
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.ask("@b and you?")
        await stage.press("ctrl+g", "1", "a", "enter")
        await until_agreed(stage)
        held.set()
        await stage.settle()
        turns = stage.session.agent("b").turns
        assert [turn.prompt for turn in turns] == ["first", "What is it?", "and you?"]
        assert [str(turns[at].attempts[-1].content) for at in (0, 2)] == ["Plain", "The next"]
        assert not stage.session.busy


async def test_what_waits_is_told_where_nobody_can_be_asked_any_more() -> None:
    scripts = one_votes(asyncio.Event())
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.ask("second prompt")
        await stage.press("ctrl+g", "1", "P", "ctrl+g", "2", "P", "ctrl+g", "1", "a", "enter")
        await until_agreed(stage)
        assert "not sent: all agents are paused by now" in stage.screen_text
        await stage.press("ctrl+g", "0", "up")
        assert stage.app.prompt.text == "second prompt"


async def test_what_waits_comes_back_with_esc() -> None:
    held = asyncio.Event()
    async with staged(config_of("a", "b"), backends=Backends(a=[[held]], b=[[held]])) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await stage.ask("And next?")
        await stage.press("escape")
        assert stage.app.prompt.text == "And next?"
        assert stage.app.workspace.coordinating.running
        await stage.press("ctrl+u")
        await stage.press("escape", "escape")
        await until_agreed(stage)


async def test_rerun_agrees_anew_as_another_attempt() -> None:
    scripts = agree()
    for agent, more in agree().items():
        scripts[agent] += more
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        await stage.press("ctrl+r")
        await until_agreed(stage)
        [[first, second]] = stage.session.state.agreements.values()
        assert (first.final, second.final) == ("The final answer", "The final answer")
        assert len(stage.session.agent("a").turns) == 1


@pytest.mark.parametrize("gone", ["a", "b"])
async def test_what_was_agreed_stays_where_the_agent_that_presented_it_goes(gone: str) -> None:
    scripts = agree()
    for agent, more in agree().items():
        scripts[agent] += more
    async with staged(config_of("a", "b"), backends=Backends(**scripts)) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        stage.app.workspace.remove_agent(gone)
        await stage.settle()
        assert "The final answer" in stage.screen_text
        stage.app.workspace.add_agent(config_of(gone).agents[0])
        await stage.ask("And now?")
        await until_agreed(stage)
        assert "The final answer" in stage.screen_text


async def test_an_agent_whose_server_is_away_takes_no_part() -> None:
    async with staged(config_of("a", "b", "c"), backends=Backends(**agree())) as stage:
        stage.session.notes.server("c", away=True, served_by="", context_length=None)
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        assert not stage.session.agent("c").turns
        assert "agent1.1 of a won" in stage.screen_text


async def test_a_new_conversation_takes_the_strip_away() -> None:
    async with staged(config_of("a", "b"), backends=Backends(**agree())) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        await stage.press("ctrl+n")
        await stage.settle()
        assert "agent1.1" not in stage.screen_text
        assert len(stage.app.main.panes) == 2


async def test_none_that_answers_is_said() -> None:
    cut: list[Step] = [failure(kind=ErrorKind.UNREACHABLE, message="refused")]
    async with staged(config_of("a", "b"), backends=Backends(a=[cut], b=[cut])) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        assert "no answer: nobody gave one" in stage.screen_text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_strip_is_read_at_every_size(size: tuple[int, int]) -> None:
    async with staged(config_of("a", "b"), size=size, backends=Backends(**agree())) as stage:
        await stage.press("f8")
        await stage.ask("What is it?")
        await until_agreed(stage)
        for words in ("✎ agent1.1", "→ agent1.1", "agent1.1 of a won with 2 votes", "★"):
            assert words in stage.screen_text
