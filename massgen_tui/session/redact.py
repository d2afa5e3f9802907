"""Keeps the config's keys out of what is written to disk."""

import json
from collections.abc import Iterable

from massgen_tui.config.model import Config
from massgen_tui.config.secrets import all_secrets

SHORTEST = 6
"""A shorter key is no secret (`EMPTY`, `none`), and replacing it would spoil other text."""
MASK = "[key]"


class Redactor:
    """Replaces every key it was given, as it is and as JSON writes it.

    One is shared by all that is written of a session, so that each knows all keys.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        """Hold the keys worth hiding."""
        self._keys: list[str] = []
        self.learn(keys)

    def learn(self, keys: Iterable[str]) -> None:
        """Hide these too from now on: an agent has come, or has another key."""
        secret = {key for key in keys if len(key) >= SHORTEST}
        written = {
            json.dumps(key, ensure_ascii=ascii_only)[1:-1]
            for key in secret
            for ascii_only in (True, False)
        }
        self._keys = sorted({*self._keys, *secret, *written}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any key."""
        for key in self._keys:
            text = text.replace(key, MASK)
        return text

    def begun(self, text: str) -> int:
        """How many characters at the end of the text may be the beginning of a key."""
        return max((_overlap(text, key) for key in self._keys), default=0)


def _overlap(text: str, key: str) -> int:
    most = min(len(key) - 1, len(text))
    return next((n for n in range(most, 0, -1) if text.endswith(key[:n])), 0)


def redactor_of(config: Config) -> Redactor:
    """A redactor for all keys and secret headers of a config."""
    return Redactor(all_secrets(config))
