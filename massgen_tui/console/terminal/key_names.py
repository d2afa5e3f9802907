"""The name that Textual gives a key by what it types."""

import unicodedata

from textual.keys import ASCII_KEY_NAMES, KEY_NAME_REPLACEMENTS


def key_of(character: str) -> str:
    """The name of the key that types `character`."""
    name = character
    if not character.isalnum():
        told = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
        name = told or ASCII_KEY_NAMES.get(character, character)
    return KEY_NAME_REPLACEMENTS.get(name, name)
