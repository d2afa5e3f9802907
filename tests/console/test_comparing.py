"""Two answers side by side in the console: by real keys, on scripted backends."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.console.screens.choice import ChoiceScreen
from massgen_tui.console.screens.compare import CompareScreen
from massgen_tui.store.find import session_id
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of
from tests.support.kept import keep_session

ONE = "The sky is blue because of scattering.\n\nIt is so by day."
TWO = "The sky is dark because of night.\n\nIt is so by day."


async def until_compared(stage: Stage) -> CompareScreen:
    for _ in range(200):
        await stage.settle()
        screen = stage.app.screen
        if isinstance(screen, CompareScreen) and screen.ready:
            return screen
        await asyncio.sleep(0)
    raise AssertionError(stage.screen_text)


def scripts(*second: Step) -> Backends:
    """`a` answers twice, `b` as is said, or once."""
    return Backends(a=[answer(ONE), answer(TWO)], b=[second or answer(TWO)])


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60), (50, 20)])
async def test_d_sets_the_next_agents_answer_beside(size: tuple[int, int]) -> None:
    async with staged(config_of("a", "b"), backends=scripts(), size=size) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        text = stage.screen_text
        assert "L a #1  ↔  R b #1" in text
        assert "same up to word 3 of 12 · 2 differences" in text
        assert "- The sky is" in text
        assert "+ The sky is" in text
        assert text.count("It is so by day.") == (2 if size[0] >= 60 else 1)
        assert "TTFT" in text
        await stage.press("escape")
        assert stage.on_main


async def test_an_agent_asked_twice_is_compared_with_itself() -> None:
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "r", "d")
        await until_compared(stage)
        assert "L a #1  ↔  R a #2" in stage.screen_text
        assert "b #1" in stage.screen_text  # the table has all agents of the turn


async def test_one_answer_alone_has_nothing_to_be_compared_with() -> None:
    async with staged(config_of("a"), backends=scripts()) as stage:
        await stage.press("ctrl+g", "1", "d")
        assert stage.on_main
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        assert stage.on_main
        assert "no two answers" in stage.screen_text


async def test_either_side_is_chosen_and_they_change_places() -> None:
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "r", "d")
        await until_compared(stage)
        await stage.press("2")
        assert isinstance(stage.app.screen, ChoiceScreen)
        await stage.press("end", "enter")
        await until_compared(stage)
        assert "R b #1" in stage.screen_text
        await stage.press("w")
        await until_compared(stage)
        assert "L b #1  ↔  R a #1" in stage.screen_text
        await stage.press("1", "escape")
        assert isinstance(stage.app.screen, CompareScreen)


async def test_baseline_and_order_are_chosen_by_key() -> None:
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "▸L a #1" in stage.screen_text
        await stage.press("b")
        assert "▸R b #1" in stage.screen_text
        await stage.press("s")
        assert "▲" in stage.screen_text
        await stage.press("S")
        assert "▼" in stage.screen_text


async def test_of_many_agents_the_baseline_stays_in_view() -> None:
    ids = [f"agent{number}" for number in range(12)]
    backends = Backends(**{id: [answer(id)] for id in ids})
    async with staged(config_of(*ids), backends=backends, size=(80, 24)) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "3", "d")
        await until_compared(stage)
        assert "6 more lines" in stage.screen_text or "7 more lines" in stage.screen_text
        for _ in range(12):
            assert "▸" in stage.screen_text.partition("TTFT")[2].partition("▸ baseline")[0]
            await stage.press("b")


async def test_n_goes_from_difference_to_difference() -> None:
    lines = [f"line {number} of the answer" for number in range(200)]
    other = [*lines]
    other[50], other[150] = "line fifty", "line one hundred and fifty"
    backends = Backends(a=[answer("\n".join(lines))], b=[answer("\n".join(other))])
    async with staged(config_of("a", "b"), backends=backends, size=(80, 24)) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "line fifty" not in stage.screen_text
        await stage.press("n")
        assert "place 1 of 2" in stage.screen_text
        assert "line 50 of the answer" in stage.screen_text
        assert "line fifty" in stage.screen_text
        await stage.press("n")
        assert "one hundred and fifty" in stage.screen_text
        await stage.press("N")
        assert "line fifty" in stage.screen_text
        await stage.press("G")
        assert stage.screen_text.count("line 199 of the answer") == 2


async def test_reasoning_is_compared_too() -> None:
    def thinks(thought: str) -> list[Step]:
        return [ReasoningDelta(thought), ContentDelta("Same."), Finished("stop")]

    backends = Backends(a=[thinks("let me see")], b=[thinks("let me think")])
    async with staged(config_of("a", "b"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "answer · identical (1 words)" in stage.screen_text
        assert "reasoning · same up to word 2 of 3 · 1 difference" in stage.screen_text
        await stage.press("n")
        assert "place 1 of 1" in stage.screen_text


async def test_what_runs_is_marked_and_compared_again_at_its_end() -> None:
    held = asyncio.Event()
    goes_on: list[Step] = [ContentDelta("The sky"), held, ContentDelta(" is"), Finished("stop")]
    backends = Backends(a=[answer("The sky is")], b=[goes_on])
    async with staged(config_of("a", "b"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "R b #1 (running)" in stage.screen_text
        assert "same up to word 2 of 3 and 2" in stage.screen_text
        held.set()
        for _ in range(100):
            await stage.settle()
            await asyncio.sleep(0.01)  # until the next look
            if "identical (3 words)" in stage.screen_text:
                break
        assert "identical (3 words)" in stage.screen_text
        assert "running" not in stage.screen_text


async def test_it_is_copied_as_markdown() -> None:
    usage = UsageReported(prompt=24, completion=168)
    backends = scripts(ContentDelta("The `sky` | is\x1b[31m red"), Finished("stop"), usage)
    async with staged(config_of("a", "b"), backends=backends) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        await stage.press("y")
        copied = stage.app.clipboard
        assert copied.startswith("**a #1 ↔ b #1**\n\n|  | TTFT")
        assert "| ▸ a #1 |" in copied
        assert "```diff\n" in copied
        assert "+ `sky` | is[31m red" in copied
        assert "\x1b" not in copied + stage.screen_text


async def test_texts_that_are_hostile_are_shown_as_text() -> None:
    hostile = "[red]\x1b]0;x\x07 \u202eabc\x00 [/] 東京 " + "wide" * 400 + "\r\n\ttab"
    backends = Backends(a=[answer(hostile)], b=[answer(hostile + "!")])
    async with staged(config_of("a", "b"), backends=backends, size=(80, 24)) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "[red]" in stage.screen_text
        assert not set("\x1b\x07\u202e\x00\r") & set(stage.screen_text)


async def test_a_resize_lays_it_out_anew() -> None:
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        await stage.pilot.resize_terminal(50, 20)
        await until_compared(stage)
        assert "- The sky is blue" in stage.screen_text
        assert stage.screen_text.count("It is so by day.") == 1


@pytest.mark.contained
async def test_a_fault_is_told_and_the_console_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise ArithmeticError("wrong")

    monkeypatch.setattr("massgen_tui.console.comparing.sections.differences", broken)
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "it cannot be compared" in stage.screen_text
        await stage.press("b", "n", "y", "escape")
        assert stage.on_main


async def test_a_kept_session_is_compared_with_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = await keep_session(paths.sessions_dir(), "Where?", "Why?", answers=["Here.", TWO])
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.ask("Why?")
        await stage.press("f5")
        for _ in range(300):
            await stage.settle()
            if "Where?" in stage.screen_text:
                break
            await asyncio.sleep(0.01)
        await stage.press("f6")
        await until_compared(stage)
        kept = session_id(path)[:8]
        assert f"L {kept} a #1  ↔  R a #1" in stage.screen_text
        assert "same up to word 3 of 12" in stage.screen_text
        await stage.press("1", "end", "enter")
        await until_compared(stage)
        assert "not the same prompt" in stage.screen_text
        assert "Here." in stage.screen_text
        await stage.press("escape", "escape", "escape")
        assert stage.on_main


async def test_a_kept_session_alone_is_compared_within_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    await keep_session(paths.sessions_dir(), "Where?", "Why?", answers=["Here.", TWO])
    async with staged(config_of("a", "b"), backends=scripts()) as stage:
        await stage.press("f5")
        for _ in range(300):
            await stage.settle()
            if "Where?" in stage.screen_text:
                break
            await asyncio.sleep(0.01)
        await stage.press("f6")
        await until_compared(stage)
        assert "not the same prompt" in stage.screen_text


async def test_long_answers_are_compared_beside_the_keys() -> None:
    words = [f"word{number % 977}" for number in range(20_000)]
    other = [*words]
    other[10_000] = "another"
    backends = Backends(a=[answer(" ".join(words))], b=[answer(" ".join(other))])
    async with staged(config_of("a", "b"), backends=backends, size=(80, 24)) as stage:
        await stage.ask("Why?")
        await stage.press("ctrl+g", "1", "d")
        await until_compared(stage)
        assert "same up to word 10000 of 20000 · 1 difference" in stage.screen_text
        await stage.press("n")
        assert "another" in stage.screen_text
