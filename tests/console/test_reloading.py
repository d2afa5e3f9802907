"""A config is read anew once its file has changed: noticed, told in words, asked first."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from massgen_tui.backends.events import ContentDelta, Finished, Opened, Started
from massgen_tui.config.loader import load_config
from massgen_tui.console.screens.question import Question
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step
from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal

TEXT = """\
agents:
  - id: qwen1
    backend: {type: vllm, model: m, temperature: 0.3}
  - id: qwen2
    backend: {type: vllm, model: m}
ui: {logging_enabled: false}
"""
HOT = TEXT.replace("0.3", "1")


@asynccontextmanager
async def opened(
    tmp_path: Path, backends: Backends | None = None, text: str = TEXT
) -> AsyncIterator[tuple[Stage, Path]]:
    """A console on a file of this text."""
    path = tmp_path / "two.yaml"
    await asyncio.to_thread(path.write_text, text)
    config = await asyncio.to_thread(load_config, path, {})
    async with staged(config, backends=backends) as stage:
        yield stage, path


async def save(path: Path, text: str) -> None:
    """Write the file as an editor does: another in its place."""

    def replace() -> None:
        beside = path.with_suffix(".new")
        beside.write_text(text)
        beside.replace(path)

    await asyncio.to_thread(replace)


async def look(stage: Stage, times: int = 2) -> None:
    """Look at the file so many times, as it is done every 2 s."""
    for _ in range(times):
        assert stage.app.workspace.reloading is not None
        await stage.app.workspace.reloading.look()
    await stage.settle()


def asked(stage: Stage) -> bool:
    """Something is asked."""
    return isinstance(stage.app.screen, Question)


def said(stage: Stage) -> list[str]:
    """What was told, one after the other."""
    return [one.message for one in stage.app._notifications]


def temperature(stage: Stage, id: str = "qwen1") -> object:
    """What an agent is asked with."""
    return stage.session.agent(id).config.settings.parameters.get("temperature")


async def test_a_change_is_noticed_told_and_taken_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await look(stage)
        assert not asked(stage)
        await save(path, HOT)
        await look(stage, 1)
        assert not asked(stage), "it may still be written"
        await look(stage, 1)
        assert asked(stage)
        assert "two.yaml has changed" in stage.screen_text
        assert "qwen1: temperature 0.3 → 1.0" in stage.screen_text
        assert temperature(stage) == 0.3
        await stage.press("enter")
        assert stage.on_main
        assert temperature(stage) == 1.0
        assert "two.yaml: read anew" in stage.screen_text
        await look(stage)
        assert not asked(stage)
        assert path.read_text() == HOT


@pytest.mark.parametrize("key", ["escape", "n"])
async def test_not_now_leaves_all_as_it_is_until_it_changes_again(tmp_path: Path, key: str) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, HOT)
        await look(stage)
        await stage.press(key)
        stage.clock.tick(5)
        await look(stage, 4)
        assert not asked(stage)
        assert temperature(stage) == 0.3
        await save(path, TEXT.replace("0.3", "0.8"))
        await look(stage)
        assert "temperature 0.3 → 0.8" in stage.screen_text


async def test_the_palette_reads_it_at_once_and_asks_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, HOT)
        await look(stage)
        await stage.press("escape")
        await stage.app.run_action("reload")
        await stage.settle()
        assert asked(stage)
        await stage.press("y")
        assert temperature(stage) == 1.0
        await stage.app.run_action("reload")
        await stage.settle()
        assert "two.yaml says what it said before" in stage.screen_text


async def test_a_file_that_is_broken_is_told_once_with_its_line(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, TEXT.replace("temperature", "temprature"))
        await look(stage)
        assert "two.yaml:3:" in stage.screen_text
        assert "did you mean `temperature`" in stage.screen_text.replace("\n", " ")
        assert not asked(stage)
        assert temperature(stage) == 0.3
        told = said(stage)
        await look(stage, 4)
        assert said(stage) == told
        await save(path, HOT)
        await look(stage)
        assert asked(stage)


@pytest.mark.parametrize("text", ["", "agents: [", "- a", "\x00", "agents: []"])
async def test_whatever_is_written_the_old_goes_on(tmp_path: Path, text: str) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, text)
        await look(stage)
        assert said(stage)[-1].endswith("all stays as it was")
        await stage.ask("hello")
        assert stage.session.agent("qwen1").turns[0].prompt == "hello"


async def test_a_file_that_is_away_is_told_when_it_stays_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await asyncio.to_thread(path.unlink)
        await look(stage, 1)
        assert "cannot be read" not in stage.screen_text
        await look(stage, 1)
        assert "cannot be read: no such file" in stage.screen_text
        await save(path, HOT)
        await look(stage)
        assert asked(stage)


async def test_what_changes_nothing_is_not_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, f"# mine\n{TEXT}")
        await look(stage)
        await asyncio.to_thread(os.utime, path)
        await look(stage)
        assert not asked(stage)
        assert said(stage) == []


async def test_agents_come_and_go_and_what_one_answers_goes_on(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    script: list[Step] = [
        Opened(),
        Started("m"),
        ContentDelta("half "),
        go_on,
        ContentDelta("done"),
        Finished("stop"),
    ]
    backends = Backends(qwen1=[script])
    async with opened(tmp_path, backends) as (stage, path):
        await stage.ask("why?")
        stage.clock.tick(5)
        late = "  - id: late\n    backend: {type: vllm, model: k}\n"
        await save(path, HOT.split("  - id: qwen2")[0] + late + "ui: {logging_enabled: false}\n")
        await look(stage)
        text = stage.screen_text
        assert "late comes: k at http://localhost:8000/v1" in text
        assert "qwen2 goes, with its conversation" in text
        assert "answers under way end as they were asked" in text
        await stage.press("enter")
        assert [pane.agent.id for pane in stage.app.main.panes] == ["qwen1", "late"]
        go_on.set()
        await stage.settle()
        assert stage.session.agent("qwen1").turns[0].attempts[0].content.utf8 == b"half done"
        await stage.ask("again")
        assert len(stage.backends["qwen1"].calls) == 1, "a backend of its own asks from now on"
        assert stage.session.agent("late").turns[0].prompt == "again"


async def test_all_agents_may_be_others(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, TEXT.replace("qwen1", "one").replace("qwen2", "two"))
        await look(stage)
        await stage.press("enter")
        assert [one.id for one in stage.session.agents] == ["one", "two"]


async def test_one_that_answers_and_goes_is_told(tmp_path: Path) -> None:
    never = asyncio.Event()
    backends = Backends(qwen2=[[Opened(), ContentDelta("half"), never]])
    async with opened(tmp_path, backends) as (stage, path):
        await stage.ask("why?")
        stage.clock.tick(5)
        await save(path, TEXT.partition("  - id: qwen2")[0])
        await look(stage)
        assert "what qwen2 answers now is stopped" in stage.screen_text


async def test_what_was_changed_in_the_console_is_named_before_it_is_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        agent = stage.session.agent("qwen1").config
        here = agent.settings.patched({"temperature": 0.9})
        stage.app.workspace.change_agent(agent.model_copy(update={"settings": here}))
        await save(path, TEXT.replace("model: m}", "model: k}"))
        await look(stage)
        assert "changed here" not in stage.screen_text
        await stage.press("enter")
        assert temperature(stage) == 0.9
        stage.clock.tick(5)
        await save(path, HOT.replace("model: m}", "model: k}"))
        await look(stage)
        assert "qwen1 was changed here (temperature 0.3 → 0.9)" in stage.screen_text
        await stage.press("enter")
        assert temperature(stage) == 1.0
        written = stage.app.workspace.changing.written
        assert written.differences(stage.session.agent("qwen1").config) == ()


async def test_the_last_agent_may_go_by_the_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await stage.ask("hello")
        stage.app.workspace.remove_agent("qwen1")
        stage.clock.tick(60)
        await save(path, TEXT.replace("  - id: qwen2\n    backend: {type: vllm, model: m}\n", ""))
        await look(stage)
        assert "qwen1 comes" in stage.screen_text
        await stage.press("enter")
        assert [one.id for one in stage.session.agents] == ["qwen1"]
        await stage.ask("again")
        assert [turn.prompt for turn in stage.session.agent("qwen1").turns] == ["again"]


async def test_nobody_is_asked_while_something_is_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await stage.press(*"draft")
        stage.clock.tick(60)
        await save(path, HOT)
        await look(stage, 4)
        assert not asked(stage)
        assert stage.screen_text.count("two.yaml has changed: palette, Reload config") == 1
        await stage.press("ctrl+c")
        await look(stage, 1)
        assert not asked(stage), "a key was pressed just now"
        stage.clock.tick(3)
        await look(stage, 1)
        assert asked(stage)


async def test_it_is_looked_at_when_the_terminal_gets_the_focus(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, HOT)
        for _ in range(100):
            stage.app.post_message(events.AppBlur())
            stage.app.post_message(events.AppFocus())
            await stage.settle()
            if asked(stage):
                break
        assert asked(stage)


async def test_nobody_is_asked_before_what_is_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await stage.press("f1")
        stage.clock.tick(60)
        await save(path, HOT)
        await look(stage)
        assert not asked(stage)
        await stage.press("escape")
        stage.clock.tick(60)
        await look(stage, 1)
        assert asked(stage)


async def test_the_looks_change_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        more = ", theme: nord, keymap: {rerun: f6, rerum: f7}, layout: columns}\n"
        await save(path, TEXT.replace("}\n", "}\n").removesuffix("}\n") + more)
        await look(stage)
        await stage.press("enter")
        assert stage.app.theme == "nord"
        assert "f6 rerun" in stage.screen_text
        assert "`rerum` is no action" in said(stage)[-1]
        assert stage.app.main.grid.standing == "columns"
        await stage.ask("hello")
        await stage.press("f6")
        assert len(stage.session.agent("qwen1").turns[0].attempts) == 2


async def test_what_counts_later_is_told_so_and_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        await save(path, TEXT.replace("logging_enabled: false", "logging_enabled: true"))
        await look(stage)
        assert "from the next start on: logging_enabled" in stage.screen_text
        await stage.press("enter")
        assert not stage.app.workspace.config.ui.logging_enabled
        await look(stage)
        assert not asked(stage)


async def test_agents_without_a_file_have_nothing_to_be_read() -> None:
    async with staged() as stage:
        await stage.app.run_action("reload")
        await stage.settle()
        assert "these agents are not from a config file" in stage.screen_text


async def test_a_long_list_of_changes_ends(tmp_path: Path) -> None:
    async with opened(tmp_path) as (stage, path):
        many = "".join(f"  - id: x{n}\n    backend: {{type: vllm, model: m}}\n" for n in range(20))
        await save(path, TEXT.replace("ui:", f"{many}ui:"))
        await look(stage)
        assert "… 8 more" in stage.screen_text
        assert "enter or y: reload" in stage.screen_text


async def test_the_real_program_sends_what_the_file_says_now(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    for _ in range(2):
        server.answer(*sse_chat(content=["the answer"]))
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+r rerun")
        terminal.write("hello\r")
        await asyncio.to_thread(terminal.until, "· stop")
        text = (await asyncio.to_thread(config.read_text)).replace(
            '"model": "m"', '"model": "m", "temperature": 0.7'
        )
        await save(config, text)
        await asyncio.to_thread(terminal.until, "a: temperature unset → 0.7")
        terminal.write("\r")
        await asyncio.to_thread(terminal.until_gone, "has changed")
        terminal.write("again\r")
        await asyncio.to_thread(terminal.until, "again")
        for _ in range(200):
            if len(server.requests) == 2:
                break
            await asyncio.to_thread(terminal.read)
        first, second = (one.json for one in server.requests)
        assert "temperature" not in first
        assert second["temperature"] == 0.7
        assert await asyncio.to_thread(config.read_text) == text
