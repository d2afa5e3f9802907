"""Inline Markdown: the tokens of one paragraph, heading or cell as lines of spans."""

from collections.abc import Sequence

from markdown_it.token import Token

from massgen_tui.console.stream.styles import add
from massgen_tui.console.stream.wrap import Span
from massgen_tui.text import clean

_OPENS = {"strong_open": "b", "em_open": "i", "s_open": "s"}
_CLOSES = {"strong_close": "b", "em_close": "i", "s_close": "s"}


def inline_lines(tokens: Sequence[Token], style: str) -> list[list[Span]]:
    """The lines of an inline token's children in the base `style`; newlines stay newlines."""
    return _Inline(style).run(tokens)


class _Inline:
    def __init__(self, style: str) -> None:
        self._style = style
        self._letters: list[str] = []
        self._lines: list[list[Span]] = [[]]
        self._link: tuple[str, int, int] | None = (
            None  # target, line and span where its text begins
        )

    def run(self, tokens: Sequence[Token]) -> list[list[Span]]:
        for token in tokens:
            kind = token.type
            if kind == "text":
                self._put(token.content, self._style)
            elif kind in _OPENS:
                self._letters.append(_OPENS[kind])
            elif kind in _CLOSES:
                self._letters.remove(_CLOSES[kind])
            elif kind == "code_inline":
                self._put(token.content, "code-inline")
            elif kind in ("softbreak", "hardbreak"):
                self._lines.append([])
            else:
                self._other(token)
        return self._lines

    def _other(self, token: Token) -> None:
        if token.type == "link_open":
            start = len(self._lines) - 1, len(self._lines[-1])
            self._link = (clean(str(token.attrs.get("href", ""))), *start)
        elif token.type == "link_close":
            self._close_link()
        elif token.type == "image":
            self._put(f"[image: {token.content}]", "link")
            self._lines[-1].append((f" ({clean(str(token.attrs.get('src', '')))})", "url"))
        else:
            self._put(token.content, self._style)

    def _close_link(self) -> None:
        """A link is its text and, where that is another, the address: nothing is clickable."""
        if self._link is None:
            return
        target, line, span = self._link
        self._link = None
        lines = [self._lines[line][span:], *self._lines[line + 1 :]]
        text = "".join(text for spans in lines for text, _ in spans)
        if text and text not in (target, target.removeprefix("mailto:")):
            self._lines[-1].append((f" ({target})", "url"))

    def _put(self, text: str, style: str) -> None:
        if self._link is not None and style == self._style:
            style = "link"
        if self._letters:
            style = add(style, "".join(self._letters))
        text = clean(text).replace("\n", " ")
        if text:
            self._lines[-1].append((text, style))
