"""What is made of the keys in the table of actions: bindings, their names, and what was typed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_table import ACTIONS, acting_in, by_id
from massgen_tui.console.terminal.keyboard import Keyboard

NO_KEY = "no_key"
"""A name that no key has: Textual keeps the old keys of a binding that is given none."""
_KNOWN = {action.id: action for action in ACTIONS}
_MAIN = frozenset({Scope.MAIN, Scope.APP})
_TOGETHER = (
    _MAIN | {Scope.PROMPT},
    _MAIN | {Scope.PANE, Scope.DIGIT, Scope.IN_PANE},
    _MAIN | {Scope.SIDEBAR},
    frozenset({Scope.WATCH, Scope.SIDEBAR}),
    frozenset({Scope.APP, Scope.SHEET}),
    frozenset({Scope.APP, Scope.QUESTION}),
    frozenset({Scope.APP, Scope.SESSIONS}),
    frozenset({Scope.APP, Scope.ENTRY}),
    frozenset({Scope.APP, Scope.PANEL}),
    frozenset({Scope.APP, Scope.ADD}),
    frozenset({Scope.APP, Scope.REQUEST, Scope.SHEET}),
    frozenset({Scope.APP, Scope.AGREEMENT}),
    frozenset({Scope.APP, Scope.COMPARE}),
)
"""Scopes whose keys act in one place. A replay has its keys before those of others."""


def beside(one: Scope, other: Scope) -> bool:
    """Whether a key could mean an action of either scope in the same place."""
    return one is other or any({one, other} <= scopes for scopes in _TOGETHER)


def bindings(*scopes: Scope) -> list[BindingType]:
    """The Textual bindings of these scopes, each with its id."""
    return [
        Binding(one.keys, one.bound, one.sentence, show=False, id=one.id, priority=one.first)
        for one in acting_in(*scopes)
    ]


def remapped(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys that do this for this user; one that the user gave to another action is its no more.

    So it is for actions that the key could mean in the same place.
    """
    own = keymap.get(action.id)
    if own:
        return own
    taken = {
        key.strip()
        for id, keys in keymap.items()
        if id in _KNOWN and beside(_KNOWN[id].scope, action.scope)
        for key in keys.split(",")
    }
    left = [key for key in action.keys.split(",") if key not in taken]
    return ",".join(left)


def keymap_of(keymap: Mapping[str, str]) -> dict[str, str]:
    """The user's keymap, and what of the others' keys it leaves them."""
    changed = {one.id: remapped(one, keymap) for one in ACTIONS if one.keys}
    return dict(keymap) | {
        id: keys or NO_KEY
        for id, keys in changed.items()
        if keys != _KNOWN[id].keys and id not in keymap
    }


NAMES = {
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
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
}


def shown(keys: str) -> str:
    """Keys as people write them: `esc`, `?`, `ctrl+o, f2`."""
    return ", ".join(_named(key.strip()) for key in keys.split(",")) or "–"


def acting(screen: Screen[Any]) -> dict[str, str]:
    """The first key of each binding that acts on a screen now, by its id, as people write it."""
    found: dict[str, str] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.id and key != NO_KEY:
            found.setdefault(active.binding.id, shown(key))
    return found


def _named(key: str) -> str:
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, NAMES.get(last, last)])


def name_of(id: str, keymap: Mapping[str, str]) -> str:
    """The first key that does this for this user, as people write it."""
    return shown(remapped(by_id(id), keymap).partition(",")[0])


def with_key(action: Action, keymap: Mapping[str, str]) -> str:
    """What an action does, and the key by which it does so for this user, if any."""
    key = remapped(action, keymap).partition(",")[0]
    place = " in a pane" if action.scope in (Scope.PANE, Scope.IN_PANE) else ""
    return f"{action.sentence} ({shown(key)}{place})" if key else action.sentence


def keys_of(typed: str) -> list[events.Event]:
    """The keys by which a text was typed, each line of it ended by enter."""
    keyboard, data = Keyboard(), typed.replace("\n", "\r").encode()
    messages = [*keyboard.sent(data, 0.0), *keyboard.later(math.inf)]
    return [one for one in messages if isinstance(one, events.Key | events.Paste)]


def quits(event: events.Event, before: list[events.Event]) -> bool:
    """Whether a key quits at once: when nothing was typed, or on second thought."""
    keys = [event, *before[-1:]]
    return all(isinstance(key, events.Key) and key.key == "ctrl+q" for key in keys)


def asks_help(keys: Sequence[events.Event]) -> bool:
    """Whether the first of these keys opens the help, for who has no keys of their own."""
    first = keys[0] if keys else None
    return isinstance(first, events.Key) and first.key == by_id("help").keys


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
