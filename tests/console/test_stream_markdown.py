import re
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from massgen_tui.console.stream import growing_markdown, markdown
from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.growing_markdown import MarkdownText
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.structure import last_code
from tests.support.panes import look, shown


def rows(source: str, width: int = 30) -> list[str]:
    text = MarkdownText(width)
    text.feed(source, end=True)
    return shown(text.rows)


def styles(source: str) -> list[tuple[str, str]]:
    text = MarkdownText(60)
    text.feed(source, end=True)
    return [span for row in text.rows for span in row.spans]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", []),
        ("\n\nhello", ["hello"]),
        ("one\ntwo", ["one", "two"]),
        ("one\n\n\n\ntwo", ["one", "", "two"]),
        ("# Title\ntext", ["Title", "text"]),
        ("text\n## Part\nmore", ["text", "", "Part", "more"]),
        ("Title\n===\ntext", ["Title", "text"]),
        ("a\n\n---\n\nb", ["a", "", "─" * 30, "", "b"]),
        ("**b** *i* ~~s~~ `c` ***x***", ["b i s c x"]),
        ("[text](http://a.b/c)", ["text (http://a.b/c)"]),
        ("<http://a.b> [http://a.b](http://a.b)", ["http://a.b http://a.b"]),
        ("[bad](javascript:x)", ["[bad](javascript:x)"]),
        ("![alt](http://a.b)", ["[image: alt] (http://a.b)"]),
        ("see [1]\n\n[1]: http://a.b", ["see [1]", "", "[1]: http://a.b"]),
        ("<b>no</b> &amp; &lt;", ["<b>no</b> & <"]),
        ("<div>\nhi\n</div>", ["<div>", "hi", "</div>"]),
        ("$x^2$ and \\(y\\)", ["$x^2$ and (y)"]),
        ("2 * 3 * 4 and a_b_c", ["2 * 3 * 4 and a_b_c"]),
    ],
)
def test_text(source: str, said: list[str]) -> None:
    assert rows(source) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("- a\n- b", ["• a", "• b"]),
        ("- a\n\n- b", ["• a", "", "• b"]),
        ("* a\n  * b\n    * c", ["• a", "  ◦ b", "    ▪ c"]),
        ("1. a\n1. b\n1. c", ["1. a", "2. b", "3. c"]),
        ("9. a\n10. b", ["9. a", "10. b"]),
        ("3) a\n   - b\n4) c", ["3. a", "   • b", "4. c"]),
        ("- [ ] do\n- [x] done", ["☐ do", "☑ done"]),
        ("- [link](http://a.b)", ["• link (http://a.b)"]),
        ("-\n- b", ["•", "• b"]),
        ("- a\n\n  more\n- b", ["• a", "", "  more", "• b"]),
        ("Here:\n- a\n\nthere", ["Here:", "• a", "", "there"]),
        (
            "- a long item that must wrap somewhere",
            ["• a long item that must wrap", "  somewhere"],
        ),
        ("> q\n> r\n\nx", ["▌ q", "▌ r", "", "x"]),
        ("> a\n>\n> - b\n> > c", ["▌ a", "▌", "▌ • b", "▌ ▌ c"]),
    ],
)
def test_lists_and_quotes(source: str, said: list[str]) -> None:
    assert rows(source) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("```python\nx = 1\n```", ["▏python", "▏x = 1"]),
        ("```\na\n\nb\n```", ["▏a", "▏", "▏b"]),
        ("~~~\n```\n~~~\nx", ["▏```", "x"]),
        ("````\n```\n````", ["▏```"]),
        ("```\n\tif\n```", ["▏    if"]),
        ("```\n" + "x" * 40 + "\n```", ["▏" + "x" * 29, "▏" + "x" * 11]),
        ("```nosuchlanguage\n<a>\n```", ["▏nosuchlanguage", "▏<a>"]),
        ("1. a\n\n   ```sh\n   ls\n   ```\n2. b", ["1. a", "", "   ▏sh", "   ▏ls", "2. b"]),
        ("a\n\n    code\n", ["a", "", "▏code"]),
        ("```\nunclosed", ["▏unclosed"]),
        ("```\n    ```\n- x", ["▏    ```", "▏- x"]),
        ("```\n> ```\nx", ["▏> ```", "▏x"]),
    ],
)
def test_code(source: str, said: list[str]) -> None:
    assert rows(source) == said


@pytest.mark.parametrize(
    ("source", "width", "said"),
    [
        (
            "|A|B|\n|:-|-:|\n|1|22|\n|**x**|y|",
            30,
            ["A │  B", "──┼───", "1 │ 22", "x │  y"],
        ),
        (
            "|Name|Text|\n|--|--|\n|a|one two three four|",
            16,
            ["Name │ Text", "─────┼──────────", "a    │ one two", "     │ three", "     │ four"],
        ),
        ("|A|B|C|\n|-|-|-|\n|1|2|", 30, ["A │ B │ C", "──┼───┼──", "1 │ 2 │"]),
        (
            "|Name|Long|Other|\n|-|-|-|\n|abcd|efgh|ijkl|",
            12,
            ["Name: abcd", "Long: efgh", "Other:", "  ijkl"],
        ),
        ("|A|\n|-|\n|你好|", 30, ["A", "────", "你好"]),
    ],
)
def test_tables_fit(source: str, width: int, said: list[str]) -> None:
    assert rows(source, width) == said


def test_emphasis_and_code_have_styles() -> None:
    assert styles("a **b *c*** `d`") == [
        ("a ", "text"),
        ("b ", "text.b"),
        ("c", "text.bi"),
        (" ", "text"),
        ("d", "code-inline"),
    ]
    assert styles("[a](http://b)") == [("a", "link"), (" (http://b)", "url")]


def test_levels_of_headings_differ_without_colour() -> None:
    letters = [styles(f"{'#' * level} T")[0][1].partition(".")[2] for level in (1, 2, 3, 4)]
    assert letters == ["bu", "b", "u", "i"]


def test_code_is_highlighted_when_its_fence_closes() -> None:
    text = MarkdownText(40)
    text.feed("```python\ndef f(): return 'x'\n")
    assert [span for span in text.rows[1].spans if span[1] == "code-keyword"] == []
    text.feed("```\n")
    assert ("def", "code-keyword") in text.rows[1].spans
    assert shown(text.rows) == ["▏python", "▏def f(): return 'x'"]


def test_marks_that_may_become_something_else_wait() -> None:
    text = MarkdownText(40)
    text.feed("Title\n-")
    assert shown(text.rows) == ["Title"]
    text.feed(" item")
    assert shown(text.rows) == ["Title", "• item"]
    text.feed("\n\n1")
    assert shown(text.rows) == ["Title", "• item"]
    text.feed("", end=True)
    assert shown(text.rows)[-1] == "1"


@pytest.mark.parametrize(
    ("source", "finished"),
    [
        ("## A *heading*\n", "## A *heading*\n"),
        ("# One\n\nWords **of", "# One\n"),
        ("- item\n\n### Closed ###\nmore", "- item\n\n### Closed ###\n"),
        ("A heading\n---\n", ""),
        ("## No line y", ""),
    ],
)
def test_a_heading_is_finished_with_its_line(source: str, finished: str) -> None:
    text = MarkdownText(40)
    text.feed(source)
    assert "".join(segment.source for segment in text.segments) == finished


def test_open_emphasis_is_not_raw() -> None:
    text = MarkdownText(40)
    text.feed("so **bol")
    assert text.rows[0].spans == (("so ", "text"), ("bol", "text.b"))


FRAGMENTS = st.sampled_from(
    [
        *("\n", "\n", "\n\n", " ", "  ", "    ", "\t", "- ", "* ", "1. ", "2) ", "> ", "# ", "## "),
        *(
            "```\n",
            "```py\n",
            "~~~",
            "---\n",
            "===\n",
            "**",
            "*",
            "_",
            "`",
            "~~",
            "[x](http://y.z)",
        ),
        *(
            "| a | b |\n",
            "|--|:-:|\n",
            "- [ ] ",
            "word",
            "a longer run of words",
            "你好",
            "👩\u200d💻",
        ),
        *("<b>", "&amp;", "\\", "![i](u)", "[1]: x", "def f(): pass", "1", "|", "$x$", "x" * 50),
    ]
)
SOURCES = st.lists(FRAGMENTS, max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(SOURCES, st.integers(8, 40), st.integers(1, 9))
def test_an_answer_reads_the_same_however_it_comes(source: str, width: int, step: int) -> None:
    whole, stream = MarkdownText(width), MarkdownText(width)
    whole.feed(source, end=True)
    for at in range(0, len(source), step):
        before = list(stream.rows)
        first = stream.feed(source[at : at + step])
        kept = len(stream.rows) if first is None else first
        assert all(a is b for a, b in zip(before[:kept], stream.rows[:kept], strict=True))
    stream.feed("", end=True)
    assert [look(row) for row in stream.rows] == [look(row) for row in whole.rows]


@settings(max_examples=150, deadline=None)
@given(SOURCES, st.integers(12, 40))
def test_no_row_is_wider_than_the_pane(source: str, width: int) -> None:
    text = MarkdownText(width)
    text.feed(source)
    assert all(cell_len(row.text) <= width for row in text.rows)


@settings(max_examples=100, deadline=None)
@example("> \n- \n- \n", 8, 8)
@given(SOURCES, st.integers(8, 40), st.integers(8, 40))
def test_another_width_gives_the_rows_of_that_width(source: str, first: int, second: int) -> None:
    text, fresh = MarkdownText(first), MarkdownText(second)
    text.feed(source)
    text.rewrap(second)
    start = 0
    for segment in text.segments:
        text.settle(segment, start)
        start += segment.count
    fresh.feed(source)
    assert STALE not in text.rows
    assert [look(row) for row in text.rows] == [look(row) for row in fresh.rows]
    text.feed("\n\nmore **text**", end=True)
    fresh.feed("\n\nmore **text**", end=True)
    assert [look(row) for row in text.rows] == [look(row) for row in fresh.rows]


@settings(max_examples=100, deadline=None)
@given(SOURCES, st.integers(1, 90))
def test_a_block_that_is_cut_for_its_length_reads_the_same_however_it_comes(
    source: str, step: int
) -> None:
    source = (source or "x ") * (500 // max(len(source), 2) + 1)
    whole, stream = MarkdownText(40), MarkdownText(40)
    with patch.object(growing_markdown, "LIMIT", 120):
        whole.feed(source, end=True)
        for at in range(0, len(source), step):
            stream.feed(source[at : at + step])
        stream.feed("", end=True)
    assert [look(row) for row in stream.rows] == [look(row) for row in whole.rows]


@settings(max_examples=200, deadline=None)
@given(st.lists(FRAGMENTS | st.sampled_from(["A b. ", "word\n", "x"]), max_size=8).map("".join))
def test_prose_that_is_not_parsed_reads_as_if_it_were(source: str) -> None:
    def read(carry: Carry) -> list[object]:
        return [look(row) for row in markdown.render(source, carry, 30)]

    for carry in (Carry(), Carry(first=False), Carry(first=False, gap=True)):
        quick = read(carry)
        with patch("massgen_tui.console.stream.markdown._PROSE", re.compile("(?!)")):
            assert read(carry) == quick


def test_the_cost_of_a_piece_does_not_grow_with_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[int] = []

    def render(
        source: str,
        carry: Carry,
        width: int,
        *,
        growing: bool = False,
        awaits: set[str] | None = None,
    ) -> list[Row]:
        parsed.append(len(source))
        return markdown.render(source, carry, width, growing=growing, awaits=awaits)

    monkeypatch.setattr("massgen_tui.console.stream.growing_markdown.render", render)
    text = MarkdownText(60)
    text.feed("Some **words** of a paragraph.\n\n- item one\n- item two\n\n" * 400)
    parsed.clear()
    text.feed("and some more")
    assert sum(parsed) < 100


def test_the_last_code_is_found() -> None:
    assert last_code("```\na\n```\n\n- x\n  ```py\n  b\n  c\n  ```\n") == "b\nc"
    assert last_code("no code") == ""
