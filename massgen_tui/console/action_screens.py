"""The part of the table of actions for screens of their own: kept sessions, replays, comparing."""

import os

from massgen_tui.console.action import Action, Scope, reserved

_PANE, _KEPT, _COMPARE = Scope.PANE, Scope.SESSIONS, Scope.COMPARE
_REPLAY = Scope.REPLAY
_SHEET, _WATCH = Scope.SHEET, Scope.WATCH

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

_TITLE = reserved("ctrl+t", "f7")

KEPT: tuple[Action, ...] = (
    Action(_KEPT, "sessions.open", "enter", "open", "read it", foot="read"),
    Action(_KEPT, "sessions.resume", "ctrl+r", "resume", "go on with it", foot="go on"),
    Action(_KEPT, "sessions.rename", _TITLE, "rename", "another title", foot="title"),
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

REPLAYING: tuple[Action, ...] = (
    Action(_REPLAY, "replay.pause", "space", "pause", "pause, and play on", foot="pause"),
    Action(
        _REPLAY,
        "replay.next",
        "full_stop",
        "step(1)",
        "to where something happened next",
        foot="step",
    ),
    Action(_REPLAY, "replay.before", "comma", "step(-1)", "to where something happened before"),
    Action(_REPLAY, "replay.on", "right", "seek(1)", "5 s on", foot="5 s"),
    Action(_REPLAY, "replay.back", "left", "seek(-1)", "5 s back"),
    Action(
        _REPLAY, "replay.turn", "greater_than_sign", "skip(1)", "to the next prompt", foot="turn"
    ),
    Action(_REPLAY, "replay.turn-before", "less_than_sign", "skip(-1)", "to the prompt before"),
    Action(_REPLAY, "replay.start", "home", "edge(-1)", "to the beginning"),
    Action(_REPLAY, "replay.end", "end", "edge(1)", "to the end"),
    Action(_REPLAY, "replay.faster", "plus,equals_sign", "speed(1)", "twice as fast", foot="speed"),
    Action(_REPLAY, "replay.slower", "minus", "speed(-1)", "half as fast"),
)
"""What moves the time of a session that is played again."""

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

OVER: tuple[Action, ...] = (
    Action(
        Scope.AGREEMENT, "agreement.compare", "d", "compare", "compare it with the one that won"
    ),
    Action(Scope.AGREEMENT, "agreement.close", f"{STOP},q", "close", "close"),
    Action(Scope.AGREEMENT, "agreement.pagedown", "pagedown,space", "page(1)", "page down"),
    Action(Scope.AGREEMENT, "agreement.pageup", "pageup", "page(-1)", "page up"),
    Action(Scope.START, "start.help", "f1", "help", "all keys"),
    Action(Scope.START, "start.leave", f"{STOP},ctrl+q,ctrl+c", "leave", "quit"),
    Action(Scope.FOUND, "found.pick", "space", "pick", "choose a row, or no more"),
    Action(Scope.FOUND, "found.save", "s", "save", "save it as a config"),
    Action(Scope.FOUND, "found.close", STOP, "close", "back"),
    Action(_SHEET, "sheet.close", f"{STOP},q,f1,question_mark", "close", "close"),
    Action(_SHEET, "sheet.copy", "c,y", "copy", "copy"),
    Action(_SHEET, "sheet.down", "down,j", "scroll('down')", "down"),
    Action(_SHEET, "sheet.up", "up,k", "scroll('up')", "up"),
    Action(_SHEET, "sheet.pagedown", "pagedown,space", "scroll('page_down')", "page down"),
    Action(_SHEET, "sheet.pageup", "pageup", "scroll('page_up')", "page up"),
    Action(_SHEET, "sheet.home", "home,g", "scroll('home')", "start"),
    Action(_SHEET, "sheet.end", "end,G", "scroll('end')", "end"),
    Action(Scope.QUESTION, "quit.yes", "y,enter", "answer(True)", "quit"),
    Action(Scope.QUESTION, "quit.no", f"n,{STOP}", "answer(False)", "stay"),
    Action(_WATCH, "watch.help", "f1,question_mark", "help", "all keys"),
    Action(_WATCH, "watch.quit", f"q,{STOP}", "quit", "quit"),
    Action(_WATCH, "watch.leave", "ctrl+q,ctrl+c", "quit", "quit, whatever is open"),
    Action(_WATCH, "watch.palette", "ctrl+p", "command_palette", "every command by name"),
)
"""What is read, chosen or asked over another screen, and the screens that stand alone."""
