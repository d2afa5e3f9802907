"""An earlier prompt is edited and asked again; what it takes the place of stays within reach."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from massgen_tui.console.history import History
from massgen_tui.export.document import ASIDE
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of


def told(stage: Stage) -> str:
    """What stands in notices."""
    return "\n".join(note.message for note in stage.app._notifications)


def prompts(stage: Stage, agent: int = 0) -> list[str]:
    """The conversation of an agent."""
    return [turn.prompt for turn in stage.session.agents[agent].turns]


def sent(stage: Stage, agent: str = "qwen1") -> list[str]:
    """What the last request of an agent says."""
    return [message.content for message in stage.backends[agent].asked[-1]]


def answers(*said: str) -> Backends:
    return Backends(
        qwen1=[answer(one) for one in said], qwen2=[answer(f"other {one}") for one in said]
    )


async def test_an_earlier_prompt_is_asked_otherwise_of_the_focused_agent() -> None:
    async with staged(backends=answers("a1", "a2", "a3", "new")) as stage:
        for prompt in ("one", "two", "three"):
            await stage.ask(prompt)
        stage.app.prompt.put("my draft")
        await stage.press("ctrl+g", "1", "left_curly_bracket", "e")
        assert stage.app.prompt.has_focus
        assert stage.app.prompt.text == "@qwen1 two"
        assert "editing turn 2: enter asks it, esc leaves it" in stage.screen_text
        await stage.press(*"s", "enter")
        assert prompts(stage) == ["one", "twos"]
        assert sent(stage) == ["one", "a1", "twos"]
        assert prompts(stage, 1) == ["one", "two", "three"], "the other's stays"
        assert stage.app.prompt.text == "my draft"
        assert "editing" not in stage.screen_text
        assert "edited: version 2 of 2  E switches" in stage.screen_text
        assert "a3" not in stage.screen_text.replace("other a3", "")
        await stage.press("up")
        assert stage.app.prompt.text == "@qwen1 twos"


async def test_without_the_name_all_who_were_asked_are_asked_again() -> None:
    async with staged(backends=answers("a1", "a2", "a3")) as stage:
        await stage.ask("one")
        await stage.ask("two")
        await stage.press("ctrl+g", "1", "e", *["backspace"] * len("@qwen1 two"), *"2", "enter")
        assert prompts(stage, 0) == prompts(stage, 1) == ["one", "2"]
        assert len({agent.turns[-1].serial for agent in stage.session.agents}) == 1


async def test_the_palette_edits_the_last_prompt_of_all() -> None:
    async with staged(backends=answers("a1", "a2", "a3")) as stage:
        await stage.ask("one")
        await stage.press("ctrl+p", *"edit prompt", "enter")
        assert stage.app.prompt.text == "one"
        await stage.press(*" more", "enter")
        assert prompts(stage, 0) == prompts(stage, 1) == ["one more"]
        assert sent(stage, "qwen2") == ["one more"]


async def test_esc_leaves_it_and_brings_the_draft_back(tmp_path: Path) -> None:
    async with staged(config_of("a"), history=tmp_path / "prompts") as stage:
        await stage.ask("one")
        stage.app.prompt.put("draft\nof two lines")
        await stage.press("ctrl+g", "1", "e", *" changed")
        assert stage.app.prompt.text == "one changed"
        await stage.press("escape")
        assert stage.app.prompt.text == "draft\nof two lines"
        assert prompts(stage) == ["one"]
        await stage.press("up", "up")
        assert stage.app.prompt.text == "one changed", "no draft is lost"
        await stage.press("down")
        assert stage.app.prompt.text == "draft\nof two lines"


async def test_both_drafts_are_kept_when_one_quits(tmp_path: Path) -> None:
    async with staged(config_of("a"), history=tmp_path / "prompts") as stage:
        await stage.ask("one")
        stage.app.prompt.put("draft")
        await stage.press("ctrl+g", "1", "e", *" changed")
    past = History(tmp_path / "prompts")
    assert past.move(-1, "") == "draft"
    assert past.move(-1, "draft") == "one changed"


async def test_other_versions_are_gone_back_to_with_what_came_after_them() -> None:
    said = answers("a1", "a2", "a3", "b2", "c2", "d4")
    async with staged(config_of("qwen1"), backends=said) as stage:
        for prompt in ("one", "two", "three"):
            await stage.ask(prompt)
        await stage.press("ctrl+g", "1", "left_curly_bracket", "e", *"b", "enter")
        await stage.press("ctrl+g", "1", "e", *"c", "enter")
        assert prompts(stage) == ["one", "twobc"]
        assert "version 3 of 3" in stage.screen_text
        await stage.press("ctrl+g", "1", "E")
        assert prompts(stage) == ["one", "two", "three"], "that goes on as far as it went"
        assert "version 1 of 3, and what came of it" in told(stage)
        assert "a3" in stage.screen_text
        assert "turn 2 of 3" in stage.screen_text
        await stage.press("E")
        assert prompts(stage) == ["one", "twob"]
        await stage.press("ctrl+g", "0")
        await stage.ask("four")
        assert sent(stage) == ["one", "a1", "twob", "b2", "four"]
        await stage.press("ctrl+g", "1", "E")
        assert "one version of this prompt: e edits it" in told(stage)


async def test_what_runs_or_waits_is_stopped_and_comes_back() -> None:
    running: list[Step] = [asyncio.Event()]
    backends = Backends(qwen1=[answer("a1"), running, answer("new")])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        await stage.ask("one")
        await stage.ask("two")
        await stage.ask("three")
        await stage.press("ctrl+g", "1", *["left_curly_bracket"] * 2, "e", "x", "enter")
        assert prompts(stage) == ["onex"]
        assert str(stage.session.agents[0].turns[0].attempts[0].content) == "new"
        assert "taken back" in told(stage)
        assert stage.app.prompt.text == "three"


async def test_a_prompt_that_waits_is_edited() -> None:
    gate = asyncio.Event()
    backends = Backends(qwen1=[[gate, *answer("a1")], answer("new")])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        await stage.ask("one")
        await stage.ask("two")
        await stage.press("ctrl+g", "1", "e", "x", "enter")
        assert prompts(stage) == ["one", "twox"]
        assert not stage.session.agents[0].aside


@pytest.mark.parametrize(
    "text", ["@name is text", "see @types/node and `@x/y`", "@@ -1 +1 @@", "a\n@src/x.py"]
)
async def test_a_prompt_is_sent_again_as_it_was(text: str) -> None:
    async with staged(config_of("qwen1")) as stage:
        stage.session.ask(text)
        await stage.settle()
        await stage.press("ctrl+g", "1", "e", *" x", "enter")
        assert prompts(stage) == [f"{text} x"]


async def test_it_says_why_it_is_not_asked() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "e")
        assert "nothing was asked yet" in told(stage)
        await stage.press("E")
        assert "nothing was asked yet" in told(stage)
        await stage.press("ctrl+g", "0")
        await stage.ask("@qwen1 one")
        await stage.press("ctrl+g", "1", "e")
        stage.app.prompt.load_text("@qwen2 one")
        await stage.press("enter")
        assert "turn 1 is not in the conversation of qwen2" in told(stage)
        assert stage.app.prompt.text == "@qwen2 one"
        await stage.press("ctrl+n")
        stage.app.prompt.load_text("@qwen1 one")
        await stage.press("enter")
        assert "turn 1 is" in told(stage)
        assert not any(agent.turns for agent in stage.session.agents)


async def test_an_export_tells_what_was_set_aside(tmp_path: Path) -> None:
    async with staged(config_of("qwen1"), backends=answers("a1", "new")) as stage:
        await stage.ask("one")
        await stage.press("ctrl+g", "1", "e", "x", "enter")
        await stage.app.desk.save(tmp_path, datetime(2026, 1, 1, tzinfo=UTC))
        (file,) = await asyncio.to_thread(lambda: list(tmp_path.glob("*.md")))
        text = file.read_text()
        assert text.count(ASIDE) == 1
        assert text.index(ASIDE) < text.index("a1") < text.index("new")
