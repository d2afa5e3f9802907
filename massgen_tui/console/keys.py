"""What is made of the keys in the table of actions: bindings, their names, and what was typed."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_table import ACTIONS, acting_in, by_id
from massgen_tui.console.terminal.keyboard import Keyboard


def bindings(*scopes: Scope) -> list[BindingType]:
    """The Textual bindings of these scopes, each with its id."""
    return [
        Binding(one.keys, one.bound, one.sentence, show=False, id=one.id, priority=one.first)
        for one in acting_in(*scopes)
    ]


def remapped(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys that do this for this user."""
    return keymap.get(action.id) or action.keys


def unknown(keymap: Mapping[str, str]) -> list[str]:
    """The names in a keymap that no action with a key has."""
    known = {action.id for action in ACTIONS if action.keys}
    return sorted(id for id in keymap if id not in known)


_NAMES = {
    "escape": "esc",
    "question_mark": "?",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def shown(keys: str) -> str:
    """Keys as people write them: `esc`, `?`, `ctrl+o, f2`."""
    return ", ".join(_named(key.strip()) for key in keys.split(","))


def acting(screen: Screen[Any]) -> dict[str, str]:
    """The first key of each binding that acts on a screen now, by its id, as people write it."""
    found: dict[str, str] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.id:
            found.setdefault(active.binding.id, shown(key))
    return found


def _named(key: str) -> str:
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, _NAMES.get(last, last)])


def name_of(id: str, keymap: Mapping[str, str]) -> str:
    """The first key that does this for this user, as people write it."""
    return shown(remapped(by_id(id), keymap).partition(",")[0])


def keys_of(typed: str) -> list[events.Event]:
    """The keys by which a text was typed, each line of it ended by enter."""
    keyboard, data = Keyboard(), typed.replace("\n", "\r").encode()
    messages = [*keyboard.sent(data, 0.0), *keyboard.later(math.inf)]
    return [one for one in messages if isinstance(one, events.Key | events.Paste)]


def quits(event: events.Event, before: list[events.Event]) -> bool:
    """Whether a key quits at once: when nothing was typed, or on second thought."""
    keys = [event, *before[-1:]]
    return all(isinstance(key, events.Key) and key.key == "ctrl+q" for key in keys)


def typed_by(keys: Iterable[events.Event]) -> str:
    """What keys make of an empty line, as far as it can be told without a text area."""
    text = ""
    for key in keys:
        if isinstance(key, events.Paste):
            text += key.text
        elif isinstance(key, events.Key) and key.key == "backspace":
            text = text[:-1]
        elif isinstance(key, events.Key) and key.key == "enter":
            text += " ⏎ "
        elif isinstance(key, events.Key) and key.is_printable:
            text += key.character or ""
    return text
