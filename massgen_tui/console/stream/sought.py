"""Whether something that is searched for may stand in rows that were not made, by their source.

What Markdown shows differs from its source by marks between the letters. Where it may differ by
letters or digits too (addresses, entities, tables whose cells wrap, numbers of lists) nobody knows
before the rows are made.
"""

import re
from collections.abc import Sequence

from massgen_tui.console.stream.find import hits, pattern
from massgen_tui.console.stream.rows import Row

_HIDING = r"[\[<&|]"
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
        numbers = any(char.isdigit() for char in text)
        self._hiding = re.compile(f"{_HIDING}|{_NUMBERED}" if numbers else _HIDING)

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
