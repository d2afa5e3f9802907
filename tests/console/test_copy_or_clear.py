"""ctrl+c: copies what is selected, else clears the prompt, else says what stops and quits."""

import json
from pathlib import Path

import pytest
from textual import events

from massgen_tui.config.model import UiConfig
from massgen_tui.console.widgets.prompt import Prompt
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of


async def drag(stage: Stage, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press the mouse at one place and let it go at another."""
    kinds = ((events.MouseDown, start), (events.MouseMove, end), (events.MouseUp, end))
    for kind, (x, y) in kinds:
        stage.app.post_message(
            kind(None, x, y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False)
        )
        await stage.pilot.pause()


async def test_what_is_selected_in_a_pane_is_copied_and_the_draft_stays() -> None:
    backends = Backends(qwen1=[answer("alpha beta")])
    async with staged(backends=backends) as stage:
        await stage.ask("why?")
        await stage.press(*"draft")
        row = next(y for y, line in enumerate(stage.screen_text.split("\n")) if "alpha" in line)
        column = stage.screen_text.split("\n")[row].index("alpha")
        await drag(stage, (column, row), (column + 5, row))
        await stage.press("ctrl+c")
        assert stage.app.clipboard.strip() in ("alpha", "alpha beta")
        assert stage.app.prompt.text == "draft"


async def test_what_is_selected_in_the_prompt_is_copied() -> None:
    async with staged() as stage:
        await stage.press(*"two words", *["shift+left"] * 5, "ctrl+c")
        assert stage.app.clipboard == "words"
        assert stage.app.prompt.text == "two words"


@pytest.mark.parametrize("typed", ["one line", "two\nlines", "漢字 and é", "x" * 70_000])
async def test_a_draft_is_cleared_and_both_undo_and_the_history_have_it(
    typed: str, tmp_path: Path
) -> None:
    file = tmp_path / "prompts.jsonl"
    async with staged(history=file) as stage:
        stage.app.prompt.put(typed)
        await stage.press("ctrl+c")
        assert stage.app.prompt.text == ""
        assert "prompt cleared" in stage.screen_text
        await stage.press("ctrl+z")
        assert stage.app.prompt.whole == typed
        await stage.press("ctrl+c", "up")
        assert stage.app.prompt.whole == typed
    assert json.loads(file.read_text().splitlines()[0]) == typed


async def test_undo_brings_back_the_draft_whole_however_it_was_typed() -> None:
    async with staged() as stage:
        await stage.press(*"abc", "backspace", "backspace", "ctrl+c", "ctrl+z")
        assert stage.app.prompt.text == "a"


async def test_a_draft_beneath_an_earlier_prompt_is_not_lost() -> None:
    async with staged() as stage:
        await stage.ask("old")
        await stage.press(*"draft", "up", *", changed", "ctrl+c")
        assert stage.app.prompt.text == ""
        seen = []
        for _ in range(3):
            await stage.press("up")
            seen.append(stage.app.prompt.text)
        assert seen == ["draft", "old, changed", "old"]


@pytest.mark.parametrize("blank", ["", " ", "\n"])
async def test_with_nothing_to_copy_or_clear_it_says_what_stops_and_quits(blank: str) -> None:
    async with staged() as stage:
        stage.app.prompt.put(blank)
        await stage.press("ctrl+c")
        assert "nothing to copy or to clear; esc stops, ctrl+q quits" in stage.screen_text
        assert stage.app.prompt.text == ""


async def test_it_says_the_user_s_own_keys_and_acts_on_them() -> None:
    keymap = {"copy": "f11", "stop": "f10", "quit": "ctrl+e"}
    config = config_of("a").model_copy(update={"ui": UiConfig(keymap=keymap)})
    async with staged(config) as stage:
        await stage.press(*"draft", "f11")
        assert stage.app.prompt.text == ""
        await stage.press("f11")
        assert "f10 stops, ctrl+e quits" in stage.screen_text


@pytest.mark.parametrize("keys", [("ctrl+g", "1"), ("ctrl+g", "s")])
async def test_it_clears_the_prompt_wherever_the_focus_is(keys: tuple[str, ...]) -> None:
    async with staged() as stage:
        await stage.press(*"draft", *keys, "ctrl+c")
        assert not isinstance(stage.app.focused, Prompt)
        assert stage.app.prompt.text == ""


@pytest.mark.parametrize("keys", [("f1",), ("ctrl+g", "1", "slash", "q"), ("f5",)])
async def test_what_stands_before_the_prompt_leaves_the_draft_alone(keys: tuple[str, ...]) -> None:
    async with staged() as stage:
        await stage.press(*"draft", *keys, "ctrl+c")
        assert stage.app.prompt.text == "draft"


async def test_a_mere_click_selects_nothing() -> None:
    async with staged(backends=Backends(qwen1=[answer("alpha beta")])) as stage:
        await stage.ask("why?")
        await stage.press(*"draft")
        await drag(stage, (8, 6), (8, 6))
        await stage.press("ctrl+c")
        assert stage.app.prompt.text == ""


async def test_answers_go_on() -> None:
    async with staged() as stage:
        await stage.ask("why?")
        asked = stage.session.state.next_turn
        await stage.press("ctrl+c", "ctrl+c")
        assert stage.session.state.next_turn == asked
        assert stage.app.is_running
