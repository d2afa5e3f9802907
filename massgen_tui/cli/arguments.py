"""The words of the command line as text, whatever the locale says."""

import os
from collections.abc import Sequence
from pathlib import Path

import click


def as_text(words: Sequence[str]) -> list[str]:
    """The words as UTF-8 has them; names of files stay as the system gave them.

    Raises:
        click.UsageError: one is neither UTF-8 nor text in the locale's encoding.
    """
    return [word if word.isascii() or _is_file(word) else _text(word) for word in words]


def _text(word: str) -> str:
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeDecodeError:
        if any("\ud800" <= one <= "\udfff" for one in word):
            raise click.UsageError(f"this argument is not UTF-8: {_shown(word)}") from None
    except UnicodeEncodeError:
        pass  # it was never bytes of this system
    return word


def _shown(word: str) -> str:
    said = os.fsencode(word).decode("utf-8", "backslashreplace")
    return said if len(said) <= 60 else f"{said[:60]}…"


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return False
