"""Kept sessions as a table for people, and as JSON."""

from collections.abc import Iterable, Sequence
from unicodedata import combining, east_asian_width

from massgen_tui.store.config_name import short_name
from massgen_tui.store.summary import Summary
from massgen_tui.text import one_line

HEADS = ("ID", "WHEN", "CONFIG", "FIRST PROMPT", "AGENTS", "TURNS", "TOKENS", "SIZE", "END")
NUMBERS = frozenset({"AGENTS", "TURNS", "TOKENS", "SIZE"})
PROMPT = HEADS.index("FIRST PROMPT")
NARROWEST = 12
"""Cells of a prompt, at least."""
CONFIG = 18
"""Cells of a config's name, at most."""

Row = tuple[str, ...]


def record_of(one: Summary) -> dict[str, object]:
    """One session, as `sessions --json` tells it."""
    return {
        "id": one.id,
        "title": one.title,
        "at": one.at.isoformat(),
        "config": one.config,
        "prompt": one.prompt,
        "agents": list(one.agents),
        "turns": one.turns,
        "attempts": one.attempts,
        "tokens": one.tokens,
        "bytes": one.bytes,
        "end": one.end,
        "continues": one.continues or None,
        "format": one.format,
    }


def row_of(one: Summary) -> Row:
    """One session in the columns of `HEADS`."""
    tokens = "—" if one.tokens is None else f"{'' if one.counted else '~'}{short(one.tokens)}"
    return (
        one.id,
        f"{one.at.astimezone():%Y-%m-%d %H:%M}",
        one_line(short_name(one.config), CONFIG),
        one_line(name_of(one), 400),
        str(len(one.agents)),
        str(one.turns),
        tokens,
        size(one.bytes),
        one.ended,
    )


def name_of(one: Summary) -> str:
    """What a session is about: its own title, where the user gave it one, and the first prompt."""
    given = one.title not in ("", one.config, short_name(one.config))
    return f"[{one.title}] {one.prompt}" if given else one.prompt


def table(rows: Sequence[Row], width: int) -> list[str]:
    """The rows under their heads, in `width` cells; the prompts take the room that is left."""
    widths = [max(cells(row[place]) for row in (HEADS, *rows)) for place in range(len(HEADS))]
    others = sum(widths) - widths[PROMPT] + 2 * (len(HEADS) - 1)
    widths[PROMPT] = max(min(widths[PROMPT], width - others), NARROWEST)
    return [_line(row, widths) for row in (HEADS, *rows)]


def _line(row: Row, widths: Iterable[int]) -> str:
    told = [
        cut(text, width).rjust(width) if head in NUMBERS else _padded(cut(text, width), width)
        for head, text, width in zip(HEADS, row, widths, strict=True)
    ]
    return "  ".join(told).rstrip()


def cut(text: str, width: int) -> str:
    """A text in at most `width` cells; a longer one ends in `…`."""
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= cells(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def cells(text: str) -> int:
    """Cells that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 1 + (east_asian_width(one) in "WF") for one in text)


def short(count: int) -> str:
    """A count in few characters: `950`, `12.3k`, `4.56M`."""
    if count < 10_000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 1_000_000 else f"{count / 1_000_000:.2f}M"


def size(count: int) -> str:
    """Bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
