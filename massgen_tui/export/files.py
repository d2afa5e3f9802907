"""Exports in files: private, never over another file, and whole or not there."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from massgen_tui.paths import open_private


def write_private(path: Path, text: str) -> None:
    """Write a new file that only this user can read.

    Raises:
        FileExistsError: there is something of this name already; it stays as it is.
        OSError: it cannot be written; nothing is left of it.
    """
    file = open_private(path, "x")
    written = False
    try:
        with file:
            file.write(text)
        written = True
    finally:
        if not written:
            # a full disk: half a file, or an empty one, would pass for the answers
            with suppress(OSError):
                path.unlink(missing_ok=True)


def save(folder: Path, title: str, form: str, at: datetime, text: str) -> Path:
    """Write an export to a new file in `folder`, named by title and time; gives its path.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    number = 1
    while True:
        path = folder / file_name(title, form, at, number)
        number += 1
        try:
            write_private(path, text)
        except FileExistsError:
            continue
        return path


def file_name(title: str, form: str, at: datetime, number: int = 1) -> str:
    """The name of an export, by title and time, and by its number among others of these."""
    again = f"-{number}" if number > 1 else ""
    return f"massgen-tui-{_safe(title)}-{at:%Y%m%d-%H%M%S}{again}.{form}"


def _safe(title: str) -> str:
    return re.sub(r"[^\w.-]+", "_", title).strip("._")[:_LONGEST] or "answers"


_LONGEST = 48
"""Characters of a title that go into a file's name: names have 255 bytes at most."""
