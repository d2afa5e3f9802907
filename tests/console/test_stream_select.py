"""What the mouse selects is what was sent: no bars, no wraps, no more than was pointed at."""

from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.growing_markdown import CODE_LIMIT, MarkdownText
from massgen_tui.console.stream.markdown import render
from massgen_tui.console.stream.openfence import OpenFence
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.select import line_at, selected_text, word_at
from massgen_tui.console.stream.structure import last_code
from tests.support import scenes
from tests.support.console import FixedWatching, Stage, staged
from tests.support.fakes import Backends, answer

DATA = Path(__file__).parents[1] / "data"
COPIED = (DATA / "copy-code.md").read_text(encoding="utf-8")
ALL = Selection(None, None)

CODE = {
    "a shell command with a tab and blanks at its end": COPIED,
    "Python, indented": "```python\nif x:\n    return 'a long string' * x\n```\n",
    "Go, with tabs": '```go\nif true {\n\t\tfmt.Println("你好,世界", 1)\n\t}\n```\n',
    "a diff": "```diff\n-\told line that is longer than the pane is wide\n+\tnew\n \tsame\n```\n",
    "a Makefile in a list": "- so:\n\n  ```make\n  all: one two three\n  \tcc -o x x.c\n  ```\n",
    "in a quote": "> ```\n> quoted code, longer than the pane is wide\n> \n> end\n> ```\n",
    "blank lines, and a line of blanks": "```\na\n\n   \nb\n```\n",
    "by indent": "text\n\n    $ a command\twith a tab that wraps in a pane\n    done\n",
    "one long word": "```\n" + "x" * 200 + "\n```\n",
}


@pytest.mark.parametrize("source", CODE.values(), ids=CODE)
@pytest.mark.parametrize("width", [20, 36, 76])
def test_code_is_selected_as_y_gives_it(source: str, width: int) -> None:
    rows = [row for row in render(source, Carry(), width) if row.fill == "code"]
    wanted = last_code(source) or "$ a command\twith a tab that wraps in a pane\ndone"
    assert selected_text(rows, ALL) == wanted


def test_code_that_still_comes_is_selected_as_sent() -> None:
    fence = OpenFence(Carry())
    fence.add("```sh", 20)
    fence.rows_for(20)
    for line in ("if true; then", "\techo 'a long line that wraps'", "fi"):
        fence.add(line, 20)
    rows = [*fence.rows, *fence.partial("\tthe next", 20)]
    said = selected_text(rows, ALL)
    assert said == "if true; then\n\techo 'a long line that wraps'\nfi\n\tthe next"


@pytest.mark.parametrize(
    ("begin", "stop", "wanted"),
    [(0, 3, "ab"), (1, 2, "a"), (3, 4, "\t"), (4, 5, ""), (2, 6, "b\tc"), (5, 6, "c"), (0, 1, "")],
)
def test_part_of_a_row_of_code(begin: int, stop: int, wanted: str) -> None:
    rows = render("```\nab\tc\n```\n", Carry(), 40)
    assert rows[0].text == "▏ab  c"
    assert selected_text(rows, Selection(Offset(begin, 0), Offset(stop, 0))) == wanted


PROSE = {
    "a paragraph": ("alpha beta gamma delta epsilon", "alpha beta gamma delta epsilon"),
    "an item": ("- alpha beta gamma delta", "• alpha beta gamma delta"),
    "a quote": ("> alpha beta gamma delta", "alpha beta gamma delta"),
    "a quote in an item": ("- > alpha beta gamma delta", "• ▌ alpha beta gamma delta"),
    "without spaces": ("日本語のとても長い文章です。終わり", "日本語のとても長い文章です。終わり"),
}


@pytest.mark.parametrize(("source", "wanted"), PROSE.values(), ids=PROSE)
def test_wrapped_lines_are_whole_and_keep_no_edge(source: str, wanted: str) -> None:
    rows = render(source, Carry(), 14)
    assert len(rows) > 1
    assert selected_text(rows, ALL) == wanted


def test_a_double_click_takes_a_word_and_a_triple_click_a_line() -> None:
    rows = render("alpha beta gamma delta epsilon\n\nend", Carry(), 14)
    assert selected_text(rows, word_at(rows, Offset(7, 0))) == "beta"
    assert selected_text(rows, line_at(rows, Offset(2, 1))) == "alpha beta gamma delta epsilon"
    assert selected_text(rows, word_at([Row()], Offset(0, 0))) == ""


@pytest.mark.parametrize("closed", ["```\n\nThe end.", ""], ids=["closed", "open"])
def test_code_of_any_length_is_cut_into_segments_that_no_one_sees(closed: str) -> None:
    code = "".join(f"line {number} of\ta long listing\n" for number in range(5000))
    text = MarkdownText(20)
    for at in range(0, len(code) + 10, 3000):
        text.feed(f"```sh\n{code}"[at : at + 3000])
    text.feed(closed, end=True)
    assert max(len(segment.source) for segment in text.segments) < 2 * CODE_LIMIT
    whole = render(f"```sh\n{code}{closed}", Carry(), 20)
    assert [row.text for row in text.rows] == [row.text for row in whole]
    assert selected_text(text.rows, ALL).startswith(code.removesuffix("\n"))
    text.rewrap(40)
    for segment in text.segments:
        text.settle(
            segment, sum(one.count for one in text.segments[: text.segments.index(segment)])
        )
    wider = render(f"```sh\n{code}{closed}", Carry(), 40)
    assert [row.text for row in text.rows] == [row.text for row in wider]


async def dragged(stage: Stage, start: tuple[int, int], end: tuple[int, int]) -> str:
    """What is selected by a drag between two cells of the screen."""
    await stage.pilot.mouse_down(offset=start)
    await stage.pilot.hover(offset=end)
    await stage.pilot.mouse_up(offset=end)
    return stage.app.screen.get_selected_text() or ""


def cell(stage: Stage, text: str) -> tuple[int, int]:
    """Where on the screen this begins."""
    lines = stage.screen_text.split("\n")
    y = next(y for y, line in enumerate(lines) if text in line)
    return lines[y].index(text), y


async def test_a_selection_that_touches_a_blank_row_ends_there() -> None:
    said = "```\nfirst\nsecond\n```\n\nAfter it.\n\nThe end."
    async with staged(size=(80, 24), backends=Backends(qwen1=[answer(said)])) as stage:
        await stage.ask("why?")
        x, y = cell(stage, "first")
        assert await dragged(stage, (x, y), (x + 3, y + 2)) == "first\nsecond"
        assert await dragged(stage, (x, y), (x - 1, y + 2)) == "first\nsecond"
        x, y = cell(stage, "After")
        assert await dragged(stage, (x + 4, y), (x + 2, y + 1)) == "r it."
        assert await dragged(stage, (x + 4, y), (x + 2, y - 1)) == "\nAfter"


async def test_a_selection_that_leaves_its_pane_ends_at_its_last_row() -> None:
    scripts = Backends(qwen1=[answer("begin\n\nend")], qwen2=[answer("three")])
    async with staged(size=(80, 24), backends=scripts) as stage:
        await stage.ask("why?")
        start = cell(stage, "begin")
        for end in ((60, 8), (10, 23), (70, 23), (5, 21), (79, 0)):
            said = await dragged(stage, start, end)
            assert "three" not in said
            assert "begin" in said or end[1] < start[1]
        assert await dragged(stage, start, (5, 22)) == "begin\n\nend"


async def test_code_is_dragged_over_as_it_was_sent() -> None:
    async with staged(size=(80, 40), backends=Backends(qwen1=[answer(COPIED)])) as stage:
        await stage.ask("why?")
        start, end = cell(stage, "docker"), cell(stage, "indented with")
        assert await dragged(stage, start, (38, end[1])) == last_code(COPIED)


async def test_what_the_sidebar_says_is_dragged_over() -> None:
    watching = FixedWatching(scenes.one_down(), scenes.two_gpus())
    async with staged(size=(120, 36), watching=watching) as stage:
        sidebar = stage.app.main.sidebar
        while not any(":8000" in line for line in sidebar.lines):
            await stage.settle()
        at = next(at for at, line in enumerate(sidebar.lines) if ":8000" in line)
        x = sidebar.region.x + 2 + sidebar.lines[at].index(":8000")
        y = sidebar.region.y + 1 + at
        said = await dragged(stage, (x, y), (119, y + 1))
        assert said.startswith(":8000")
        assert "│" not in said
        said = await dragged(stage, (x, 0), (100, 35))
        assert "Servers" not in said
        await stage.pilot.click(offset=(x, y), times=2)
        said = stage.app.screen.get_selected_text() or ""
        assert not any(edge in said for edge in "┌├└")
