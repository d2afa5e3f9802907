"""Tokens of Markdown of the usual blocks: paragraphs, headings, and lists of one line an item.

What stands at the end of an answer while it streams is mostly that, and is read again at every
frame: markdown-it tries all its rules at each line, which takes longer than to read what is in it.
"""

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token

# What begins a text and can begin nothing else, whatever stands around it.
_BEGINS = r"(?:[^\W\d_]|\*\*[^\W\d_]|`[^`\s])"
_TEXT = re.compile(rf"{_BEGINS}[^\t]*")
_HEADING = re.compile(rf" {{0,3}}(#{{1,6}}) ({_BEGINS}[^\t#]*)")
_ITEM = re.compile(rf"(?:([-*+])|(\d{{1,9}})([.)])) ({_BEGINS}[^\t]*)")

Inline = Callable[[str], Sequence[Token]]
"""The tokens of the text of a block."""


def _nothing(text: str) -> Sequence[Token]:
    return ()


def usual_blocks(source: str, inline: Inline = _nothing) -> list[Token] | None:
    """The tokens of `source`, which markdown-it would find too; None where it has other blocks."""
    lines = source.split("\n")
    tokens: list[Token] = []
    at, listed = 0, False
    while at < len(lines):
        line = lines[at]
        if not line:
            at += 1
        elif listed and line[0] == " ":
            return None  # it belongs to the last item
        elif heading := _HEADING.fullmatch(line):
            marks, text = heading.groups()
            found = _block("heading", f"h{len(marks)}", 0, at, inline(text.strip()))
            found[0].markup = marks
            tokens += found
            at, listed = at + 1, False
        elif _TEXT.fullmatch(line):
            stop = _run(lines, at, _TEXT)
            if stop < len(lines) and lines[stop] and not _HEADING.fullmatch(lines[stop]):
                return None
            text = "\n".join(lines[at:stop]).strip()
            tokens += _block("paragraph", "p", 0, at, inline(text))
            at, listed = stop, False
        elif not listed and (items := _items(lines, at, inline)):
            stop, found = items
            tokens += found
            at, listed = stop, True
        else:
            return None
    return tokens


def _run(lines: Sequence[str], at: int, shape: re.Pattern[str]) -> int:
    """The first line from `at` on that has not this shape."""
    while at < len(lines) and shape.fullmatch(lines[at]):
        at += 1
    return at


def _items(lines: Sequence[str], at: int, inline: Inline) -> tuple[int, list[Token]] | None:
    """A list from line `at` on: where it ends, and its tokens."""
    first = _ITEM.fullmatch(lines[at])
    if first is None:
        return None
    bullet, number, delimiter, _ = first.groups()
    stop, inside = at, list[Token]()
    while stop < len(lines) and (item := _ITEM.fullmatch(lines[stop])):
        if (item[1], item[3]) != (bullet, delimiter):
            return None
        text = _block("paragraph", "p", 2, stop, inline(item[4].strip()))
        inside += _block("list_item", "li", 1, stop, text)
        stop += 1
    if stop < len(lines) and lines[stop]:
        return None
    if bullet:
        return stop, _block("bullet_list", "ul", 0, at, inside)
    tokens = _block("ordered_list", "ol", 0, at, inside)
    tokens[0].attrs = {"start": int(number)}
    return stop, tokens


def _block(name: str, tag: str, level: int, at: int, inside: Sequence[Token]) -> list[Token]:
    return [
        Token(f"{name}_open", tag, 1, map=[at, at + 1], level=level),
        *inside,
        Token(f"{name}_close", tag, -1, level=level),
    ]
