"""The usual blocks of Markdown are found as markdown-it finds them, or left to it."""

import random
from collections.abc import Sequence

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from massgen_tui.console.stream.usual_blocks import usual_blocks

_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["reference", "html_block", "html_inline"])
)
USUAL = (
    "one line",
    "two\nlines",
    "\n\n**bold** and `code`\n\nthen more\n",
    "## A heading\n\nand *words* of it",
    "   # a heading\nand a paragraph",
    "a paragraph\n### and a heading",
    "- one\n- `two`\n- **three**\n\nmore",
    "7. seven\n8. eight\n",
    "1) 你好\n2) é",
    "text\\\nbroken  \nhard",
    "+ plus",
    "- a\x0cb",
    "a | b\nc",
)
OTHERS = (
    "- one\n\n- two",
    "- one\n  - nested",
    "- one\n\n  more of it",
    "1. one\n\n   ## within",
    "- one\n* other",
    "- one\nlazy",
    "- [ ] task",
    "text\n---",
    "text\n- item",
    "    code",
    "```py\nx",
    "> quote",
    "| a |\n|---|",
    "a | b\n---|---",
    "* * *",
    "# closed #",
    "a\tb",
    "\u00a0text",
    " text",
    "- ",
    "#",
)
LINES = (*"\n".join((*USUAL, *OTHERS)).split("\n"), "", "", "#x", "-", "**", "`", "1.x", "a\x85b")


def told(tokens: Sequence[Token]) -> list[tuple[object, ...]]:
    """What is read of tokens."""
    found: list[tuple[object, ...]] = []
    for token in tokens:
        inside = token.type == "inline"
        place = () if inside or not token.map else (token.map[0], token.level)
        text = [(one.type, one.content, one.attrs) for one in token.children or ()]
        start = token.attrs.get("start", 1) if token.type == "ordered_list_open" else None
        found.append((token.type, token.tag, *place, start, text))
    return found


@pytest.mark.parametrize("source", USUAL)
def test_usual_blocks_are_read_without_markdown_its_search(source: str) -> None:
    tokens = usual_blocks(source, _PARSER.parseInline)
    assert tokens is not None
    assert told(tokens) == told(_PARSER.parse(source))


@pytest.mark.parametrize("source", OTHERS)
def test_other_blocks_are_left_to_it(source: str) -> None:
    assert usual_blocks(source, _PARSER.parseInline) is None


def test_whatever_lines_stand_together_the_blocks_are_the_same() -> None:
    chance, read = random.Random(11), 0
    for _ in range(12_000):
        source = "\n".join(chance.choice(LINES) for _ in range(chance.randint(1, 5)))
        source += chance.choice(("", "\n", "\n\n"))
        tokens = usual_blocks(source, _PARSER.parseInline)
        if tokens is not None:
            read += 1
            assert told(tokens) == told(_PARSER.parse(source)), repr(source)
    assert read > 1_000
