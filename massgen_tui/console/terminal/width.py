"""How wide characters are: the larger of what Rich counts and what tmux and glibc draw.

Rich 15 gives the vowel signs of Indic scripts (category Mc) no cell of their own; glibc's `wcwidth`
and tmux, which asks it, give them one. A row that Rich takes for full then spills into what stands
beside it, and its end is lost (claude-code#53968). So Rich's table is mended, for all that Rich and
Textual measure. What terminals join differently besides (emoji, flags) is known where lines are
wrapped.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from unicodedata import category, east_asian_width

from rich import cells as rich_cells
from rich.cells import CellTable, cell_len, split_graphemes

from massgen_tui.console import textual_private

Grapheme = tuple[int, int, int]
"""Where it starts and ends in its text, and its cells."""

_LOAD = "load_cell_table"
_load: Callable[[str], CellTable] = getattr(rich_cells, _LOAD)
"""Rich's own."""
_TAGS = 0xE0000
"""From here on nothing is drawn by itself."""
_MARKED = frozenset({"Mc", "Lo"})
"""Categories of the characters that Rich gives no cell and some terminals do."""
_SQUARED = (0x3248, 0x324F, 2)
"""Numbers on black squares, of two cells in glibc."""
_VOWELS, _ENDS = range(0x1160, 0x1200), range(0xD7B0, 0xD800)
"""Of Hangul syllables, drawn into the first letter; both have some of either."""
# What terminals do not take for equally wide: joined and toned emoji, flags, Indic vowels, signs
# that Unicode 16 made wide. Outside it: Latin, Greek, Cyrillic and Georgian letters, punctuation,
# arrows, lines, signs, and the East Asian scripts.
_DISPUTED = (
    "[\u0300-\u036f\u0483-\u0489\u0530-\u109f\u1100-\u1dff\u2000-\u200f\u2630-\u2637"
    "\u268a-\u268f\u27c0-\u2fff\u302a-\u302f\u3164\u3248-\u324f\u4dc0-\u4dff\ua000-\uabff"
    "\ud7a4-\U0010ffff]"
)
_USUAL = re.compile("[\x00-\u02ff\u2010-\u262f]*")
"""What is found at once, and all that a first frame has as a rule."""


def disputed(text: str) -> bool:
    """Whether terminals may draw `text` in more or fewer cells than Rich counts."""
    return not (text.isascii() or _USUAL.fullmatch(text)) and _found()(text) is not None


@cache
def _found() -> Callable[[str], re.Match[str] | None]:
    """Finds what is disputed; Python goes through all characters of its ranges to compile it."""
    return re.compile(_DISPUTED).search


def cells(text: str) -> int:
    """The most cells that a terminal needs for `text`."""
    if text.isascii():
        return len(text)
    if not disputed(text):
        return cell_len(text)
    return sum(size for _, _, size in graphemes(text))


def drawn(text: str) -> int:
    """The cells that Rich and Textual take `text` for."""
    return len(text) if text.isascii() else cell_len(text)


def graphemes(text: str) -> list[Grapheme]:
    """What of `text` is drawn as one, vowel signs with their letters."""
    spans = split_graphemes(text)[0]
    return list(_joined(text, spans)) if disputed(text) else spans


def _joined(text: str, spans: list[Grapheme]) -> Iterator[Grapheme]:
    begin = end = size = 0
    for start, stop, counted in spans:
        most = max(counted, sum(map(_alone, text[start:stop])))
        if end and category(text[start]) != "Mc":
            yield begin, end, size
            begin, size = start, 0
        end, size = stop, size + most
    if end:
        yield begin, end, size


@lru_cache(4096)
def _alone(character: str) -> int:
    """Cells that a terminal gives a character that joins nothing but the mark on a letter."""
    kind, code = category(character), ord(character)
    if kind in ("Mn", "Me", "Cf") or code in _VOWELS or code in _ENDS:
        return 0
    # what is not assigned is wide to Python 3.11, and to nothing that draws
    return 1 + (kind != "Cn" and east_asian_width(character) in "WF")


@cache
def _mended(version: str = "auto") -> CellTable:
    """Rich's table with a cell for each mark that has one in terminals."""
    table = _load(version)
    widths = [_SQUARED]
    for first, last, width in table.widths:
        start = first
        within = range(first, last + 1)
        if not (width or first >= _TAGS or _MARKED.isdisjoint(map(category, map(chr, within)))):
            for one in within:
                if category(chr(one)) not in _MARKED or not (size := _alone(chr(one))):
                    continue
                if start < one:
                    widths.append((start, one - 1, width))
                if size > 1:
                    widths.append((one, one, size))
                start = one + 1
        if start <= last:
            widths.append((start, last, width))
    return table._replace(widths=sorted(widths))


setattr(rich_cells, _LOAD, _mended)
textual_private.wrap_by(cells)


def forget_widths() -> None:
    """Hold no text that was measured: what showed it is gone."""
    rich_cells.cached_cell_len.cache_clear()


rich_cells.get_character_cell_size.cache_clear()
forget_widths()
