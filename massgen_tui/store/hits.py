"""What a search finds: sessions, where in a text it stands, and the line that it stands in."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from massgen_tui.store.summary import Passage, Summary
from massgen_tui.text import clean

MOST = 200
"""Sessions that a search gives, at most."""
BEFORE = 24
"""Characters of the line that are shown before a hit, about."""
_WORD = re.compile(r"[^\W_]+")


class Hit(NamedTuple):
    """A session in which something was found."""

    session: Summary
    first: Passage
    """The text that it was found in first."""
    more: int
    """Other texts of the session that it stands in."""


class Found(NamedTuple):
    """What a search gave."""

    hits: Sequence[Hit]
    """The sessions that began last, first."""
    more: int
    """Sessions beyond these."""


NOTHING = Found((), 0)


def joined(one: Found, other: Found, most: int = MOST) -> Found:
    """What two searches gave, each session once."""
    hits = {hit.session.path: hit for hit in (*one.hits, *other.hits)}
    order = sorted(hits.values(), key=lambda hit: hit.session.path.name[:15], reverse=True)
    more = max(len(order) - most, 0) + max(one.more, other.more)
    return Found(order[:most], more)


class Line(NamedTuple):
    """The line that a hit stands in, cleaned and cut to what there is room for."""

    text: str
    start: int
    """Where the hit begins, …"""
    end: int
    """… and where it ends."""


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return _WORD.findall(text)


def only_words(query: str) -> bool:
    """Whether there is nothing but words in it, which may then stand anywhere in a text."""
    return _WORD.sub("", query).isspace() or _WORD.fullmatch(query) is not None


def without_case(text: str) -> bool:
    """Whether an ASCII comparison without case finds all of its forms."""
    return all(one.isascii() or one.lower() == one.upper() for one in text)


def stands_in(text: str, query: str) -> bool:
    """Whether `query` stands in `text` as it is; of one that is only words: whether they all do.

    Case is ignored, and a word may go on.
    """
    if re.search(re.escape(query), text, re.IGNORECASE):
        return True
    return only_words(query) and all(_begins(word, text) for word in words_of(query))


def place_of(text: str, query: str) -> tuple[int, int] | None:
    """Where `query` stands in `text`: as it is, else its words in this order, else one of them."""
    found = re.search(re.escape(query), text, re.IGNORECASE)
    words = words_of(query)
    if found is None and words:
        found = _begins(r"[\W_]+".join(map(re.escape, words)), text, escaped=True)
    for word in words:
        found = found or _begins(word, text)
    return found.span() if found else None


def _begins(word: str, text: str, *, escaped: bool = False) -> re.Match[str] | None:
    """Where a word of a text begins with `word`."""
    pattern = word if escaped else re.escape(word)
    return re.search(rf"(?<![^\W_]){pattern}", text, re.IGNORECASE)


def line_at(text: str, query: str, width: int) -> Line:
    """The line in which `query` stands, in at most `width` characters."""
    start, end = place_of(text, query) or (0, 0)
    begin = text.rfind("\n", 0, start) + 1
    close = text.find("\n", start)
    close = len(text) if close < 0 else close
    end = min(end, close)
    first = max(begin, start - max(min(BEFORE, width - (end - start) - 2), 0))
    before, hit = clean(text[first:start]).lstrip(), clean(text[start:end])
    after = clean(text[end : min(close, end + width)]).rstrip()
    before = f"…{before}" if first > begin else before
    line = f"{before}{hit}{after}".replace("\t", " ")
    cut = len(line) > width or close > end + width
    if cut:
        line = line[: width - 1] + "…"
    return Line(line, min(len(before), len(line)), min(len(before) + len(hit), len(line)))
