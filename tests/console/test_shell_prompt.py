"""The prompt: lines, pastes, drafts, history and names of agents."""

import json
from pathlib import Path

import pytest
from textual import events

from massgen_tui.console.history import History
from massgen_tui.console.terminal.keyboard import Keyboard
from tests.support.console import Stage, staged
from tests.support.fakes import config_of


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_new_line_does_not_send(key: str) -> None:
    async with staged() as stage:
        await stage.press(*"one", key, *"two")
        assert stage.app.prompt.text == "one\ntwo"
        assert stage.session.state.next_turn - 1 == 0


@pytest.mark.parametrize(
    "sent", [b"\x1b\r", b"\x1b[27;2;13~", b"\x1b[27;5;13~", b"\x1b[13;2u", b"\x1b[13;3:1u"]
)
async def test_a_modified_enter_is_a_new_line_however_a_terminal_tells_it(sent: bytes) -> None:
    async with staged() as stage:
        await stage.press(*"a")
        for message in Keyboard().sent(sent, 0.0):
            stage.app.post_message(message)
        await stage.settle()
        assert stage.app.prompt.text == "a\n"


@pytest.mark.parametrize("focus", ["0", "1"])
async def test_a_paste_never_sends_wherever_the_focus_is(focus: str) -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", focus)
        stage.app.post_message(events.Paste("one\r\ntwo\rthree\x1b[31m\n"))
        await stage.settle()
        assert stage.app.prompt.text == "one\ntwo\nthree[31m\n"
        assert stage.session.state.next_turn - 1 == 0


async def test_the_prompt_grows_to_six_rows_and_shrinks_again() -> None:
    async with staged() as stage:
        assert stage.app.prompt.size.height == 1
        await stage.press(*["ctrl+j"] * 3)
        assert stage.app.prompt.size.height == 4
        await stage.press(*["ctrl+j"] * 9)
        assert stage.app.prompt.size.height == 6
        stage.app.prompt.put("x")
        await stage.press("enter")
        assert stage.app.prompt.size.height == 1


async def test_blank_is_not_sent() -> None:
    async with staged() as stage:
        await stage.press("space", "ctrl+j", "enter")
        assert stage.session.state.next_turn - 1 == 0


async def test_a_name_alone_asks_nothing_and_stays() -> None:
    async with staged() as stage:
        await stage.ask("@qwen1")
        assert stage.session.state.next_turn - 1 == 0
        assert stage.app.prompt.text == "@qwen1"


async def test_the_history_is_browsed_only_at_the_edges_and_keeps_the_draft(tmp_path: Path) -> None:
    History(tmp_path / "prompts").sent("older")
    async with staged(history=tmp_path / "prompts") as stage:
        await stage.press(*"up", "ctrl+j", *"low")
        await stage.press("up")
        assert stage.app.prompt.text == "up\nlow"
        await stage.press("up")
        assert stage.app.prompt.text == "older"
        await stage.press("x", "down")
        assert stage.app.prompt.text == "up\nlow"
        await stage.press("up", "up", "enter")
        assert stage.session.agents[0].turns[0].prompt == "olderx"
        assert stage.app.prompt.text == "up\nlow"


LONG = "\n".join(f"line {n} of a log that was pasted" for n in range(30_000))


async def test_a_long_paste_is_held_aside_and_sent_whole(tmp_path: Path) -> None:
    async with staged(history=tmp_path / "prompts") as stage:
        await stage.press(*"see")
        stage.app.post_message(events.Paste(LONG))
        await stage.settle()
        assert stage.app.prompt.text == f"see[long text 1: {len(LONG) // 1000} kB]"
        await stage.press("enter")
        assert stage.session.agents[0].turns[0].prompt == f"see{LONG}"
        await stage.press("up")
        assert stage.app.prompt.text.startswith("[long text 2: ")
        await stage.press("x", "enter")
        assert stage.session.agents[0].turns[1].prompt == f"see{LONG}x"
    assert f"see{LONG}x" in [
        json.loads(line) for line in (tmp_path / "prompts").read_text().splitlines()
    ]


async def test_a_long_draft_is_kept_whole(tmp_path: Path) -> None:
    async with staged(history=tmp_path / "prompts") as stage:
        stage.app.prompt.put(LONG)
        await stage.settle()
    (line,) = (tmp_path / "prompts").read_text().splitlines()
    assert json.loads(line) == LONG


async def test_what_only_looks_like_a_text_held_aside_is_text() -> None:
    async with staged() as stage:
        await stage.ask("[long text 1: 9 kB]")
        stage.app.prompt.put(LONG)
        await stage.ask(" [long text 1: 9 kB] [long text 7: 9 kB]")
        first, second = (one.prompt for one in stage.session.agents[0].turns)
        assert first == "[long text 1: 9 kB]"
        assert second == f"{LONG} [long text 1: 9 kB] [long text 7: 9 kB]"


async def test_a_draft_is_found_again_in_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "prompts"
    async with staged(history=file) as stage:
        stage.app.prompt.put("not sent yet")
        await stage.settle()
    async with staged(history=file) as stage:
        await stage.press("up")
        assert stage.app.prompt.text == "not sent yet"


async def typed(stage: Stage, text: str) -> None:
    """Type a text, key by key."""
    names = {"@": "at"}
    await stage.press(*(names.get(char, char) for char in text))


async def test_tab_completes_the_name_of_an_agent() -> None:
    async with staged(config_of("qwen", "glm")) as stage:
        await typed(stage, "@g")
        assert stage.app.prompt.suggestion == "lm"
        await stage.press("tab")
        assert stage.app.prompt.text == "@glm "
        assert stage.app.prompt.has_focus
        await typed(stage, "hi")
        await stage.press("enter")
        assert [len(agent.turns) for agent in stage.session.agents] == [0, 1]


async def test_a_name_that_is_no_agent_s_is_sent_to_nobody_and_stays() -> None:
    async with staged(config_of("qwen1", "qwen2", "glm")) as stage:
        await stage.ask("@qwen3 hi")
        assert stage.session.state.next_turn - 1 == 0
        assert stage.app.prompt.text == "@qwen3 hi"
        assert "no agent is called qwen3" in stage.screen_text
        await stage.press("up")
        assert stage.app.prompt.text == "@qwen3 hi", "it is no prompt of the past"
        stage.app.prompt.load_text("")
        await stage.ask("@@qwen3 hi")
        assert [agent.turns[0].prompt for agent in stage.session.agents] == ["@qwen3 hi"] * 3


async def test_an_unknown_name_of_the_command_line_is_asked_of_nobody() -> None:
    async with staged(prompt="@nobody hi") as stage:
        assert stage.session.state.next_turn - 1 == 0
        assert stage.app.prompt.text == "@nobody hi"


async def test_tab_lists_the_names_that_it_may_be() -> None:
    async with staged(config_of("qwen-a", "qwen-b", "glm")) as stage:
        await typed(stage, "@q")
        assert stage.app.prompt.suggestion == "wen-"
        await stage.press("tab")
        assert stage.app.prompt.text == "@qwen-"
        assert "@qwen-a @qwen-b" in stage.screen_text
        assert stage.app.prompt.has_focus
        await stage.press("b", "tab")
        await typed(stage, "@")
        await stage.press("tab")
        assert "@qwen-a @qwen-b @glm" in stage.screen_text
        await stage.press("g", "tab")
        assert stage.app.prompt.text == "@qwen-b @glm "


@pytest.mark.parametrize("word", ["/help", "/quit now", "/new"])
async def test_what_looks_like_a_command_is_asked_about_once(word: str) -> None:
    async with staged() as stage:
        await stage.ask(word)
        assert stage.session.state.next_turn - 1 == 0
        assert "is no command here" in stage.screen_text
        assert stage.app.prompt.text == word
        await stage.press("enter")
        assert stage.session.agents[0].turns[0].prompt == word
        await stage.ask(word)
        assert stage.session.state.next_turn - 1 == 2, "it was asked about once"


@pytest.mark.parametrize("text", ["/etc/passwd: what is it?", "/ is a slash", "// comment", "/2"])
async def test_a_path_is_no_command(text: str) -> None:
    async with staged() as stage:
        await stage.ask(text)
        assert stage.session.state.next_turn - 1 == 1


async def test_editing_keys_stay_with_the_text() -> None:
    async with staged() as stage:
        await stage.press(*"some", "space", *"words", "ctrl+w", "ctrl+z")
        assert stage.app.prompt.text == "some words"
        await stage.press("ctrl+u")
        assert stage.app.prompt.text == ""


async def test_a_prompt_of_the_command_line_is_asked_at_once() -> None:
    async with staged(prompt="from the command line") as stage:
        assert stage.session.agents[0].turns[0].prompt == "from the command line"
        await stage.press("up")
        assert stage.app.prompt.text == "from the command line"
