"""Agents come, go and change while the console runs: panes, prompt and monitors follow."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta
from massgen_tui.config.model import AgentConfig
from massgen_tui.console.replay import ReplayApp
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from tests.support.console import staged
from tests.support.fakes import Backends, answer, config_of


def agent(id: str, model: str = "fake/model") -> AgentConfig:
    (made,) = config_of(id, model=model).agents
    return made


async def test_an_agent_that_comes_has_a_pane_a_name_and_answers() -> None:
    async with staged() as stage:
        await stage.ask("first")
        stage.app.workspace.add_agent(agent("late"))
        await stage.settle()
        assert "3 late" in stage.screen_text
        assert [one.id for one in stage.watching.config.agents] == ["qwen1", "qwen2", "late"]
        await stage.press(*"@la", "tab")
        assert stage.app.prompt.text == "@late "
        await stage.press(*"hello", "enter")
        await stage.settle()
        assert [one.content for one in stage.backends["late"].asked[0]] == ["hello"]
        assert stage.app.main.panes[2].agent.turns[0].prompt == "hello"
        await stage.press("ctrl+g", "3")
        focused = stage.app.workspace.focused_agent()
        assert focused is not None
        assert focused.id == "late"


async def test_an_agent_that_goes_takes_its_pane_and_gives_its_prompts_back() -> None:
    never = asyncio.Event()
    backends = Backends(qwen1=[[ContentDelta("half"), never]])
    async with staged(backends=backends) as stage:
        await stage.ask("first")
        await stage.ask("@qwen1 second")
        await stage.press("ctrl+g", "1")
        stage.app.workspace.remove_agent("qwen1")
        await stage.settle()
        assert [pane.agent.id for pane in stage.app.main.panes] == ["qwen2"]
        assert "1 qwen2" in stage.screen_text
        assert "half" not in stage.screen_text
        assert stage.app.focused is stage.app.prompt
        assert stage.app.prompt.text == "second"
        assert backends["qwen1"].closed
        with pytest.raises(ValueError, match="only agent"):
            stage.app.workspace.remove_agent("qwen2")


async def test_a_zoomed_pane_that_goes_brings_the_others_back() -> None:
    async with staged(config_of("a", "b", "c")) as stage:
        await stage.press("ctrl+g", "3", "z")
        full = [stage.zoomed]
        stage.app.workspace.remove_agent("c")
        await stage.settle()
        assert [*full, stage.zoomed] == [True, False]
        assert stage.app.main.grid.arrangement.shown == 2


async def test_a_changed_agent_is_shown_as_it_is_asked_now() -> None:
    async with staged(backends=Backends(qwen1=[answer("old")])) as stage:
        await stage.ask("first")
        stage.app.workspace.change_agent(agent("qwen1", "other/model"))
        await stage.settle()
        assert stage.app.workspace.config.agents[0].settings.model == "other/model"
        assert stage.app.main.panes[0].agent.config.settings.model == "other/model"
        assert "old" in stage.screen_text, "what was said stays"


async def test_a_replay_shows_agents_come_and_go(tmp_path: Path) -> None:
    async with staged() as stage:
        log = record(stage.session, warn=pytest.fail, directory=lambda: tmp_path)
        await stage.ask("first")
        stage.clock.tick(5)
        stage.app.workspace.add_agent(agent("late"))
        stage.app.workspace.remove_agent("qwen2")
        await stage.ask("second")
        log.close()
        assert log.path is not None
    session, _ = replayed(log.path)
    app = ReplayApp(session.config, session, "x")
    app.animation_level = "none"
    async with app.run_test(size=(120, 36)) as pilot:
        session.player.pause()
        for place, ids in (
            (session.player.end, ["qwen1", "late"]),
            (session.player.begin, ["qwen1", "qwen2"]),
        ):
            session.player.seek(place)
            app.paint()
            await pilot.pause()
            assert [pane.agent.id for pane in app.main.panes] == ids
