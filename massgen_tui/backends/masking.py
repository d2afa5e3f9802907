"""Takes a key out of what a server says, which may repeat it."""

from collections.abc import Iterable

_SHORTEST, _PIECE = 6, 8
"""Characters: a shorter key (`EMPTY`) is no secret; a shorter beginning of a key tells nothing."""


def masked_all(text: str, secrets: Iterable[str]) -> str:
    """The text without any of these secrets."""
    for secret in secrets:
        text = masked(text, secret)
    return text


def masked(text: str, key: str) -> str:
    """The text without the key, whole or cut short."""
    if len(key) < _SHORTEST:
        return text
    # servers repeat a key cut short, and a long message is cut where a key may stand
    for length in range(len(key), min(len(key), _PIECE) - 1, -1):
        text = text.replace(key[:length], "•••")
    return text
