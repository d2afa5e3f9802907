"""What an action of the console is: one value of which all that is told of it is made."""

from enum import StrEnum
from typing import NamedTuple

from massgen_tui.terminal import in_browser


class Scope(StrEnum):
    """Where the keys of an action act, and what runs it."""

    APP = "app"
    """On every screen."""
    MAIN = "main"
    """On the main screen, wherever the focus is."""
    PROMPT = "prompt"
    """While the prompt has the focus, beside the text area's editing keys."""
    PANE = "pane"
    """While a pane has the focus; the main screen runs it."""
    DIGIT = "digit"
    """The same; not told one by one."""
    IN_PANE = "in pane"
    """While a pane has the focus; the pane runs it."""
    SIDEBAR = "sidebar"
    """While the sidebar has the focus."""
    SHEET = "sheet"
    """While a sheet is read."""
    REQUEST = "request"
    """While what was sent and what came is read, beside the sheet's own."""
    QUESTION = "question"
    """While something is asked: whether to quit."""
    SESSIONS = "sessions"
    """In the list of kept sessions, while one types what to search for too."""
    ENTRY = "entry"
    """While one line is asked for."""
    START = "start"
    """On the screen of beginnings."""
    FOUND = "found"
    """While servers that were found are chosen from."""
    AGREEMENT = "agreement"
    """While the answers and votes of a coordination are read."""
    ADD = "add"
    """While the address of another agent is typed."""
    PANEL = "panel"
    """While it is said what an agent is asked with."""
    COMPARE = "compare"
    """While two answers are compared."""
    REPLAY = "replay"
    """While a kept session is shown again."""
    WATCH = "watch"
    """In `massgen-tui watch`, beside the sidebar's own."""
    PALETTE = "palette"
    """It has no key: only the palette offers it."""


def reserved(key: str, second: str) -> str:
    """A key that browsers keep to themselves, and another that does the same.

    Where the console is drawn in a browser the second is named first. In a window of its own
    (installed, or `--app`) the first comes through too.
    """
    return f"{second},{key}" if in_browser() else f"{key},{second}"


_FIRST = frozenset(
    {Scope.APP, Scope.MAIN, Scope.PROMPT, Scope.PANE, Scope.DIGIT}
    | {Scope.SESSIONS, Scope.REPLAY, Scope.WATCH, Scope.PANEL, Scope.ADD}
)
_LATER = frozenset({"copy", "watch.help", "watch.quit"})
"""Textual's screen copies and keeps the key: it comes to us when nothing is selected. What quits
`watch` closes what is open first."""
_GROUPS = {
    Scope.APP: "Program",
    Scope.PROMPT: "Prompt",
    Scope.PANE: "Pane",
    Scope.IN_PANE: "Pane",
    Scope.SIDEBAR: "Sidebar",
    Scope.REQUEST: "Request",
    Scope.SESSIONS: "Sessions",
    Scope.AGREEMENT: "Answers and votes",
    Scope.PANEL: "Parameters",
    Scope.ADD: "Parameters",
    Scope.COMPARE: "Compare",
    Scope.REPLAY: "Replay",
}


class Action(NamedTuple):
    """One thing that the user can have done."""

    scope: Scope
    id: str
    """The name it is remapped by: `ui.keymap: {rerun: ctrl+e}`."""
    keys: str
    """Comma-separated, as Textual names them."""
    run: str
    """The Textual action, of the scope's own screen or widget, or `app.…`."""
    text: str
    """What it does, in a few words."""
    view: str = ""
    """Its heading in the help, where that is not the scope's."""
    foot: str = ""
    """Its word in the foot line; empty: not shown there."""
    palette: str = ""
    """Its name in the palette; empty: not offered there."""
    in_readme: bool = False
    """README's table of keys has it, as it has all of the main screen and the app."""
    only_in_pane: bool = False
    """The palette offers it only while a pane has the focus."""
    sends: bool = False
    """It sends, or ends what was sent: a replay does not offer it."""
    searched: bool = False
    """The palette offers it only once something is typed."""

    @property
    def group(self) -> str:
        """Its heading in the help; empty: not told there."""
        return self.view or _GROUPS.get(self.scope, "")

    @property
    def first(self) -> bool:
        """Acts before the focused widget sees the key, so that it works while typing."""
        return self.scope in _FIRST and self.id not in _LATER

    @property
    def bound(self) -> str:
        """The Textual action of its keys: a pane's letters act only while a pane has the focus."""
        return f"in_pane({self.run!r})" if self.scope is Scope.PANE else self.run

    @property
    def sentence(self) -> str:
        """What it does, as a line of its own."""
        return self.text[:1].upper() + self.text[1:]
