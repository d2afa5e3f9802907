"""The user's own keys, checked against the table of actions: what cannot work is told, not bound.

Names of keys are taken as Textual has them (`pageup`), as the screen shows them (`pgup`) and as
characters (`?`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from textual.keys import Keys, key_to_character

from massgen_tui.config.model import Config
from massgen_tui.config.names import nearest
from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.keys import NAMES, beside, remapped, shown
from massgen_tui.console.terminal.key_names import key_of
from massgen_tui.late import late
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.console.widgets import prompt
else:
    # with Textual's text area, which `watch` has not
    prompt = late("massgen_tui.console.widgets.prompt")

_BY_ID = {action.id: action for action in ACTIONS}
_MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
_PLAIN = frozenset(
    key.value.rpartition("+")[2] for key in Keys if not key.value.startswith(("<", "ctrl-"))
) - {"return"}
_ASCII = {key_of(character): character for character in map(chr, range(32, 127))}
"""Textual gives no character for the names of some."""
_ALIASES = {name: key for key, name in NAMES.items() if len(name) > 1} | {"return": "enter"}
_TYPED_IN = frozenset(
    {Scope.APP, Scope.MAIN, Scope.PROMPT, Scope.SESSIONS, Scope.ENTRY, Scope.PANEL, Scope.ADD}
)
"""Scopes whose keys act while a text is typed."""
_EDITS = frozenset({"backspace", "delete", "left", "right", "home", "end"})
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"} | {
    "ctrl+left_square_bracket": "escape"
}
"""What most terminals send for a key: the same as for another."""


class OwnKeys:
    """A user's keymap of which only what can work is left, and what is told of the rest."""

    def __init__(self, keymap: Mapping[str, str], place: Callable[[str], str]) -> None:
        """Check a keymap; an earlier entry wins over a later one.

        Args:
            keymap: keys, comma-separated, by the names of actions.
            place: where the entry of an action stands, as it is told.
        """
        self.keymap: dict[str, str] = {}
        """Keys by the names of actions, as Textual names them."""
        self.warnings: list[str] = []
        self._place = place
        for id, keys in keymap.items():
            action = _BY_ID.get(id)
            if action is None or not action.keys:
                self._tell(id, _no_action(id))
                continue
            fit = [key for key in self._named(action, keys) if self._fits(action, key)]
            if fit:
                self.keymap[id] = ",".join(dict.fromkeys(fit))
        for loser, winner, key in _without_keys(self.keymap):
            told = f"takes {shown(key)} from `{loser.id}` ({loser.text}), which has no key now"
            self._tell(winner.id, told)

    def _tell(self, id: str, text: str) -> None:
        self.warnings.append(one_line(f"{self._place(id)}: {text}", 400))

    def _named(self, action: Action, keys: str) -> Iterator[str]:
        """The keys by Textual's names; those that there are not are told."""
        for written in keys.split(",") if keys.strip() != "," else [keys]:
            key = named(written.strip())
            if key:
                yield key
            elif written.strip():
                self._tell(
                    action.id, f"there is no key `{written.strip()}`: as ctrl+e, f9, pgup, ?"
                )
            else:
                self._tell(action.id, f"names no key: it stays {shown(action.keys)}")

    def _fits(self, action: Action, key: str) -> bool:
        """Whether a key can do this; what may not work everywhere is told, and can."""
        if why := self._objection(action, key):
            self._tell(action.id, why)
            return False
        if doubt := _doubt(key):
            self._tell(action.id, doubt)
        return True

    def _objection(self, action: Action, key: str) -> str:
        if action.scope in _TYPED_IN and (_character(key) or key in _EDITS):
            return f"{shown(key)} is for typing: `{action.id}` acts while a text is typed"
        everywhere = not action.first and action.scope is Scope.APP
        if everywhere and key != action.keys and key in prompt.EDITING:
            return f"{shown(key)} edits the prompt: `{action.id}` would not hear of it there"
        for id, keys in self.keymap.items():
            if (
                key in keys.split(",")
                and id != action.id
                and beside(_BY_ID[id].scope, action.scope)
            ):
                return f"{shown(key)} is taken: it is given to `{id}` too"
        return ""


def keys_of(config: Config) -> OwnKeys:
    """The keys that a config and the user's settings give, checked."""
    return OwnKeys(config.ui.keymap, lambda id: _place(config, f"ui.keymap.{id}"))


def theme_warning(config: Config, themes: Collection[str]) -> list[str]:
    """What is to be told of a theme that is not among these."""
    theme = config.ui.theme
    if not theme or theme in themes:
        return []
    there_are = ", ".join(sorted(themes))
    return [f"{_place(config, 'ui.theme')}: there is no theme {theme!r}; there are {there_are}"]


def _place(config: Config, path: str) -> str:
    """Where a value stands, as it is told: in the user's settings, or in the config."""
    own = config.own_places.get(path)
    return f"{own}: {path.removeprefix('ui.')}" if own else path


def named(key: str) -> str:
    """A key as Textual names it; empty where there is none of that name."""
    *before, last = ["+"] if key == "+" else key.replace("++", "+plus").split("+")
    modifiers = sorted({part.strip().lower() for part in before})
    if not _MODIFIERS.issuperset(modifiers):
        return ""
    if len(last) == 1:
        if modifiers == ["shift"] and last.isalpha():
            return last.upper()
        last = key_of(last.lower() if modifiers else last)
    else:
        last = last.strip().lower()
        last = _ALIASES.get(last, last)
        if last not in _PLAIN and not _character(last):
            return ""
    return "+".join([*modifiers, last])


def _character(key: str) -> str:
    """What a key without modifiers types; empty: nothing."""
    typed = key if len(key) == 1 else _ASCII.get(key) or key_to_character(key) or ""
    return typed if typed.isprintable() else ""


def _doubt(key: str) -> str:
    """Why a key may not work in some terminals; empty: it does."""
    *modifiers, last = key.split("+")
    if key in _SAME:
        return f"most terminals send {shown(_SAME[key])} for {shown(key)}"
    letter = bool(_character(last))
    rare = {"super", "hyper", "meta"}.intersection(modifiers)
    if (
        rare
        or (letter and {"ctrl", "shift"} <= set(modifiers))
        or (letter and last.isdigit() and modifiers)
    ):
        return f"{shown(key)} comes only from terminals with kitty's keyboard protocol"
    return ""


def _no_action(id: str) -> str:
    keyed = [action.id for action in ACTIONS if action.keys]
    if id in _BY_ID:
        return f"`{id}` has no key: only the palette offers it"
    near = nearest(id, keyed)
    meant = f"did you mean `{near}`? " if near else ""
    return f"`{id}` is no action: {meant}f1 has the names"


def _without_keys(keymap: Mapping[str, str]) -> Iterator[tuple[Action, Action, str]]:
    """The actions that a keymap leaves without any key, who took the last, and which."""
    for action in ACTIONS:
        if action.keys and not remapped(action, keymap):
            yield next(
                (action, _BY_ID[id], key)
                for id, keys in keymap.items()
                for key in keys.split(",")
                if key in action.keys.split(",") and beside(_BY_ID[id].scope, action.scope)
            )
