"""Agents cloned, added by address, paused and removed: by real keys."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta
from massgen_tui.console.changing import free_id
from massgen_tui.console.replay import ReplayApp
from massgen_tui.console.screens.add_agent import AddAgentScreen
from massgen_tui.console.screens.parameters import ParametersScreen
from massgen_tui.console.screens.question import Question
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.export.forms import export
from massgen_tui.export.kept import info_of
from massgen_tui.store.kept_config import config_of as kept_config
from massgen_tui.store.reader import head_at_end, read_session
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from tests.console.test_parameters import fill
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of
from tests.support.probed import QWEN, vllm
from tests.support.server import ScriptedServer, free_port, whole


async def palette(stage: Stage, name: str) -> None:
    await stage.press("ctrl+p", *name)
    await stage.pilot.pause(0.4)
    await stage.press("enter")


def ids(stage: Stage) -> list[str]:
    return [agent.id for agent in stage.session.agents]


def told(stage: Stage) -> str:
    """What was said last."""
    return list(stage.app._notifications)[-1].message


def wrong(stage: Stage) -> str:
    """What is wrong with an address."""
    frame = stage.app.screen.query_one("#add").region
    rows = stage.screen_text.splitlines()[frame.y + 1 : frame.bottom - 1]
    return " ".join(" ".join(row[frame.x + 1 : frame.right - 1] for row in rows).split())


async def until(stage: Stage, condition: Callable[[], bool]) -> None:
    for _ in range(400):
        await stage.settle()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(stage.screen_text)


async def test_f7_asks_another_agent_so_and_leaves_this_one() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "0.9")
        await stage.press("f7")
        assert ids(stage) == ["qwen1", "qwen2", "qwen1-2"]
        one, _, clone = (agent.config for agent in stage.session.agents)
        assert one.settings.parameters == {}
        assert clone.settings.parameters == {"temperature": 0.9}
        assert clone.endpoint == one.endpoint
        assert "3 qwen1-2* ·" in stage.screen_text
        assert "1 qwen1 ·" in stage.screen_text
        assert "qwen1-2 is there" in stage.screen_text
        assert [one.id for one in stage.watching.config.agents] == ids(stage)
        await stage.press("ctrl+g", "0", *"hello", "enter")
        assert len(stage.backends["qwen1-2"].asked) == 1
        await stage.press("ctrl+g", "3", "p")
        assert "* not in the config" in stage.screen_text
        await stage.press("f6")
        assert isinstance(stage.app.screen, ParametersScreen)


async def test_the_clone_of_a_clone_has_an_id_of_its_own() -> None:
    async with staged(config_of("a", "b")) as stage:
        await stage.press("ctrl+g", "1", "C")
        assert "Clone of a" in stage.screen_text
        await stage.press("enter")
        await stage.press("ctrl+g", "3", "C", "enter")
        assert ids(stage) == ["a", "b", "a-2", "a-3"]
        await stage.press("ctrl+g", "3")
        await palette(stage, "remove agent")
        assert ids(stage) == ["a", "b", "a-3"]
        await stage.press("ctrl+g", "1", "C", "enter")
        assert ids(stage) == ["a", "b", "a-3", "a-4"], "one that has gone keeps its name"


def test_ids_that_are_free() -> None:
    assert free_id("a", {"a"}) == "a-2"
    assert free_id("a-2", {"a", "a-2"}) == "a-3"
    assert free_id("qwen-3", {"qwen-3"}) == "qwen-3-2"


async def test_a_clone_that_cannot_be_is_not_made() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "C")
        await fill(stage, "top_p", "2")
        await stage.press("enter")
        assert "should be less than or equal to 1" in stage.screen_text
        await stage.press("escape")
        assert ids(stage) == ["qwen1", "qwen2"]


async def test_prompts_do_not_go_to_a_paused_agent() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("ctrl+g", "1", "P")
        assert " paused ━┓" in stage.screen_text
        assert "2 agents, 1 paused" in stage.screen_text
        await stage.press("ctrl+g", "0")
        assert "ask qwen2 …   1 paused" in stage.screen_text
        await stage.ask("hello")
        assert [len(stage.session.agent(id).turns) for id in ids(stage)] == [0, 1]
        await stage.ask("@qwen1 you")
        assert "not sent: qwen1 is paused" in stage.screen_text
        assert stage.app.prompt.text == "@qwen1 you"
        await stage.press("ctrl+g", "2", "P", "ctrl+g", "0", "ctrl+u", *"all", "enter")
        assert "not sent: qwen1, qwen2 are paused" in stage.screen_text
        await stage.press("ctrl+g", "1", "P")
        assert "qwen1 goes on" in stage.screen_text
        await stage.press("ctrl+g", "0", "enter")
        assert [len(stage.session.agent(id).turns) for id in ids(stage)] == [1, 1]


async def test_what_a_paused_agent_was_asked_goes_on_and_nothing_is_asked_again() -> None:
    go = asyncio.Event()
    backends = Backends(qwen1=[[*answer("half")[:3], go, ContentDelta(" whole"), *answer()[2:]]])
    async with staged(backends=backends) as stage:
        await stage.ask("first")
        await stage.press("ctrl+g", "1", "P")
        assert "answering ━┓" in stage.screen_text
        assert "what it was asked goes on" in told(stage)
        go.set()
        await stage.settle()
        assert "half whole" in stage.screen_text
        assert " paused ━┓" in stage.screen_text
        for key in ("r", "x", "w", "R"):
            await stage.press(key)
            assert stage.on_main
            assert "qwen1 is paused" in told(stage)
        await stage.press("ctrl+g", "0", "ctrl+r")
        assert [len(stage.session.agent(id).turns[0].attempts) for id in ids(stage)] == [1, 2]


async def test_agents_agree_without_one_that_is_paused() -> None:
    async with staged(config_of("a", "b", "c")) as stage:
        await stage.press("ctrl+g", "1", "P", "ctrl+g", "0", "f8")
        await stage.ask("why?")
        agreement = stage.app.workspace.coordinating.agreement
        assert agreement is not None
        assert list(agreement.agents) == ["b", "c"]


async def test_an_agent_that_answers_goes_only_when_asked() -> None:
    never = asyncio.Event()
    backends = Backends(qwen1=[[ContentDelta("half"), never]])
    async with staged(backends=backends) as stage:
        await stage.ask("first")
        await stage.press("ctrl+g", "1")
        await palette(stage, "remove agent")
        assert isinstance(stage.app.screen, Question)
        assert "qwen1 is answering." in stage.screen_text
        await stage.press("n")
        assert ids(stage) == ["qwen1", "qwen2"]
        await palette(stage, "remove agent")
        await stage.press("y")
        assert ids(stage) == ["qwen2"]
        assert backends["qwen1"].closed
        assert [one.id for one in stage.watching.config.agents] == ["qwen2"]
        await palette(stage, "remove agent")
        assert "qwen2 is the only agent: it stays" in stage.screen_text


def looked(stage: Stage, screen: AddAgentScreen) -> bool:
    return stage.app.screen is not screen or not screen.looking


async def adding(stage: Stage, address: str, model: str = "", key: str = "") -> None:
    """Add an agent by address, and wait until it was looked for."""
    await palette(stage, "add agent")
    screen = stage.app.screen
    assert isinstance(screen, AddAgentScreen)
    await stage.press(*address, "tab", *model, "tab", *key, "enter")
    await until(stage, partial(looked, stage, screen))


async def test_an_agent_is_added_by_address_and_asked() -> None:
    async with ScriptedServer() as server, asyncio.timeout(50):
        vllm(server)
        async with staged(size=(80, 24)) as stage:
            await adding(stage, f"127.0.0.1:{server.port}")
            assert ids(stage) == ["qwen1", "qwen2", "vllm-Qwen3-4B"]
            made = stage.session.agent("vllm-Qwen3-4B").config
            assert (made.endpoint.base_url, made.settings.model) == (server.base_url, QWEN)
            assert stage.watching.config.agents[-1].id == "vllm-Qwen3-4B"
            assert "vllm-Qwen3-4B is there" in stage.screen_text
            await stage.press(*"@vllm-Qwen3-4B hi", "enter")
            assert len(stage.backends["vllm-Qwen3-4B"].asked) == 1
            await adding(stage, server.root)
            assert ids(stage)[3:] == ["vllm-Qwen3-4B-2"]


async def test_one_of_several_models_is_chosen() -> None:
    async with ScriptedServer() as server, asyncio.timeout(50):
        vllm(server)
        models = {"data": [{"id": "org/one", "owned_by": "vllm"}, {"id": "org/two"}]}
        server.route("GET", "/v1/models", whole(200, json.dumps(models).encode()))
        async with staged() as stage:
            await adding(stage, server.root)
            assert isinstance(stage.app.screen, ServersFound)
            await stage.press("space", "down", "space", "enter")
            assert ids(stage) == ["qwen1", "qwen2", "vllm-two"]
            await adding(stage, server.root, "org/one")
            assert ids(stage)[3:] == ["vllm-one"]
            await adding(stage, server.root, "org/none")
            assert "does not serve org/none (it serves org/one, org/two)" in wrong(stage)


async def test_what_is_wrong_with_an_address_is_told_in_the_words_of_the_command_line() -> None:
    async with staged(size=(80, 24)) as stage:
        await adding(stage, f"127.0.0.1:{free_port()}")
        assert "nothing answers there" in stage.screen_text
        await stage.press("escape")
        await adding(stage, "http://me:secret@box:8000")
        assert "--key-env NAME" in wrong(stage)
        assert ids(stage) == ["qwen1", "qwen2"]
        await stage.press("escape")
        assert stage.on_main


async def test_a_key_of_an_added_server_is_learned_and_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MINE", "sk-planted-0123456789")
    async with ScriptedServer() as server, asyncio.timeout(50):
        server.route("GET", "/health", whole(401, b"{}"))
        server.route("GET", "/v1/models", whole(401, b"{}"))
        async with staged() as stage:
            await adding(stage, server.root, key="MINE")
            assert "refuses the key from MINE" in stage.screen_text
            assert "planted" not in stage.screen_text
            vllm(server)
            await stage.press("enter")
            await until(stage, lambda: len(ids(stage)) == 3)
            made = stage.session.agents[-1].config.endpoint
            assert made.api_key is None, "a server that wants none gets none"


async def test_esc_stops_looking() -> None:
    async with staged() as stage:
        await palette(stage, "add agent")
        await stage.press(*"127.0.0.1:9", "escape")
        assert stage.on_main
        assert ids(stage) == ["qwen1", "qwen2"]


async def test_replay_and_export_tell_who_was_there_and_how_they_were_asked(tmp_path: Path) -> None:
    backends = Backends(qwen1=[answer("of one")], qwen2=[answer("of two")])
    async with staged(backends=backends) as stage:
        log = record(stage.session, warn=pytest.fail, directory=lambda: tmp_path)
        await stage.ask("first")
        stage.clock.tick(5)
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "0.9")
        await stage.press("f7", "P")
        await stage.press("ctrl+g", "2")
        await palette(stage, "remove agent")
        await stage.press("ctrl+g", "0")
        await stage.ask("second")
        log.close()
        assert log.path is not None
    kept = read_session(log.path, keep_past=True)
    assert list(kept.state.agents) == ["qwen1", "qwen1-2"]
    assert kept.state.agents["qwen1"].paused
    assert [len(agent.turns) for agent in kept.state.agents.values()] == [1, 1]
    exported = export(kept.state, "md", session=info_of(kept), redact=str)
    for said in ("of one", "of two", "qwen2", "qwen1-2", "first", "second"):
        assert said in exported
    session, _ = replayed(log.path)
    app = ReplayApp(session.config, session, "x")
    app.animation_level = "none"
    async with app.run_test(size=(120, 36)) as pilot:
        session.player.pause()
        session.player.seek(session.player.end)
        app.paint()
        await pilot.pause()
        one, clone = app.main.panes
        assert [one.agent.id, clone.agent.id] == ["qwen1", "qwen1-2"]
        assert one.agent.paused
        assert app.workspace.changing.written.differences(one.agent.config) == ()
        assert app.workspace.changing.written.differences(clone.agent.config)
        await pilot.press("ctrl+g", "2", "p", "C", "P")
        assert app.screen is app.main
        assert one.agent.paused
        session.player.seek(session.player.begin)
        app.paint()
        await pilot.pause()
        assert [pane.agent.id for pane in app.main.panes] == ["qwen1", "qwen2"]
        assert not app.main.panes[0].agent.paused


async def test_an_edited_prompt_does_not_go_to_a_paused_agent() -> None:
    async with staged() as stage:
        await stage.ask("first")
        await stage.press("ctrl+g", "1", "P", "ctrl+g", "0")
        await palette(stage, "edit prompt")
        assert stage.app.prompt.text == "first"
        await stage.press(*" again", "enter")
        prompts = [[turn.prompt for turn in agent.turns] for agent in stage.session.agents]
        assert prompts == [["first"], ["first again"]]


async def test_a_coordination_is_repeated_without_one_that_is_paused() -> None:
    async with staged(config_of("a", "b", "c")) as stage:
        await stage.press("f8")
        await stage.ask("why?")
        await until(stage, lambda: not stage.session.busy)
        await stage.press("ctrl+g", "1", "P", "ctrl+g", "0", "ctrl+r")
        agreement = stage.app.workspace.coordinating.agreement
        assert agreement is not None
        assert list(agreement.agents) == ["b", "c"]


async def test_a_prompt_that_is_taken_back_of_a_busy_agent_ends_no_coordination() -> None:
    never = asyncio.Event()
    backends = Backends(b=[[ContentDelta("half"), never]])
    async with staged(config_of("a", "b", "c"), backends=backends) as stage:
        await stage.ask("@b long")
        await stage.press("f8")
        await stage.ask("why?")
        await stage.press("escape")
        await until(stage, lambda: not stage.app.workspace.coordinating.running)
        agreement = stage.app.workspace.coordinating.agreement
        assert agreement is not None
        assert [(one.agent, one.why) for one in agreement.out] == [("b", "it was taken back")]
        assert stage.app.prompt.text == "why?"


async def test_a_resume_knows_what_differs_from_the_config_of_then(tmp_path: Path) -> None:
    async with staged() as stage:
        log = record(stage.session, warn=pytest.fail, directory=lambda: tmp_path)
        await stage.ask("first")
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "0.9")
        await stage.press("enter", "C", "enter")
        await stage.press("ctrl+g", "2", "P")
        log.close()
        assert log.path is not None
    config = kept_config(head_at_end(log.path), {})
    async with staged(config, resumes=log.path) as stage:
        assert ids(stage) == ["qwen1", "qwen2", "qwen1-2"]
        for words in ("1 qwen1* ·", "2 qwen2 ·", "3 qwen1-2* ·", " paused ─┐"):
            assert words in stage.screen_text
        await stage.press("ctrl+g", "1", "p")
        assert "* temperature unset → 0.9" in stage.screen_text
        await stage.press("f6", "enter")
        assert "1 qwen1 ·" in stage.screen_text
        await stage.press("ctrl+g", "0")
        await stage.ask("second")
        assert [len(agent.turns) for agent in stage.session.agents] == [2, 1, 1]
