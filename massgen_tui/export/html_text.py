"""Text, Markdown and code as HTML that can do nothing: known tags without addresses, and text."""

import html
import logging
import re
from collections.abc import Sequence
from functools import lru_cache

import pygments
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from massgen_tui.export.redacted import Redact
from massgen_tui.text import clean

log = logging.getLogger(__name__)

# As on the screen: raw HTML is text, and reference definitions are shown where they stand.
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["reference", "html_block", "html_inline"])
)
_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "em": "em",
    "strong": "strong",
    "s": "s",
}
_FORMATTER = HtmlFormatter(nowrap=True)
_BREAKS = ("softbreak", "hardbreak")
_HEADINGS_ABOVE = 3
"""Levels of the page's own headings: an answer's begin below them."""
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LARGEST_CODE = 40_000
"""Characters of code; more stays plain, as on the screen."""
_LARGEST = 1_000_000
"""Characters of Markdown; more stays as it was written, since reading it takes long."""


class HtmlText:
    """Makes HTML of text that may hold anything: no control character, no key, no address."""

    def __init__(self, redact: Redact) -> None:
        """Take the keys out with `redact`."""
        self._redact = redact

    def text(self, text: str) -> str:
        """Text as it is, to stand in an element."""
        return html.escape(self._shown(text))

    def line(self, text: str) -> str:
        """Text on one line."""
        return self.text(" ".join(clean(text).split()))

    def plain(self, text: str, kind: str) -> str:
        """Text as it was written, line by line, in a block of this class."""
        return f'<div class="{kind}" dir="auto">{self.text(text)}</div>'

    def markdown(self, text: str) -> str:
        """Markdown as a block: links and images are text, nothing is fetched or run."""
        source = self._shown(text).strip("\n")
        if len(source) > _LARGEST:
            return self.plain(source, "plain")
        try:
            body = "".join(self._blocks(_PARSER.parse(source)))
        except Exception:
            # a fault of the parser must not cost the answer
            log.warning("Markdown could not be read", exc_info=True)
            return self.plain(source, "plain")
        return f'<div class="text" dir="auto">{body}</div>'

    def code(self, code: str, language: str = "") -> str:
        """A block of code, highlighted where its language is known; it is never guessed."""
        told = self.line(language)
        label = f'<div class="language">{told}</div>' if told else ""
        shown = self._shown(code).removesuffix("\n")
        return f'{label}<pre class="code"><code>{_highlighted(shown, language)}</code></pre>'

    def _shown(self, text: str) -> str:
        return self._redact(clean(text))

    def _blocks(self, tokens: Sequence[Token]) -> list[str]:
        parts: list[str] = []
        for token in tokens:
            if token.type == "inline":
                parts += self._inline(token.children or [])
            elif token.type in ("fence", "code_block"):
                parts.append(self.code(token.content, token.info))
            elif token.type == "hr":
                parts.append("<hr>")
            elif not token.hidden:
                parts.append(_tag(token) or self.text(token.content))
        return parts

    def _inline(self, tokens: Sequence[Token]) -> list[str]:
        parts: list[str] = []
        link, begin = None, 0
        for place, token in enumerate(tokens):
            if token.type in _BREAKS:
                parts.append("<br>")
            elif token.type == "code_inline":
                parts.append(f"<code>{self.text(token.content)}</code>")
            elif token.type == "image":
                parts.append(f'<span class="link">[image: {self.text(token.content)}]</span>')
                parts.append(self._address(token.attrs.get("src"), token.content))
            elif token.type == "link_open":
                link, begin = token.attrs.get("href"), place
                parts.append('<span class="link">')
            elif token.type == "link_close":
                said = "".join(one.content for one in tokens[begin:place])
                parts += ("</span>", self._address(link, said))
            else:
                parts.append(_tag(token) or self.text(token.content))
        return parts

    def _address(self, target: object, said: str) -> str:
        """Where a link leads, as text, if that is a page and not what is said already."""
        shown = str(target or "")
        if not _WEB.match(shown) or shown == said:
            return ""
        return f' <span class="address">({self.line(shown)})</span>'


def _tag(token: Token) -> str:
    """The tag that opens or closes an element; empty for what is none."""
    name, _, side = token.type.rpartition("_")
    if side not in ("open", "close"):
        return ""
    tag = _heading(token) if name == "heading" else _TAGS.get(name, "")
    if not tag:
        return ""
    return f"</{tag}>" if side == "close" else f"<{tag}{_attributes(token)}>"


def _heading(token: Token) -> str:
    return f"h{min(int(token.tag[1:]) + _HEADINGS_ABOVE, 6)}"


def _attributes(token: Token) -> str:
    """The number that a list begins with, and how a column is aligned; no other attribute."""
    start, style = token.attrs.get("start"), str(token.attrs.get("style", ""))
    if token.type == "ordered_list_open" and start is not None:
        return f' start="{int(start)}"'
    if side := re.fullmatch(r"text-align:(left|center|right)", style):
        return f' class="{side[1]}"'
    return ""


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


def _highlighted(code: str, language: str) -> str:
    named = language.split()[:1]
    if named and len(code) <= _LARGEST_CODE:
        try:
            tokens = list(_lexer(named[0].strip("{}.").lower()).get_tokens(code))
            if "".join(text for _, text in tokens) == code:
                return pygments.format(tokens, _FORMATTER).removesuffix("\n")
        except ClassNotFound:
            pass
        except Exception:
            # a lexer's own fault must not cost the code
            log.warning("highlighting %s failed", language, exc_info=True)
    return html.escape(code)
