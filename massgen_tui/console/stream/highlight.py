"""Highlighting of finished code, once per piece of code.

A frame imports nothing and opens no file, both of which may take long or fail: lexers are found in
a thread, and code whose lexer is not there yet is plain until it is.
"""

import logging
from collections.abc import Mapping
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

log = logging.getLogger(__name__)

_LARGEST = 40_000
"""Characters of code; more stays plain, since highlighting it would hold up the keys."""
_MOST = 500
"""Names that are looked for: Pygments knows about as many languages; a model may make up more."""
_threads: dict[str, Thread] = {}
"""What looks for a lexer, or has."""
_lexers: dict[str, Lexer | None] = {}
"""By language, once known; None: there is none, or it cannot be had."""
_LOOK_UP: Mapping[str, str] = {
    "PostgreSQL SQL dialect": "sql",
    "PL/pgSQL": "sql",
    "PostgreSQL console (psql)": "",
    "HTTP": "",
    "MIME": "",
    "Arturo": "",
    "Notmuch": "",
    "tiddler": "",
    "Wikitext": "",
}
"""Lexers that import others for what they find inside (Pygments 2.21), and what is used instead of
them; empty: nothing. Those of Markdown and reStructuredText can be told not to."""
_SAMPLE = "a = 1\n"
"""What a lexer takes once before it is used: some import when they begin."""
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


def highlight(language: str, code: str) -> tuple[tuple[Span, ...], ...]:
    """The lines of `code` as spans; plain when the language is not known (it is never guessed).

    Plain too while its lexer is not there yet: ask `awaited`.
    """
    lexer = _lexers.get(language)
    if lexer is None or len(code) > _LARGEST:
        return plain(code)
    try:
        return _coloured(lexer, code)
    except Exception:
        # a lexer's own fault must not take the screen with it
        log.warning("highlighting %s failed", language, exc_info=True)
        _lexers[language] = None
        return plain(code)


def awaited(language: str) -> bool:
    """Whether a lexer for it may still come; asking has it looked for."""
    prepare(language)
    return language in _threads and language not in _lexers


def prepare(language: str) -> Thread | None:
    """Make a lexer ready beside what runs, in the thread that is given: it takes 0.1 s at first."""
    if not language or language in _threads or len(_threads) >= _MOST:
        return _threads.get(language)
    looking = Thread(target=_find, args=(language,), name="lexer", daemon=True)
    _threads[language] = looking
    try:
        looking.start()
    except RuntimeError:
        # no thread can be had
        _lexers[language] = None
    return looking


@lru_cache(maxsize=256)
def _coloured(lexer: Lexer, code: str) -> tuple[tuple[Span, ...], ...]:
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


def forget_code() -> None:
    """Hold no code that was highlighted: what showed it is gone."""
    _coloured.cache_clear()


def plain(code: str) -> tuple[tuple[Span, ...], ...]:
    """The lines of `code`, not highlighted."""
    return tuple(((line, "code"),) if line else () for line in code.removesuffix("\n").split("\n"))


def _find(language: str) -> None:
    lexer: Lexer | None = None
    try:
        lexer = _made(language)
        if lexer is not None:
            list(lexer.get_tokens(_SAMPLE))
    except ClassNotFound:
        pass
    except Exception:
        # it may need a file that cannot be opened now, or a plugin that is broken
        log.warning("there is no lexer for %s", language, exc_info=True)
    finally:
        _lexers[language] = lexer


def _made(language: str) -> Lexer | None:
    lexer = get_lexer_by_name(language, stripnl=False, handlecodeblocks=False)
    instead = _LOOK_UP.get(lexer.name)
    if instead is None:
        return lexer
    return _made(instead) if instead else None


@lru_cache(maxsize=512)
def _style(kind: _TokenType) -> str:
    while kind not in _STYLES:
        if kind.parent is None:
            return "code"
        kind = kind.parent
    return _STYLES[kind]
