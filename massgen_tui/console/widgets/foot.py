"""The foot line: the keys that act now, as many as there is room for."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from massgen_tui.console.action import Action
from massgen_tui.console.keys import remapped, shown
from massgen_tui.console.layout import Arrangement
from massgen_tui.console.terminal.width import cells

_ALWAYS = frozenset({"help", "quit"})
"""Named whatever the width: the help tells the rest, and everyone has to find the way out."""


def foot(keys: Sequence[Action], keymap: Mapping[str, str], room: int) -> Text:
    """The words of these keys in at most `room` columns; the last that may be missing go first."""
    offered = [key for key in keys if key.foot]
    line = _line(offered, keymap)
    for key in [key for key in reversed(offered) if key.id not in _ALWAYS]:
        if cells(line.plain) <= room:
            break
        offered.remove(key)
        line = _line(offered, keymap)
    return line


def seen(now: Arrangement) -> str:
    """Which panes are seen, where that is not all."""
    last = now.first + now.shown
    return f" panes {now.first + 1}–{last} of {now.total} " if now.shown < now.total else ""


def _line(keys: Sequence[Action], keymap: Mapping[str, str]) -> Text:
    line = Text("")
    for key in keys:
        name = shown(remapped(key, keymap).partition(",")[0])
        line.append(f" {name}", "bold").append(f" {key.foot} ")
    return line
