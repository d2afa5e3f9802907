"""The help, made from the bindings as they are now."""

from collections.abc import Iterable, Mapping

from rich.text import Text
from textual.binding import Binding

from massgen_tui.console.keys import (
    APP_KEYS,
    MAIN_KEYS,
    PANE_KEYS,
    PROMPT_KEYS,
    Key,
    remapped,
    shown,
)
from massgen_tui.console.screens.sheet import Sheet

NOTES = """
A prompt goes to all agents; @id at its very start asks one, @@ is a plain @.
A prompt to an agent that still answers waits for it; esc takes it back.
Plain digits go to a pane when a pane has the focus; other letters go to the prompt.
Editing: ctrl+z undo, ctrl+y redo, ctrl+k, ctrl+u, ctrl+w, ctrl+x cut, ctrl+v paste.
Every key can be changed in the config, by the name at its right: ui: {keymap: {rerun: ctrl+e}}
"""


def help_screen(keymap: Mapping[str, str], own: Iterable[Binding]) -> Sheet:
    """The sheet of all keys.

    Args:
        keymap: the user's own keys, by binding id.
        own: the bindings that panes and sidebar declare for themselves.
    """
    theirs = [_as_key(binding) for binding in own if binding.id and binding.description]
    groups: dict[str, list[Key]] = {}
    for key in (*MAIN_KEYS, *PROMPT_KEYS, *PANE_KEYS, *theirs, *APP_KEYS):
        groups.setdefault(key.group, []).append(key)
    text = Text()
    for group in ("Prompt", "Answers", "View", "Pane", "Sidebar", "Program"):
        title = {"Pane": "In a pane", "Sidebar": "In the sidebar"}.get(group, group)
        text.append(f"{title}\n", "bold")
        for key in groups.get(group, ()):
            text.append(f"  {shown(remapped(key, keymap)):<14} ", "bold")
            text.append(f"{key.text} ").append(f"({key.id})\n", "dim")
        text.append("\n")
    text.append(NOTES.strip())
    return Sheet("Keys", text)


def _as_key(binding: Binding) -> Key:
    id = binding.id or ""
    group = "Sidebar" if id.startswith("sidebar.") else "Pane"
    return Key(id, binding.key, binding.action, binding.description, group)
