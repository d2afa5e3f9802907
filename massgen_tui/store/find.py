"""Finds kept sessions by what people call them: an ID, the beginning of one, or `last`."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from massgen_tui import paths
from massgen_tui.store.formats import FORMAT
from massgen_tui.text import one_line

LAST = "last"
"""Means the session that began last."""
MOST = 10
"""Candidates that are told, at most."""
HEAD_BYTES = 1 << 20
"""A first line that is longer is no session's."""


class UnknownSessionError(ValueError):
    """No session is meant, or several may be; the message names the candidates."""


class SessionFile(NamedTuple):
    """A session's file, and what the session is called."""

    id: str
    path: Path
    format: int = FORMAT

    @property
    def words(self) -> str:
        """The ID and when the file was begun (UTC, from its name), for people.

        And that it cannot be opened, where a later version wrote it.
        """
        stem = self.path.stem
        later = f"  (format {self.format}, of a later version)" if self.format > FORMAT else ""
        day, time = stem[:8], stem[9:15]
        if not (day.isdecimal() and time.isdecimal()):
            return f"{self.id}  {one_line(stem, 60)}{later}"
        when = f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]} UTC"
        return f"{self.id}  {when}{later}"


class SessionStat(NamedTuple):
    """A file, as it lies there."""

    path: Path
    size: int
    mtime: int
    """When it was written last, in nanoseconds."""


def find_session(text: str, folder: Path | None = None) -> Path:
    """The file of the session that is meant.

    Args:
        text: its ID, a beginning of it that no other has, `last`, or the path of a file.
        folder: of the files; None: the state directory's.

    Raises:
        UnknownSessionError: there is none, or several could be meant.
    """
    folder = folder or paths.sessions_dir()
    if text == LAST:
        newest = next(session_files(folder), None)
        if newest is None:
            raise UnknownSessionError(f"no session is kept in {folder}")
        return newest.path
    found = list(session_files(folder))
    meant = [one for one in found if one.id == text] or [
        one for one in found if text and one.id.startswith(text)
    ]
    if len(meant) == 1:
        return meant[0].path
    if not meant and Path(text).is_file():
        return Path(text)
    raise UnknownSessionError(_told(text, meant, found, folder))


def session_files(folder: Path) -> Iterator[SessionFile]:
    """The sessions in `folder`, the one that began last first; what is no session is left out."""
    for one in begun_first(folder):
        if found := session_file(one.path):
            yield found


def begun_first(folder: Path) -> list[SessionStat]:
    """The files in `folder`, by when they were begun, the last first; by their names.

    Those of one second are in the order in which they were written last.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".jsonl"):
                with suppress(OSError):
                    stat = entry.stat()
                    found.append(SessionStat(Path(entry.path), stat.st_size, stat.st_mtime_ns))
    return sorted(found, key=lambda one: (one.path.name[:15], one.mtime), reverse=True)


def session_id(path: Path) -> str:
    """The ID of the session in a file; empty: it holds none, or cannot be read."""
    found = session_file(path)
    return found.id if found else ""


def session_file(path: Path) -> SessionFile | None:
    """What a file's first line says that it is; None: no session's, or it cannot be read.

    Those of version 0.1 have no ID: it is made of that line.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(HEAD_BYTES)
        head = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(head, dict):
        return None
    if head.get("event") == "session":
        return SessionFile(old_id(line), path, 0)
    id, number = head.get("id"), head.get("format", "")
    if number == "" or not isinstance(id, str) or not id:
        return None
    return SessionFile(id, path, number if isinstance(number, int) else FORMAT)


def old_id(line: str | bytes) -> str:
    """The ID of a session of format 0, which had none: of the first line of its file."""
    text = line.encode("utf-8", "replace") if isinstance(line, str) else line
    return sha256(text.rstrip(b"\r\n")).hexdigest()[:8]


def _told(
    text: str, meant: Sequence[SessionFile], found: Sequence[SessionFile], folder: Path
) -> str:
    name = one_line(text, 40)
    if not found:
        return f"there is no session {name!r}: none is kept in {folder}"
    if meant:
        begin = f"{len(meant)} sessions begin with {name!r}:"
        shown = meant
    else:
        begin, shown = f"there is no session {name!r}; the newest are:", found
    told = [f"  {one.words}" for one in shown[:MOST]]
    if shown[MOST:]:
        told.append(f"  and {len(shown) - MOST} more")
    return "\n".join([begin, *told])
