"""Every key of the console, as data: bindings, help and foot line are made from it.

Chosen so that each works while a prompt is typed and passes tmux, screen and the text area:
no ctrl+a, ctrl+b, ctrl+s, ctrl+digit and no alt. The text area keeps its editing keys
(ctrl+z, k, u, w, x, y).
"""

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from massgen_tui.console.terminal.keyboard import Keyboard


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does."""

    id: str
    """The name it is remapped by: `ui.keymap: {rerun: ctrl+e}`."""
    keys: str
    """Comma-separated, as Textual names them."""
    action: str
    text: str
    """What it does, in a few words."""
    group: str
    foot: str = ""
    """Its word in the foot line; empty: not shown there."""
    first: bool = True
    """Acts before the focused widget sees the key, so that it works while typing."""


APP_KEYS: tuple[Key, ...] = (
    Key("quit", "ctrl+q", "quit", "quit; asks once while agents answer", "Program", foot="quit"),
    Key(
        "palette", "ctrl+p", "command_palette", "every command by name", "Program", foot="commands"
    ),
    # Textual's screen copies and keeps the key; it comes to us when nothing is selected.
    Key("copy", "ctrl+c", "help_quit", "copy what is selected", "Program", first=False),
)
"""What acts on every screen."""

# GNU screen hands on no esc by itself while the mouse is reported: there the other is named first
_STOP = "f10,escape" if os.environ.get("STY") else "escape,f10"

MAIN_KEYS: tuple[Key, ...] = (
    Key("rerun", "ctrl+r", "app.rerun", "ask again: all, or the focused pane", "Answers", "rerun"),
    Key(
        "stop",
        _STOP,
        "app.stop",
        "close what is open; else stop: all, or the focused pane",
        "Answers",
        "stop",
    ),
    Key("reasoning", "ctrl+t", "reasoning", "show or fold the reasoning", "View", "reasoning"),
    Key("sidebar", "ctrl+o,f2", "sidebar", "servers and GPUs", "View", "sidebar"),
    Key("help", "f1", "app.help", "this help", "Program", "help"),
    Key("new", "ctrl+n", "app.new", "new conversation: all, or the focused pane", "Answers", "new"),
    Key("zoom", "f4", "zoom", "one pane at full size, and back", "View"),
    Key("goto", "ctrl+g", "goto", "go to a pane by its number, s: the sidebar", "View", "pane"),
    Key("next", "tab", "next(1)", "complete an @agent, else the next pane", "View"),
    Key("previous", "shift+tab", "next(-1)", "the pane before", "View"),
)
"""What acts on the main screen wherever the focus is."""

PROMPT_KEYS: tuple[Key, ...] = (
    Key("send", "enter", "send", "send to all agents, or to @agent", "Prompt", "send"),
    Key("newline", "ctrl+j,shift+enter,alt+enter", "newline", "new line", "Prompt"),
    Key("earlier", "up", "earlier", "earlier prompts, from the first line", "Prompt"),
    Key("later", "down", "later", "later prompts, from the last line", "Prompt"),
)
"""What acts while the prompt has the focus, beside the text area's editing keys."""

PANE_KEYS: tuple[Key, ...] = (
    Key("pane.zoom", "z", "in_pane('screen.zoom')", "full size, and back", "Pane", "zoom"),
    Key("pane.search", "slash", "in_pane('screen.search')", "find in this pane", "Pane", "find"),
    Key("pane.retry", "r", "in_pane('app.rerun')", "ask this agent again", "Pane", "retry"),
    Key("pane.wait", "w", "in_pane('app.wait')", "send it when the server is up", "Pane"),
    Key("pane.request", "i", "in_pane('app.request')", "the request as sent", "Pane", "request"),
    Key("pane.help", "question_mark", "in_pane('app.help')", "this help", "Pane"),
    Key("pane.suspend", "ctrl+z", "in_pane('app.suspend_process')", "suspend to the shell", "Pane"),
)
"""What acts while a pane has the focus; scrolling and copying are the pane's own."""

DIGIT_KEYS: tuple[Key, ...] = tuple(
    Key(f"pane.{digit}", str(digit), f"pane({digit or 10})", f"go to pane {digit or 10}", "")
    for digit in range(10)
)
"""Plain digits in a pane: 1 to 9, and 0 for the tenth."""


WATCH_KEYS: tuple[Key, ...] = (
    Key("watch.quit", "q,escape", "quit", "quit", "", first=False),
    Key("watch.leave", "ctrl+q,ctrl+c", "quit", "quit, whatever is open", ""),
    Key("watch.palette", "ctrl+p", "command_palette", "every command by name", ""),
)
"""What acts in `massgen-tui watch`, beside the sidebar's own."""


def bindings(*groups: Iterable[Key]) -> list[BindingType]:
    """The Textual bindings of these keys, each with its id."""
    return [
        Binding(key.keys, key.action, key.text, show=False, id=key.id, priority=key.first)
        for group in groups
        for key in group
    ]


def remapped(key: Key, keymap: Mapping[str, str]) -> str:
    """The keys that do this for this user."""
    return keymap.get(key.id) or key.keys


_NAMES = {
    "escape": "esc",
    "question_mark": "?",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "slash": "/",
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


ALL_KEYS: tuple[Key, ...] = (
    *MAIN_KEYS,
    *PROMPT_KEYS,
    *PANE_KEYS,
    *DIGIT_KEYS,
    *APP_KEYS,
    *WATCH_KEYS,
)


def name_of(id: str, keymap: Mapping[str, str]) -> str:
    """The first key that does this for this user, as people write it."""
    key = next(key for key in ALL_KEYS if key.id == id)
    return shown(remapped(key, keymap).partition(",")[0])


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
