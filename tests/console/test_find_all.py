"""Finding in all panes: counted by pane, gone through from pane to pane, folds and turns opened."""

import asyncio

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta
from massgen_tui.session.status import Status
from tests.console.test_shell_search import reversed_parts
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, config_of

THREE = config_of("qwen1", "qwen2", "qwen3")


def says(text: str, thought: str = "") -> list[Step]:
    thinks: list[Step] = [ReasoningDelta(thought)] if thought else []
    return [*thinks, ContentDelta(text), Finished("stop")]


def foxes() -> Backends:
    lines = "\n".join(f"- line {n}" for n in range(60))
    return Backends(
        qwen1=[says(f"A **fox**, two foxes.\n\n{lines}")],
        qwen2=[says(f"None here.\n{lines}")],
        qwen3=[says(f"{lines}\n\nThe last fox")],
    )


def line(stage: Stage) -> str:
    return stage.screen_text.rstrip("\n").split("\n")[-1]


async def worked(stage: Stage) -> None:
    """Wait until all has been looked through."""
    async with asyncio.timeout(60):
        while any(pane.search and pane.search.working for pane in stage.app.main.panes):
            await stage.pilot.pause(0.01)
    bar = stage.app.main.bar
    if bar is not None:
        bar.work()
    await stage.settle()


async def find(stage: Stage, text: str) -> None:
    await stage.press("ctrl+f", *text)
    await worked(stage)


async def test_it_is_typed_while_a_prompt_is_and_counted_by_pane() -> None:
    async with staged(THREE, backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press(*"draft", "ctrl+f")
        assert "find in all panes · enter, then n and N go on · esc ends" in line(stage)
        await find(stage, "fox")
        assert line(stage).rstrip().endswith("3: qwen1 2 · qwen2 0 · qwen3 1")
        assert [reversed_parts(pane) for pane in stage.app.main.panes] == [
            ["fox", "fox"],
            [],
            ["fox"],
        ]
        assert stage.app.prompt.text == "draft"
        await stage.press("escape")
        assert "find in all" not in stage.screen_text
        assert stage.app.focused is stage.app.prompt
        assert [pane.finding for pane in stage.app.main.panes] == ["", "", ""]
        assert stage.app.main.panes[1].follows


async def test_places_are_gone_through_from_pane_to_pane_and_round() -> None:
    async with staged(THREE, backends=foxes()) as stage:
        await stage.ask("go")
        await find(stage, "fox")
        await stage.press("enter")
        await worked(stage)
        one, _, three = stage.app.main.panes
        assert stage.app.main.pane is one
        seen = []
        for key in ("n", "n", "n", "N", "N", "N"):
            await stage.press(key)
            pane = stage.app.main.pane
            assert pane is not None
            assert pane.search is not None
            seen.append((pane.number, pane.search.finder.place))
        assert seen == [(3, 0), (1, 0), (1, 1), (1, 0), (3, 0), (1, 1)]
        await stage.press("ctrl+f", "e", "s")
        await worked(stage)
        assert line(stage).rstrip().endswith("1: qwen1 1 · qwen2 0 · qwen3 0")
        await stage.press("enter", "n", "n")
        assert stage.app.main.pane is one
        await stage.press("escape")
        assert one.finding == ""
        assert stage.app.main.pane is one
        assert three.finding == ""


async def test_folded_reasoning_is_opened_where_something_is_found_and_folded_again() -> None:
    backends = Backends(qwen1=[says("nothing", "a fox thought of foxes")], qwen2=[says("so", "so")])
    async with staged(backends=backends) as stage:
        await stage.ask("go")
        await find(stage, "fox")
        assert "2: qwen1 2 · qwen2 0" in line(stage)
        assert "a fox thought" not in stage.screen_text
        await stage.press("enter")
        await worked(stage)
        await worked(stage)
        assert "a fox thought of foxes" in stage.screen_text
        assert stage.app.main.pane is stage.app.main.panes[0]
        assert "2: qwen1 2 · qwen2 0" in line(stage)
        await stage.press("escape")
        assert "a fox thought" not in stage.screen_text


async def test_turns_long_past_and_panes_out_of_sight_are_searched() -> None:
    ids = [f"a{n}" for n in range(12)]
    lines = "\n".join(f"- line {n}" for n in range(40))
    words = {id: "needle" if id == "a11" else "hay" for id in ids}
    scripts = {id: [says(f"{words[id]} in {n}\n{lines}") for n in range(12)] for id in ids}
    async with staged(config_of(*ids), backends=Backends(**scripts), size=(80, 24)) as stage:
        for n in range(12):
            await stage.ask(f"prompt {n}")
        hidden = stage.app.main.panes[11]
        assert not hidden.display
        await find(stage, "needle in 0")
        assert "1: a0 0 · a1 0" in line(stage)
        await stage.press("enter")
        await worked(stage)
        assert stage.app.main.pane is hidden
        assert "needle in 0" in stage.screen_text.replace(line(stage), "")


async def test_what_streams_is_counted_as_it_comes_and_escape_stops_nothing_first() -> None:
    more = asyncio.Event()
    script: list[Step] = [
        ContentDelta("a fox\n\n"),
        more,
        ContentDelta("a fox\n\n"),
        asyncio.Event(),
    ]
    async with staged(backends=Backends(qwen1=[script])) as stage:
        await stage.ask("go")
        await find(stage, "fox")
        assert "1: qwen1 1 · qwen2 0" in line(stage)
        more.set()
        await stage.settle()
        await worked(stage)
        assert "2: qwen1 2 · qwen2 0" in line(stage)
        attempt = stage.session.agents[0].current
        assert attempt is not None
        await stage.press("escape")
        assert not attempt.status.ended
        await stage.press("escape")
        assert attempt.status is Status.CANCELLED


async def test_one_pane_may_be_searched_after_all_and_all_after_one() -> None:
    async with staged(THREE, backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash", "f", "o", "x", "enter")
        await find(stage, "fox")
        await stage.press("enter")
        await worked(stage)
        await stage.press("slash", "t", "w", "o", "enter")
        assert [pane.finding for pane in stage.app.main.panes] == ["two", "", ""]
        await stage.press("n", "n")
        assert stage.app.main.pane is stage.app.main.panes[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_keys_that_come_at_once_reach_what_they_are_meant_for(
    size: tuple[int, int],
) -> None:
    async with staged(THREE, backends=foxes(), size=size) as stage:
        await stage.ask("go")
        await stage.press("ctrl+f", *"fox", "enter", "n", "n", "n")
        assert [pane.finding for pane in stage.app.main.panes] == ["fox"] * 3
        assert stage.app.main.pane in (stage.app.main.panes[0], stage.app.main.panes[2])
        assert stage.app.prompt.text == ""


async def test_nothing_found_stays_where_one_types() -> None:
    async with staged(THREE, backends=foxes()) as stage:
        await stage.ask("go")
        await find(stage, "[b]wolf")
        assert "0: qwen1 0 · qwen2 0 · qwen3 0" in line(stage)
        await stage.press("enter")
        await worked(stage)
        assert stage.app.main.pane is None
        await stage.press("ctrl+f", "backspace")
        assert "[b]wol" in line(stage)


async def test_the_palette_opens_it_too() -> None:
    async with staged(THREE, backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+p", *"find in all", "enter")
        await stage.press(*"fox")
        await worked(stage)
        assert "3: qwen1 2" in line(stage)


@pytest.mark.parametrize("text", ["word", "needle", "thought"])
async def test_a_long_session_is_searched_in_steps_that_hold_nothing_up(text: str) -> None:
    turns = 40
    answer = "\n\n".join(f"Paragraph {n} has a `word` or *two*." for n in range(40))
    scripts = {
        id: [says(f"{answer} needle {n}", "a thought " * 400) for n in range(turns)]
        for id in ("qwen1", "qwen2")
    }
    async with staged(backends=Backends(**scripts)) as stage:
        for n in range(turns):
            stage.app.desk.ask(f"prompt {n}")
            await stage.session.wait()
            await stage.settle()
        await stage.press("ctrl+f", *text)
        await worked(stage)
        each = {"word": 40 * turns, "needle": turns, "thought": 400 * turns}[text]
        assert f"{2 * each}: qwen1 {each} · qwen2 {each}" in line(stage)
