"""Where this program keeps its files: config, state (sessions, logs, history) and cache (models).

All directories are private to the user (0700); files are written 0600 by `open_private`.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

import platformdirs

APP = "massgen-tui"


def made(path: Path) -> Path:
    """The directory, made if it is missing.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def config_dir() -> Path:
    """The user's config directory, made if it is missing."""
    return made(platformdirs.user_config_path(APP, appauthor=False))


def settings_file() -> Path:
    """The user's own settings; it may be missing, and its directory too."""
    return platformdirs.user_config_path(APP, appauthor=False) / "settings.yaml"


def state_place() -> Path:
    """Where sessions, logs and the prompt's history are; it may be missing."""
    return platformdirs.user_state_path(APP, appauthor=False)


def state_dir() -> Path:
    """Sessions, logs and the prompt's history, made if it is missing."""
    return made(state_place())


def sessions_dir() -> Path:
    """One JSONL file a session; made if it is missing, where that can be: to read needs none."""
    with suppress(OSError):
        return made(state_dir() / "sessions")
    return state_place() / "sessions"


def cache_dir() -> Path:
    """What can be fetched again: the demo's model."""
    return made(platformdirs.user_cache_path(APP, appauthor=False))


def index_dir() -> Path:
    """The index of the sessions, which can be made anew."""
    return made(cache_dir() / "index")


def open_private(path: Path, mode: str = "a") -> IO[str]:
    """Open a text file that only this user can read (0600), creating it so.

    What is written to a new one goes to its end, whoever else writes to it meanwhile.

    Raises:
        OSError: the file cannot be opened.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | (os.O_APPEND if "x" in mode else 0), 0o600)

    return open(path, mode, encoding="utf-8", opener=opener)
