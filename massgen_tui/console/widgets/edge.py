"""An edge of a frame, with a title in it."""

from functools import lru_cache

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells

_NO_LINE = ((0, 0, None),)
"""Of an edge nothing is ever selected."""


@lru_cache(maxsize=64)
def edge(left: str, title: str, right: str, width: int, style: str) -> Row:
    """An edge of so many cells between two corners, in the style of the frame."""
    shown = f"{left} {crop(title, width - 4)} " if title else left
    rule = "─" * max(width - cells(shown) - 1, 0)
    if not title:
        return Row(((f"{left}{rule}{right}", style),), bare=True, swaps=_NO_LINE)
    spans = ((f"{left} ", style), (shown[2:-1], "title"), (f" {rule}{right}", style))
    return Row(spans, bare=True, swaps=_NO_LINE)
