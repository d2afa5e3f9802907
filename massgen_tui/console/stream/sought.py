"""Whether something that is searched for may stand in rows that were not made, by their source.

What Markdown shows differs from its source by marks between the letters. Where it may differ by
letters or digits too (entities, addresses that are encoded, numbers of lists) or by their order
(cells of a table that wrap) nobody knows before the rows are made.
"""

import re
from collections.abc import Sequence

from massgen_tui.console.stream.find import hits, pattern
from massgen_tui.console.stream.rows import Row

# an entity, an address by itself, an image, an address with what is encoded or said beside it
_PLAIN = r"A-Za-z0-9_.~:/?#@!$&'(*+,;=-"
_HIDING = rf"&[#A-Za-z]|<[A-Za-z0-9]|!\[|\]\([{_PLAIN}]*+[^){_PLAIN}]"
_BETWEEN = r"\||\]\("
"""What may part words otherwise than the source does: cells, and an address that is told once."""
_NUMBERED = r"\d[.)]"
# nothing but one fence: code is shown as it is
_CODE = re.compile(
    r"\n*(`{3,}|~{3,})[^`\n]*\n(?:(?! {0,3}(?:```|~~~))[^\n]*+\n)*+"
    r"(?:(?! {0,3}(?:```|~~~))[^\n]*+| {0,3}\1[ \t]*\n*)"
)


class Sought:
    """What is searched for."""

    def __init__(self, text: str) -> None:
        """Search for `text`; without letters and digits it may stand anywhere."""
        self._wanted = pattern(text)
        letters = [re.escape(char) for char in text if char.isalnum()]
        self._letters = re.compile(r"[\W_]*+".join(letters), self._wanted.flags)
        hiding = [_HIDING]
        if not text.isalnum():
            hiding.append(_BETWEEN)
        if any(char.isdigit() for char in text):
            hiding.append(_NUMBERED)
        self._hiding = re.compile("|".join(hiding))

    def in_text(self, text: str) -> bool:
        """Whether it may stand in a text that is shown as it is."""
        return self._letters.search(text) is not None

    def in_markdown(self, source: str) -> bool:
        """Whether it may stand in the rows of Markdown."""
        if self._letters.search(source) is not None:
            return True
        return self._hiding.search(source) is not None and _CODE.fullmatch(source) is None

    def in_rows(self, rows: Sequence[Row]) -> bool:
        """Whether it stands in these rows."""
        return next(hits(rows, 0, len(rows), self._wanted), None) is not None
