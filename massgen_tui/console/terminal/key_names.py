"""The name that Textual gives a key by what it types."""

import unicodedata

from textual.events import Key
from textual.keys import ASCII_KEY_NAMES, KEY_NAME_REPLACEMENTS

_EDITING = {"\r": "enter", "\x7f": "backspace", "\t": "tab"}


def key_of(character: str) -> str:
    """The name of the key that types `character`."""
    name = character
    if not character.isalnum():
        told = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
        name = told or ASCII_KEY_NAMES.get(character, character)
    return KEY_NAME_REPLACEMENTS.get(name, name)


def typing_key(sequence: str) -> list[Key]:
    """The key that types `sequence`, if that is one character."""
    name = _EDITING.get(sequence) or key_of(sequence) if len(sequence) == 1 else ""
    return [Key(name, sequence)] if name else []
