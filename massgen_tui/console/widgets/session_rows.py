"""What the list of kept sessions shows of each, by the room there is."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.text import Text

from massgen_tui.console.session_finder import Row
from massgen_tui.console.widgets.gauges import UNKNOWN
from massgen_tui.store.config_name import short_name
from massgen_tui.store.hits import Line
from massgen_tui.store.summary import Summary
from massgen_tui.text import clean, one_line

PADDING = 2
"""Columns between two cells."""
HIT = "bold underline"


class Column(NamedTuple):
    """One column of the list."""

    name: str
    width: int
    say: Callable[[Summary], str]
    from_width: int = 0
    """It stands only where the terminal is at least so wide."""
    right: bool = False


def tokens(one: Summary) -> str:
    """Completion tokens; `~` where pieces were counted."""
    if one.tokens is None:
        return UNKNOWN
    count = str(one.tokens) if one.tokens < 10_000 else f"{one.tokens / 1000:.1f}k"
    return count if one.counted else f"~{count}"


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


COLUMNS = (
    Column("when", 16, lambda one: f"{one.at.astimezone():%Y-%m-%d %H:%M}"),
    Column("id", 8, lambda one: one.id, 110),
    Column("config", 16, lambda one: one_line(short_name(one.config), 16), 100),
    Column("agents", 6, lambda one: str(len(one.agents)), 140, right=True),
    Column("turns", 5, lambda one: str(one.turns), 90, right=True),
    Column("tokens", 7, tokens, 0, right=True),
    Column("size", 8, lambda one: size(one.bytes), 140, right=True),
    Column("end", 7, lambda one: one.ended),
)


def columns(width: int) -> list[Column | None]:
    """The columns in so much room; None is the text, which takes what is left."""
    shown: list[Column | None] = [one for one in COLUMNS if width >= one.from_width]
    shown.insert(next(i for i, one in enumerate(shown) if one and one.name == "tokens"), None)
    return shown


def text_width(width: int) -> int:
    """Columns that are left for the text."""
    taken = [one.width for one in columns(width) if one is not None]
    return max(width - sum(taken) - PADDING * (len(taken) + 1), 12)


def heading(width: int) -> Text:
    """The names of the columns."""
    return _line([Text("prompt" if one is None else one.name) for one in columns(width)], width)


def line_of(row: Row, width: int) -> Text:
    """One row of the list, as one cell: Textual 8.2 takes 0.15 ms for each that is drawn."""
    said = [_text(row) if one is None else Text(one.say(row.session)) for one in columns(width)]
    return _line(said, width)


def _line(said: Sequence[Text], width: int) -> Text:
    line = Text(no_wrap=True, end="")
    for column, text in zip(columns(width), said, strict=True):
        room = text_width(width) if column is None else column.width
        if column is not None and column.right:
            text.align("right", room)
        else:
            text.truncate(room, overflow="ellipsis", pad=True)
        line.append_text(text).append(" " * PADDING)
    return line


def preview(row: Row) -> Text:
    """A session in some lines: what it is, and its first prompt or what was found."""
    one = row.session
    facts = [
        one_line(one.title, 80),
        _many(one.turns, "turn"),
        _many(one.attempts, "answer"),
        f"{tokens(one)} tokens",
        size(one.bytes),
        one.ended,
        *([f"continues {one.continues}"] if one.continues else []),
    ]
    agents = one_line(", ".join(one.agents), 200)
    more = f", and {_many(row.more, 'more text')}" if row.more else ""
    return Text.assemble(
        (f"{one.id}  ", "bold"),
        f"{'  '.join(facts)}\n",
        f"{agents}   {one_line(one.config, 200)}\n\n",
        *([(f"{row.where}{more}: ", "bold")] if row.where else []),
        _marked(row),
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _marked(row: Row) -> Text:
    shown, hit = Text(clean(row.text)), row.line.text[row.line.start : row.line.end]
    if row.where and hit:
        place = shown.plain.find(hit)
        if place >= 0:
            shown.stylize(HIT, place, place + len(hit))
    return shown


def _text(row: Row) -> Text:
    line: Line = row.line
    given = row.session.title not in ("", row.session.config, short_name(row.session.config))
    title = f"[{one_line(row.session.title, 40)}] " if given and not row.where else ""
    said = Text(title + line.text, no_wrap=True, overflow="ellipsis")
    if row.where:
        said.stylize(HIT, line.start, line.end)
    return said


def how_many(rows: Sequence[Row], more: int, *, searched: bool) -> str:
    """How many there are, for the title."""
    if searched:
        found = f"{len(rows)} found" if rows else "nothing is found"
        return f"{found}, and {more} more" if more else found
    return _many(len(rows), "session")
