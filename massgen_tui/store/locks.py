"""Which session's file is being written now: its writer holds a lock on it."""

import importlib
from contextlib import suppress
from pathlib import Path
from typing import IO


def lock(file: IO[str]) -> None:
    """Hold a lock on a file that is open for writing, until it is closed or the process ends."""
    with suppress(ImportError, OSError):
        fcntl = importlib.import_module("fcntl")
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool:
    """Whether a process writes the file; False where the system cannot tell."""
    with suppress(ImportError, OSError):
        fcntl = importlib.import_module("fcntl")
        with path.open("rb") as file:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False
