"""Fenced code: its rows, and where a fence ends."""

from markdown_it.token import Token

from massgen_tui.console.stream.rows import NEWLINE, NOTHING, Row
from massgen_tui.console.stream.wrap import Span, chops, cut_spans

_EDGE = (("▏", "code-edge"),)


def code_rows(
    lines: tuple[tuple[Span, ...], ...], width: int, first: tuple[Span, ...], rest: tuple[Span, ...]
) -> list[Row]:
    """Lines of code as rows, cut wherever the width ends."""
    room = max(width - sum(len(text) for text, _ in rest) - 1, 2)
    rows: list[Row] = []
    for line in lines:
        text = "".join(text for text, _ in line)
        for number, (start, end) in enumerate(chops(text, room)):
            join = NOTHING if number else NEWLINE
            spans = (first if not rows else rest) + _EDGE + cut_spans(line, start, end)
            rows.append(Row(spans, join=join, fill="code"))
    return rows


def language_of(info: str) -> str:
    """The language that the first line of a fence names; empty when it names none."""
    words = info.split()
    return words[0] if words else ""


def expand(code: str) -> str:
    """Code with its tabs as spaces, line by line."""
    return code.expandtabs(4) if "\t" in code else code


def is_closed(token: Token, lines: list[str]) -> bool:
    """Whether a fence token ends with its closing line, rather than with the source."""
    if token.map is None or token.map[1] - token.map[0] < 2:
        return False
    last = lines[token.map[1] - 1]
    return closes(last if token.level == 0 else last.strip(" \t>"), token.markup)


def closes(line: str, mark: str) -> bool:
    """Whether a line ends a fence that `mark` began."""
    line = line.expandtabs(4)
    bare = line.strip()
    indent = len(line) - len(line.lstrip())
    return indent < 4 and len(bare) >= len(mark) and set(bare) == {mark[0]}
