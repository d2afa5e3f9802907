"""The help, made of the table of actions and the user's own keys."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.keys import remapped, shown
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.widgets.laid_once import LaidOnce
from massgen_tui.terminal import in_browser

NOTES = """
A prompt goes to all agents; @id at its very start asks one, @@ is a plain @.
A word like @./notes.md or @src/x.py sends that file along, in a fenced block.
A prompt to an agent that still answers waits for it; esc takes it back.
Cold (R): the server does not use its prefix cache, so TTFT is that of a new prompt.
Plain digits go to a pane when a pane has the focus; other letters go to the prompt.
f10 does what esc does, everywhere: GNU screen keeps esc to itself while the mouse is on.
Editing: ctrl+z undo, ctrl+y redo, ctrl+k, ctrl+u, ctrl+w, ctrl+x cut, ctrl+v paste.
Every key can be changed by the name at its right, for all configs in the user's settings
(keymap: {rerun: ctrl+e}), or in one config (ui: {keymap: {rerun: ctrl+e}}).
"""
IN_BROWSER = """
A browser keeps ctrl+t, ctrl+n and ctrl+w to itself, but not in a window of its own: install the
page, or open it by chromium --app=ADDRESS. ctrl+backspace deletes a word, as ctrl+w would.
ctrl+v pastes from the browser's clipboard, what is copied goes there, and files are downloads.
"""

_ORDER = (
    *("Prompt", "Answers", "View", "Pane", "Request", "Sidebar"),
    *("Program", "Parameters", "Sessions", "Answers and votes", "Compare", "Replay"),
)
_TITLES = {
    "Pane": "In a pane",
    "Request": "In a request",
    "Sidebar": "In the sidebar",
    "Parameters": "While parameters are changed",
    "Sessions": "In the list of sessions",
    "Answers and votes": "In the answers and votes",
    "Compare": "While comparing",
    "Replay": "In a replay",
}
_KEYS = 14
"""Columns of the keys."""


def help_screen(keymap: Mapping[str, str]) -> TextModal:
    """The sheet of all keys; `keymap` has the user's own, by the action's id."""
    titled = [
        (_TITLES.get(group, group), [one for one in ACTIONS if one.group == group])
        for group in _ORDER
    ]
    plain = [line for title, keys in titled for line in (title, *_lines(keys, keymap), "")]
    notes = NOTES.strip() + (IN_BROWSER.rstrip() if in_browser() else "")
    text = Text("\n".join([*plain, notes]))
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(width=_KEYS)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    for title, keys in titled:
        table.add_row(Text(title, "bold", no_wrap=True))
        for key in keys:
            names = Padding(Text(shown(remapped(key, keymap)), "bold"), (0, 0, 0, 2))
            table.add_row(names, Text(key.text), Text(key.id, "dim"))
        table.add_row()
    return TextModal("Keys", text, shown=LaidOnce(Group(table, Text(notes))), scrolls=True)


def keys_in(keymap: Mapping[str, str], *scopes: Scope) -> TextModal:
    """The sheet of the keys that act in these scopes."""
    told = (
        f"{shown(remapped(one, keymap)):<26} {one.text}" for one in ACTIONS if one.scope in scopes
    )
    return TextModal("Keys", "\n".join(told))


def _lines(keys: Iterable[Action], keymap: Mapping[str, str]) -> Iterator[str]:
    for key in keys:
        yield f"  {shown(remapped(key, keymap)):<30} {key.text:<54} {key.id}"
