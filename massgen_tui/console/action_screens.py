"""The part of the table of actions that is for screens of their own: kept sessions, comparing."""

import os

from massgen_tui.console.action import Action, Scope

_PANE, _KEPT, _COMPARE = Scope.PANE, Scope.SESSIONS, Scope.COMPARE

# GNU screen hands on no esc by itself while the mouse is reported: there the other is named first
STOP = "f10,escape" if os.environ.get("STY") else "escape,f10"

ANSWERS: tuple[Action, ...] = (
    Action(
        _PANE,
        "pane.compare",
        "d",
        "app.compare",
        "compare the answer with another",
        palette="Compare",
        in_readme=True,
    ),
    Action(
        _PANE,
        "pane.repeat",
        "x",
        "app.repeat",
        "ask it again several times",
        palette="Repeat",
        in_readme=True,
        sends=True,
    ),
)
"""What opens them from a pane, and gives them something to show."""

KEPT: tuple[Action, ...] = (
    Action(_KEPT, "sessions.open", "enter", "open", "read it", foot="read"),
    Action(_KEPT, "sessions.resume", "ctrl+r", "resume", "go on with it", foot="go on"),
    Action(_KEPT, "sessions.rename", "ctrl+t", "rename", "another title", foot="title"),
    Action(_KEPT, "sessions.remove", "ctrl+d", "remove", "remove it; asks", foot="remove"),
    Action(_KEPT, "sessions.compare", "f6", "compare", "compare its answer", foot="compare"),
    Action(_KEPT, "sessions.close", f"{STOP},f5", "close", "search no more; close", foot="close"),
    Action(Scope.ENTRY, "entry.close", STOP, "close", "leave it as it is"),
    Action(_KEPT, "sessions.down", "down", "move(1)", "next"),
    Action(_KEPT, "sessions.up", "up", "move(-1)", "before"),
    Action(_KEPT, "sessions.page-down", "pagedown", "page(1)", "page down"),
    Action(_KEPT, "sessions.page-up", "pageup", "page(-1)", "page up"),
)
"""While kept sessions are listed."""

COMPARING: tuple[Action, ...] = (
    Action(_COMPARE, "compare.next", "n", "step(1)", "next difference", foot="next"),
    Action(_COMPARE, "compare.before", "N", "step(-1)", "difference before", foot="before"),
    Action(_COMPARE, "compare.baseline", "b", "baseline", "next baseline", foot="baseline"),
    Action(_COMPARE, "compare.sort", "s", "sort", "sort by the next column", foot="sort"),
    Action(_COMPARE, "compare.turn", "S", "turn", "sort the other way round"),
    Action(_COMPARE, "compare.left", "1", "choose(0)", "choose the left answer", foot="left"),
    Action(_COMPARE, "compare.right", "2", "choose(1)", "choose the right answer", foot="right"),
    Action(_COMPARE, "compare.swap", "w", "swap", "the left answer to the right"),
    Action(_COMPARE, "compare.copy", "y,c", "copy", "copy it as Markdown", foot="copy"),
    Action(_COMPARE, "compare.close", "escape,q,f10", "close", "close", foot="close"),
    Action(_COMPARE, "compare.down", "down,j", "scroll(1)", "down"),
    Action(_COMPARE, "compare.up", "up,k", "scroll(-1)", "up"),
    Action(_COMPARE, "compare.page-down", "pagedown,space", "page(1)", "page down"),
    Action(_COMPARE, "compare.page-up", "pageup", "page(-1)", "page up"),
    Action(_COMPARE, "compare.start", "home,g", "edge('start')", "start"),
    Action(_COMPARE, "compare.end", "end,G", "edge('end')", "end"),
    Action(_COMPARE, "compare.on", "right,l", "columns(1)", "numbers further right"),
    Action(_COMPARE, "compare.back", "left,h", "columns(-1)", "numbers further left"),
)
"""While two answers are compared."""
