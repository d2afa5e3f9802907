"""Markdown as rows: one stretch of source, made of whole blocks, at one width."""

import re
from dataclasses import dataclass, field
from functools import cache
from sys import intern

from markdown_it import MarkdownIt
from markdown_it.token import Token

from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.fences import code_rows, expand, is_closed, language_of
from massgen_tui.console.stream.highlight import awaited, highlight, lexer_name, plain
from massgen_tui.console.stream.inline import inline_lines
from massgen_tui.console.stream.rows import QUOTE, Row, line_rows, unsent
from massgen_tui.console.stream.tables import table_rows
from massgen_tui.console.stream.usual_blocks import usual_blocks
from massgen_tui.console.stream.wrap import Span

# Reference definitions are off: `[1]: https://…` after the text that it explains is shown where it
# stands, because rows that are final do not change. HTML is off: it is shown as the text it is.
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["reference", "html_block", "html_inline"])
)
_BLOCKS_ONLY = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table"])
    .disable(["reference", "html_block", "inline"])
)
# A paragraph whose lines begin with a letter and hold nothing that Markdown reads: not parsed.
_PROSE = re.compile(r"\n*((?:[^\W\d_][^\n\t*_`\[<\\&~|]*(?:\n|$))+)\n*")
_BULLETS = "•◦▪"
# each level can be told from the next without colour
_HEADS = {"h1": "head.bu", "h2": "head.b", "h3": "head-small.u"}
_TEXT_ROOM = 8
"""Cells that the marks of nested lists and quotes leave for text."""


def block_tokens(source: str) -> list[Token]:
    """The block structure of `source`, without what is inside the lines."""
    tokens = usual_blocks(source)
    return _BLOCKS_ONLY.parse(source) if tokens is None else tokens


def render(
    source: str,
    carry: Carry,
    width: int,
    *,
    growing: bool = False,
    awaits: set[str] | None = None,
) -> list[Row]:
    """The rows of whole blocks of Markdown; code that is still `growing` is not highlighted.

    Args:
        source: The Markdown.
        carry: What stands before it.
        width: Cells.
        growing: More of its last block may come.
        awaits: Takes in the languages of code that is plain until it is rendered again.
    """
    if not carry.prefix and (prose := _PROSE.fullmatch(source)):
        return _prose_rows(prose[1], carry, width, gap=source.startswith("\n"))
    source = carry.prefix + source
    renderer = _Renderer(source.split("\n"), carry, width, growing=growing)
    tokens = usual_blocks(source, _PARSER.parseInline)
    renderer.run(_PARSER.parse(source) if tokens is None else tokens)
    if awaits is not None:
        awaits |= renderer.awaits
    return renderer.rows


def _prose_rows(text: str, carry: Carry, width: int, *, gap: bool) -> list[Row]:
    """The rows of one paragraph without any mark."""
    rows = [Row()] if not carry.first and (gap or carry.gap) else []
    for line in text.rstrip("\n").split("\n"):
        rows += line_rows(((line.rstrip(" "), "text"),), width)
    return rows


@dataclass(slots=True)
class _Prefix:
    first: Span
    rest: Span
    used: bool = False


@dataclass(slots=True)
class _List:
    number: int | None = None


@dataclass(slots=True)
class _Table:
    header: list[list[Span]] = field(default_factory=list)
    body: list[list[list[Span]]] = field(default_factory=list)
    aligns: list[str] = field(default_factory=list)


@cache
def _handler(kind: str) -> str:
    """The method for a kind of token; made once, as methods of names that are new are slow."""
    return intern(f"_{kind}")


class _Renderer:
    def __init__(self, lines: list[str], carry: Carry, width: int, *, growing: bool) -> None:
        self.rows: list[Row] = []
        self.awaits: set[str] = set()
        self._lines = lines
        self._carry = carry
        self._width = width
        self._growing = growing
        self._prefixes: list[_Prefix] = []
        self._lists: list[_List] = []
        self._quotes = 0
        self._style = "text"
        self._table: _Table | None = None
        self._gap_at = -1

    def run(self, tokens: list[Token]) -> None:
        for token in tokens:
            handle = getattr(self, _handler(token.type), None)
            if handle is not None:
                handle(token)

    def _paragraph_open(self, token: Token) -> None:
        self._gap(token)

    def _heading_open(self, token: Token) -> None:
        self._gap(token, always=True)
        self._style = _HEADS.get(token.tag, "head-small.i")

    def _heading_close(self, token: Token) -> None:
        self._style = "quote" if self._quotes else "text"

    def _inline(self, token: Token) -> None:
        lines = inline_lines(token.children or [], self._style)
        if self._table is not None:
            row = self._table.body[-1] if self._table.body else self._table.header
            row.append([span for line in lines for span in line])
            return
        self._task(lines)
        for line in lines:
            self._emit(line)

    def _task(self, lines: list[list[Span]]) -> None:
        """A list item that begins with a box becomes a box."""
        prefix = self._prefixes[-1] if self._prefixes else None
        if prefix is None or prefix.used or not lines[0] or not self._lists:
            return
        text, style = lines[0][0]
        box = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}.get(text[:4])
        if box is not None and prefix.first[0].strip() and self._lists[-1].number is None:
            prefix.first = (box, "mark")
            lines[0][0] = (text[4:], style)

    def _bullet_list_open(self, token: Token) -> None:
        self._lists.append(_List())

    def _ordered_list_open(self, token: Token) -> None:
        number = int(token.attrs.get("start", 1))
        if self._carry.number is not None and token.level == 0 and token.map and not token.map[0]:
            number = self._carry.number
        self._lists.append(_List(number))

    def _bullet_list_close(self, token: Token) -> None:
        self._lists.pop()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, token: Token) -> None:
        self._gap(token)
        state = self._lists[-1]
        if state.number is None:
            depth = sum(each.number is None for each in self._lists) - 1
            mark = f"{_BULLETS[min(depth, 2)]} "
        else:
            mark = f"{state.number}. "
            state.number += 1
        self._prefixes.append(_Prefix((mark, "mark"), (" " * len(mark), "text")))

    def _list_item_close(self, token: Token) -> None:
        if not self._prefixes[-1].used:
            self._emit([])
        self._prefixes.pop()

    def _blockquote_open(self, token: Token) -> None:
        self._gap(token)
        self._quotes += 1
        self._style = "quote"
        self._prefixes.append(_Prefix((QUOTE, "rule"), (QUOTE, "rule")))

    def _blockquote_close(self, token: Token) -> None:
        self._quotes -= 1
        self._style = "quote" if self._quotes else "text"
        self._prefixes.pop()

    def _hr(self, token: Token) -> None:
        self._gap(token)
        first, rest = self._take_prefixes()
        room = max(self._width - sum(len(text) for text, _ in rest), 1)
        self.rows.append(Row((*first, ("─" * room, "rule"))))

    def _fence(self, token: Token) -> None:
        self._gap(token)
        language = language_of(token.info)
        code = expand(token.content)
        if self._growing and not is_closed(token, self._lines):
            lines = plain(code) if code else ()
        else:
            name = lexer_name(language)
            if awaited(name):
                self.awaits.add(name)
            lines = highlight(name, code)
        sent: list[str | None] = [*token.content.split("\n")]
        if language:
            lines = (((language, "code-comment"),), *lines)
            sent.insert(0, None)
        first, rest = self._take_prefixes()
        self.rows += code_rows(lines or ((),), self._width, first, rest, sent)

    def _code_block(self, token: Token) -> None:
        self._gap(token)
        first, rest = self._take_prefixes()
        sent = token.content.split("\n")
        self.rows += code_rows(plain(expand(token.content)), self._width, first, rest, sent)

    def _table_open(self, token: Token) -> None:
        self._gap(token)
        self._table = _Table()

    def _th_open(self, token: Token) -> None:
        if self._table is not None:
            css = str(token.attrs.get("style", ""))
            self._table.aligns.append(css.rpartition(":")[2] or "left")
        self._style = "text.b"

    def _th_close(self, token: Token) -> None:
        self._style = "quote" if self._quotes else "text"

    def _tr_open(self, token: Token) -> None:
        if self._table is not None and self._table.header:
            self._table.body.append([])

    def _table_close(self, token: Token) -> None:
        table, self._table = self._table, None
        if table is None:
            return
        _, rest = self._take_prefixes()
        room = max(self._width - sum(len(text) for text, _ in rest), 4)
        for row in table_rows(table.header, table.body, table.aligns, room):
            self.rows.append(Row(rest + row.spans, join=row.join, swaps=unsent(rest)))

    def _gap(self, token: Token, *, always: bool = False) -> None:
        """A blank row before a block where the source has one, and before every heading."""
        at = token.map[0] if token.map else -1
        if at == self._gap_at:
            return
        self._gap_at = at
        if at <= 0:
            blank, something = self._carry.gap, not self._carry.first
        else:
            blank = not self._lines[at - 1].strip("> \t")
            something = not self._carry.first or bool(self.rows)
        if something and (blank or (always and token.level == 0)) and self._may_gap():
            spans = tuple(prefix.rest for prefix in self._shown_prefixes() if prefix.used)
            self.rows.append(Row(spans))

    def _may_gap(self) -> bool:
        """Not between a list mark and what it marks."""
        return not self._prefixes or self._prefixes[-1].used

    def _emit(self, line: list[Span]) -> None:
        first, rest = self._take_prefixes()
        self.rows += line_rows(line, self._width, first=first, rest=rest)

    def _take_prefixes(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        shown = self._shown_prefixes()
        first = tuple(each.rest if each.used else each.first for each in shown)
        for each in self._prefixes:
            each.used = True
        return first, tuple(each.rest for each in shown)

    def _shown_prefixes(self) -> list[_Prefix]:
        """The prefixes, without the outer ones where they would leave no room for text."""
        shown, room = list(self._prefixes), self._width - _TEXT_ROOM
        while shown and sum(len(each.rest[0]) for each in shown) > room:
            del shown[0]
        return shown
