"""Going from prompt to prompt, and copying what is read, by the keys of a pane."""

import asyncio

import pytest

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    Source,
    SourcesReported,
    ToolCallDelta,
)
from tests.console.test_copy_or_clear import drag
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, config_of

ONE = config_of("qwen1")


def said(n: int, lines: int) -> list[Step]:
    text = "\n".join(f"- {n}.{line}" for line in range(lines))
    code = f"\n\n```\ncode {n}\n```\n"
    return [ReasoningDelta(f"thought {n}\n"), ContentDelta(f"{text}{code}"), Finished("stop")]


async def asked(stage: Stage, turns: int) -> None:
    for n in range(1, turns + 1):
        await stage.ask(f"prompt {n}")
    await stage.press("ctrl+g", "1")


def top(stage: Stage) -> str:
    """What stands in the first row of the first pane."""
    return stage.screen_text.split("\n")[2][2:40].strip()


async def test_braces_go_from_prompt_to_prompt_and_say_which_turn_it_is() -> None:
    backends = Backends(qwen1=[said(n, 60) for n in range(1, 6)])
    async with staged(ONE, backends=backends) as stage:
        await asked(stage, 5)
        assert "turn 5 of 5" not in stage.screen_text
        for n in (5, 4, 3, 2, 1):
            await stage.press("left_curly_bracket")
            assert top(stage) == f"› prompt {n}"
            assert f" turn {n} of 5 " in stage.screen_text
        await stage.press("left_curly_bracket")
        assert f" turn {1} of 5 " in stage.screen_text
        for n in (2, 3):
            await stage.press("right_curly_bracket")
            assert top(stage) == f"› prompt {n}"
        await stage.press("down")
        assert " of 5 " not in stage.screen_text
        await stage.press("left_curly_bracket")
        assert " turn 3 of 5 " in stage.screen_text
        await stage.press("down", "right_curly_bracket")
        assert " turn 4 of 5 " in stage.screen_text
        await stage.press("right_curly_bracket", "right_curly_bracket")
        assert " of 5 " not in stage.screen_text
        assert "code 5" in stage.screen_text
        assert stage.app.main.panes[0]._view.follow


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_turns_that_all_fit_the_pane_are_stepped_through_too(size: tuple[int, int]) -> None:
    backends = Backends(qwen1=[said(n, 1) for n in range(1, 4)])
    async with staged(ONE, backends=backends, size=size) as stage:
        await asked(stage, 3)
        for key, n in (("left", 2), ("left", 1), ("right", 2), ("right", 3)):
            await stage.press(f"{key}_curly_bracket")
            assert f" turn {n} of 3 " in stage.screen_text


async def test_a_turn_long_past_whose_rows_were_put_away_is_gone_to() -> None:
    many = 30
    backends = Backends(qwen1=[said(n, 50) for n in range(1, many + 1)])
    async with staged(ONE, backends=backends) as stage:
        await asked(stage, many)
        await stage.press(*["left_curly_bracket"] * many)
        assert top(stage) == "› prompt 1"
        assert "1.20" in stage.screen_text
        await stage.press(*["right_curly_bracket"] * 14)
        assert (top(stage), " turn 15 of 30 " in stage.screen_text) == ("› prompt 15", True)


async def test_a_prompt_stays_in_sight_while_its_answer_streams() -> None:
    more = asyncio.Event()
    begun: list[Step] = [ContentDelta("- a\n" * 60), more, ContentDelta("- b\n" * 60), more]
    async with staged(ONE, backends=Backends(qwen1=[said(1, 60), begun])) as stage:
        await asked(stage, 2)
        await stage.press("left_curly_bracket")
        more.set()
        await stage.settle()
        assert top(stage) == "› prompt 2"
        assert " turn 2 of 2 " in stage.screen_text


async def test_where_nothing_was_asked_there_is_nothing_to_go_to_or_to_copy() -> None:
    async with staged(ONE) as stage:
        await stage.press("ctrl+g", "1", "left_curly_bracket", "right_curly_bracket", "Y")
        assert "no raw text to copy yet" in stage.screen_text


@pytest.mark.parametrize(
    ("key", "part", "text"),
    [
        ("T", "reasoning", "thought {n}"),
        ("c", "code", "code {n}"),
        ("y", "answer", "- {n}.0\n\n```\ncode {n}\n```\n"),
        ("Y", "raw text", "<think>\nthought {n}\n</think>\n\n- {n}.0\n\n```\ncode {n}\n```\n"),
    ],
)
async def test_what_is_copied_is_of_the_turn_one_went_to_and_says_so(
    key: str, part: str, text: str
) -> None:
    backends = Backends(qwen1=[said(n, 1) for n in range(1, 4)])
    async with staged(ONE, backends=backends) as stage:
        await asked(stage, 3)
        await stage.press(key)
        assert stage.app.clipboard == text.format(n=3)
        size = len(stage.app.clipboard)
        assert f"{part} ({size} characters) sent to" in stage.screen_text
        await stage.press("left_curly_bracket", key)
        assert stage.app.clipboard == text.format(n=2)
        assert f"{part} of turn 2 ({size} characters) sent to" in stage.screen_text


async def test_raw_text_has_tool_calls_and_no_sources_and_nothing_that_moves_a_terminal() -> None:
    script: list[Step] = [
        ReasoningDelta("\n\x1b]0;hm\x07"),
        ContentDelta("*so* \x1b[2J[b]it[/b] is [1]"),
        ToolCallDelta(0, "a", "look", '{"at": '),
        ToolCallDelta(0, arguments='"x"}'),
        SourcesReported((Source(1, "https://example.org", "Page"),)),
        Finished("stop"),
    ]
    async with staged(ONE, backends=Backends(qwen1=[script])) as stage:
        await asked(stage, 1)
        await stage.press("Y")
        copied = stage.app.clipboard
        assert "\x1b" not in copied
        assert "\x07" not in copied
        assert "[b]it[/b] is [1]\n\n<tool_call>\nlook\n" in copied
        assert copied.endswith('{"at": "x"}\n</tool_call>')
        assert copied.startswith("<think>\n")
        assert "example.org" not in copied
        await stage.press("y")
        assert "example.org" in stage.app.clipboard


async def test_an_answer_that_came_as_reasoning_is_an_answer() -> None:
    script: list[Step] = [ReasoningDelta("all of it"), Finished("stop")]
    async with staged(ONE, backends=Backends(qwen1=[script])) as stage:
        await asked(stage, 1)
        await stage.press("T")
        assert "no reasoning to copy yet" in stage.screen_text
        await stage.press("y")
        assert stage.app.clipboard == "all of it"


async def test_the_palette_has_them_for_the_first_pane_that_is_seen() -> None:
    backends = Backends(qwen1=[said(n, 60) for n in range(1, 4)])
    async with staged(backends=backends) as stage:
        for n in range(1, 4):
            await stage.ask(f"prompt {n}")
        await stage.press("ctrl+p", *"prompt before", "enter")
        assert " turn 3 of 3 " in stage.screen_text
        await stage.press("ctrl+p", *"copy reasoning", "enter")
        assert stage.app.clipboard == "thought 3"
        await stage.press("ctrl+p", *"copy raw", "enter")
        assert stage.app.clipboard.startswith("<think>\nthought 3")


async def test_a_selection_is_copied_as_it_was_said_and_that_is_told() -> None:
    backends = Backends(qwen1=[[ContentDelta("a **bold** " + "word " * 60), Finished("stop")]])
    async with staged(ONE, backends=backends) as stage:
        await asked(stage, 1)
        rows = stage.screen_text.split("\n")
        row = next(y for y, line in enumerate(rows) if "bold" in line)
        await drag(stage, (rows[row].index("bold"), row), (12, row + 1))
        await stage.press("ctrl+c")
        copied = stage.app.clipboard
        assert copied.startswith("bold word word")
        assert "\n" not in copied
        assert f"the selection ({len(copied)} characters) sent to" in stage.screen_text
