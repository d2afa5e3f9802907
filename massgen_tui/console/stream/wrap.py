"""Breaking lines into rows by terminal cells.

Everything here counts the most cells that a terminal may draw, so a row never exceeds its frame.
Breaking is greedy: rows before the last do not change when the line grows, so a stream wraps to the
same rows as the finished text.
"""

from collections.abc import Sequence

from rich.cells import get_character_cell_size

from massgen_tui.console.terminal.width import cells, disputed, graphemes

Span = tuple[str, str]
"""A piece of text and the key of its style."""
Cut = tuple[int, int]
"""Where a row starts and ends in its line."""
_Chance = tuple[int, int, int]
"""Where a row may end, where the next one then starts, and the cells before that."""

_CLOSING = frozenset(",.;:!?)]}'\"’”、。，．：；！？）」』】》〉〕…ー々")
"""No row starts with one of these when the character before can go with it."""
_OPENING = frozenset("([{‘“（「『【《〈〔")
"""No row ends with one of these."""
TAB = "    "


def breaks(line: str, width: int) -> list[Cut]:
    """Cut one line (no newline, no tab in it) into rows of at most `width` cells.

    Rows end at spaces, which are left out, beside wide characters (CJK, emoji), or, in a word
    longer than a row, anywhere between graphemes. An empty line is one empty row.
    """
    if len(line) * 2 <= width:
        return [(0, len(line))]
    if line.isascii() or _is_even(line):
        return _uniform(line, width)
    return _graphemes(line, width)


def _is_even(line: str) -> bool:
    """Every character is one cell, by itself, in every terminal."""
    if set(map(get_character_cell_size, line)) != {1}:
        return False
    return not disputed(line) or all(size == end - at == 1 for at, end, size in graphemes(line))


def _uniform(line: str, width: int) -> list[Cut]:
    rows: list[Cut] = []
    start, size = 0, len(line)
    while size - start > width:
        space = line.rfind(" ", start, start + width + 1)
        head = line[start:space].rstrip(" ") if space > start else ""
        if head:
            rows.append((start, start + len(head)))
            start = _skip_spaces(line, space)
        else:
            rows.append((start, start + width))
            start += width
    if start < size or not rows:
        rows.append((start, size))
    return rows


def _skip_spaces(line: str, start: int) -> int:
    while start < len(line) and line[start] == " ":
        start += 1
    return start


def _graphemes(line: str, width: int) -> list[Cut]:
    rows: list[Cut] = []
    start = used = 0
    chance: _Chance | None = None
    text_seen = was_wide = False
    previous = ""
    for begin, end, most in graphemes(line):
        piece, size = line[begin:end], min(most, width)
        is_space = piece == " "
        if is_space and text_seen:
            stop = chance[0] if previous == " " and chance else begin
            chance = (stop, end, used + size)
        elif text_seen and (was_wide or _is_wide(piece, size)) and _may_part(previous, piece):
            chance = (begin, begin, used)
        if used + size > width and not (is_space and text_seen):
            row_end, next_start, gone = chance or (begin, begin, used)
            rows.append((start, row_end))
            start, used, chance = next_start, used - gone, None
        used += size
        text_seen = text_seen or not is_space
        was_wide, previous = _is_wide(piece, size), piece
    end = len(line.rstrip(" ")) if used > width else len(line)
    if line[start:end].strip(" ") or not rows:
        rows.append((start, max(start, end)))
    return rows


def _is_wide(piece: str, size: int) -> bool:
    """It stands for itself, as ideographs and emoji do: a row may end beside it."""
    return size >= 2 and (get_character_cell_size(piece[0]) == 2 or "\ufe0f" in piece)


def _may_part(before: str, after: str) -> bool:
    return before != " " and after[0] not in _CLOSING and before not in _OPENING


def chops(line: str, width: int) -> list[Cut]:
    """Cut one line (no newline, no tab in it) every `width` cells, wherever that is: code."""
    if len(line) * 2 <= width or (line.isascii() and len(line) <= width):
        return [(0, len(line))]
    if line.isascii():
        return [(at, min(at + width, len(line))) for at in range(0, len(line), width)]
    rows: list[Cut] = []
    start = used = 0
    for begin, _, most in graphemes(line):
        size = min(most, width)
        if used + size > width:
            rows.append((start, begin))
            start, used = begin, 0
        used += size
    return [*rows, (start, len(line))]


def cut_spans(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The part of styled text between two offsets."""
    out: list[Span] = []
    offset = 0
    for text, style in spans:
        begin, stop = max(start - offset, 0), end - offset
        if stop <= 0:
            break
        if begin < min(stop, len(text)):
            out.append((text[begin:stop], style))
        offset += len(text)
    return tuple(out)


def crop(text: str, width: int) -> str:
    """At most `width` cells of `text`, ending in `…` where something was left out."""
    if cells(text) <= width:
        return text
    taken, used = 0, 0
    for _, end, size in graphemes(text):
        if used + size > width - 1:
            break
        taken, used = end, used + size
    return text[:taken] + "…" if width > 0 else ""
