"""What stands in a pane that was never asked, and around it: rows of plain values.

The first frame draws them before there is a session, a pane with its agent later: neither needs to
know more than names. What this imports, the first frame waits for.
"""

from collections.abc import Sequence
from typing import NamedTuple

from massgen_tui.console.stream.rows import Row, inner_width, line_rows
from massgen_tui.console.stream.wrap import Span, crop
from massgen_tui.console.terminal.width import drawn as cells
from massgen_tui.text import one_line

PLAIN, HEAVY = "┌─┐│└┘", "┏━┓┃┗┛"
READY: Span = ("ready", "dim")
"""The state of an agent that can be asked."""
FOOT_FROM = 8
"""Panes this high have a row for the foot; in lower ones it stands in the bottom edge."""
_DOT = " · "


class Around(NamedTuple):
    """The lines of a frame."""

    glyphs: str = PLAIN
    style: str = "frame"
    focused: bool = False


class Named(NamedTuple):
    """Who stands in a pane."""

    number: int
    id: str
    model: str
    provider: str = ""
    server: str = ""
    system: str = ""
    context: int | None = None
    changed: bool = False
    """It is asked otherwise than its config says."""


def title_row(who: Named, said: Span, width: int, around: Around) -> Row:
    """Number, id, model, server and, at the right, the state, which never gives way."""
    state, state_style = said
    glyphs, style, focused = around
    mark = "»" if focused else glyphs[1]
    told = f" {state} " if state else ""
    room = width - 2 - len(mark) - (cells(told) + 1)
    left = _name(who, room - 1)
    line = max(room - cells(left) - 1, 0)
    spans: tuple[Span, ...] = (
        (glyphs[0] + mark, style),
        (f"{left} ", "title"),
        (glyphs[1] * line, style),
        (told, state_style),
        (glyphs[1] + glyphs[2], style),
    )
    return Row(spans, bare=True, fill=style)


def _name(who: Named, room: int) -> str:
    model = one_line(who.model, 120)
    name = f"{who.number} {one_line(who.id, 60)}{'*' if who.changed else ''}"
    short = model.rpartition("/")[2]
    choices = [
        _DOT.join(filter(None, (name, model, who.provider))),
        _DOT.join(filter(None, (name, short, who.provider))),
        _DOT.join(filter(None, (name, short))),
    ]
    for choice in choices:
        if cells(choice) <= room:
            return choice
    return crop(choices[-1] if room > cells(name) + 8 else name, max(room, 0))


def facts(who: Named, width: int) -> list[Row]:
    """What is to be known of an agent before it is asked."""
    known = {
        "model": who.model,
        "server": _DOT.join(filter(None, (who.provider, who.server))),
        "system": who.system,
        "context": f"{who.context} tokens" if who.context else "",
    }
    rows: list[Row] = []
    for name, value in known.items():
        if value:
            line = ((one_line(value, 300), "dim"),)
            rows += line_rows(
                line, width, first=((f"{name:<8}", "rule"),), rest=((" " * 8, "dim"),)
            )
    return rows


def bottom_row(
    width: int, below: int, around: Around, parts: Sequence[Span] = (), found: str = ""
) -> Row:
    """The lower edge: how much is below, and numbers for which there is no row or no room."""
    glyphs, style, _ = around
    low = f" ↓ {below} line{'' if below == 1 else 's'} below " if below else ""
    if cells(low) > width - 4:
        low = f"↓{below}"[: max(width - 4, 0)]
    room = width - 3 - cells(low)
    if found and room > 6:
        parts = [(crop(found, room - 3), "mark.b"), *parts]
    spans: list[Span] = [(glyphs[4] + glyphs[1], style)]
    inner, _ = fit(parts, room - 3)
    if inner:
        spans += [(" ", "text"), *inner, (" ", "text")]
        room -= sum(cells(text) for text, _ in inner) + 2
    spans += [
        (glyphs[1] * max(room - 1, 0), style),
        (low, "mark"),
        (glyphs[1] + glyphs[5], style),
    ]
    return Row(tuple(span for span in spans if span[0]), bare=True, fill=style)


def fit(parts: Sequence[Span], width: int) -> tuple[tuple[Span, ...], list[Span]]:
    """The parts that fit, with dots between them, and those that do not."""
    spans: list[Span] = []
    rest: list[Span] = []
    room = width
    for text, style in parts:
        dot = _DOT if spans else ""
        need = cells(text) + len(dot)
        if need > room:
            rest.append((text, style))
            continue
        if dot:
            spans.append((dot, "dim"))
        spans.append((text, style))
        room -= need
    return tuple(spans), rest


def window(height: int) -> int:
    """Rows for the conversation in a pane of this height."""
    return max(height - 2 - (height >= FOOT_FROM), 1)


def empty_pane(who: Named, said: Span, width: int, height: int, *, told: bool) -> list[Row]:
    """A pane that was never asked, row by row; `told`: with its facts."""
    around, room = Around(), window(height)
    body = facts(who, inner_width(width)) if told else []
    below = max(len(body) - room, 0)
    body = body[:room] + [Row()] * (height - 2 - min(len(body), room))
    return [
        title_row(who, said, width, around),
        *body,
        bottom_row(width, below, around),
    ][:height]
