"""Fenced code: its rows, and where a fence ends."""

from collections.abc import Sequence
from itertools import chain, repeat

from markdown_it.token import Token

from massgen_tui.console.stream.rows import NEWLINE, NOTHING, Row, Swap, unsent
from massgen_tui.console.stream.wrap import Span, chops, cut_spans

_EDGE = (("▏", "code-edge"),)


def code_rows(
    lines: tuple[tuple[Span, ...], ...],
    width: int,
    first: tuple[Span, ...],
    rest: tuple[Span, ...],
    sent: Sequence[str | None] = (),
) -> list[Row]:
    """Lines of code as rows, cut wherever the width ends.

    Args:
        lines: the lines as they are shown.
        width: cells of a row.
        first: what stands before the first row.
        rest: what stands before the others.
        sent: the same lines as they were sent, with their tabs; None: this one was not.
    """
    room = max(width - sum(len(text) for text, _ in rest) - 1, 2)
    rows: list[Row] = []
    for spans, raw in zip(lines, chain(sent, repeat("")), strict=False):
        text = "".join(text for text, _ in spans)
        tabs = _tabs(raw) if raw and "\t" in raw else []
        for number, (start, end) in enumerate(chops(text, room)):
            join = NOTHING if number else NEWLINE
            edge = (rest if rows else first) + _EDGE
            shown = edge + cut_spans(spans, start, end)
            swaps = unsent(edge) + _within(tabs, start, end, len(edge_text(edge)))
            if raw is None:
                swaps = ((0, len(edge_text(shown)), None),)
            rows.append(Row(shown, join=join, fill="code", swaps=swaps))
    return rows


def edge_text(spans: Sequence[Span]) -> str:
    """What these spans say."""
    return "".join(text for text, _ in spans)


def _tabs(raw: str) -> list[tuple[int, int]]:
    """Where the tabs of a line are shown, as `expand` shows them: from and to."""
    at, tabs = 0, []
    for char in raw:
        size = 4 - at % 4 if char == "\t" else 1
        if char == "\t":
            tabs.append((at, at + size))
        at += size
    return tabs


def _within(tabs: Sequence[tuple[int, int]], start: int, end: int, edge: int) -> tuple[Swap, ...]:
    """The tabs of a line that a row shows from `start` to `end`, behind its edge."""
    return tuple(
        (max(first, start) - start + edge, min(last, end) - start + edge, "\t" * (first >= start))
        for first, last in tabs
        if first < end and start < last
    )


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
