"""What was chosen in the console and holds for the next one too, kept in a private file."""

import contextlib
import importlib
import os
from pathlib import Path

from massgen_tui import paths

FILE = "console.json"
"""In the state directory."""
LAYOUT = "layout"
"""The name of what the panes stand in."""


class Remembered:
    """Choices by name. What cannot be read was never chosen; what cannot be written is let go."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what is kept at `file`; None keeps nothing beyond this run."""
        self._file = file
        self._chosen = _read(file) if file is not None else {}

    def get(self, name: str) -> str:
        """What was chosen; empty: nothing."""
        return self._chosen.get(name, "")

    def keep(self, name: str, value: str) -> None:
        """Remember a choice, beside those that another console has kept meanwhile."""
        self._chosen[name] = value
        if self._file is None:
            return
        self._chosen = _read(self._file) | {name: value}
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            with paths.open_private(beside, "w") as out:
                importlib.import_module("json").dump(self._chosen, out)
            beside.replace(self._file)


def of_user() -> Remembered:
    """What this user chose before; nothing is kept where there is no state directory."""
    try:
        return Remembered(paths.state_dir() / FILE)
    except OSError:
        return Remembered()


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        found = importlib.import_module("json").loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
