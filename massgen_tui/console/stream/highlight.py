"""Highlighting of finished code, once per piece of code."""

from functools import lru_cache
from threading import Thread

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

from massgen_tui.console.stream.wrap import Span

_LARGEST = 40_000
"""Characters of code; more stays plain, since highlighting it would hold up the keys."""
_prepared: set[str] = set()
_STYLES: dict[_TokenType, str] = {
    Comment: "code-comment",
    Generic.Inserted: "code-added",
    Generic.Deleted: "code-removed",
    Generic.Heading: "code-name",
    Keyword: "code-keyword",
    Name.Builtin: "code-name",
    Name.Class: "code-name",
    Name.Decorator: "code-name",
    Name.Function: "code-name",
    Name.Tag: "code-keyword",
    Name.Attribute: "code-name",
    Number: "code-number",
    Operator: "code-operator",
    Operator.Word: "code-keyword",
    Punctuation: "code-operator",
    String: "code-string",
}


def lexer_name(language: str) -> str:
    """What Pygments may call the language that a fence names: `{.python}` is `python`."""
    return language.strip("{}.").lower()


@lru_cache(maxsize=256)
def highlight(language: str, code: str) -> tuple[tuple[Span, ...], ...]:
    """The lines of `code` as spans; plain when the language is not known (it is never guessed)."""
    lexer = _lexer(language) if len(code) <= _LARGEST else None
    if lexer is None:
        return plain(code)
    lines: list[tuple[Span, ...]] = []
    line: list[Span] = []
    for kind, value in lexer.get_tokens(code):
        style = _style(kind)
        first, *others = value.split("\n")
        if first:
            line.append((first, style))
        for part in others:
            lines.append(tuple(line))
            line = [(part, style)] if part else []
    if line:
        lines.append(tuple(line))
    return tuple(lines)


def prepare(language: str) -> None:
    """Make a lexer ready beside what runs: the first time takes a tenth of a second."""
    if language and language not in _prepared:
        _prepared.add(language)
        Thread(target=_lexer, args=(language,), name="lexer", daemon=True).start()


def plain(code: str) -> tuple[tuple[Span, ...], ...]:
    """The lines of `code`, not highlighted."""
    return tuple(((line, "code"),) if line else () for line in code.removesuffix("\n").split("\n"))


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _style(kind: _TokenType) -> str:
    while kind not in _STYLES:
        if kind.parent is None:
            return "code"
        kind = kind.parent
    return _STYLES[kind]
