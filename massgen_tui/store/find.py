"""Finds kept sessions by what people call them: an ID, the beginning of one, or `last`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from massgen_tui import paths
from massgen_tui.store.migrations import old_id
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

    @property
    def words(self) -> str:
        """The ID and when the file was begun (UTC, from its name), for people."""
        stem = self.path.stem
        day, time = stem[:8], stem[9:15]
        if not (day.isdecimal() and time.isdecimal()):
            return f"{self.id}  {one_line(stem, 60)}"
        when = f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]} UTC"
        return f"{self.id}  {when}"


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
    for path in sorted(folder.glob("*.jsonl"), key=_begun, reverse=True):
        if id := session_id(path):
            yield SessionFile(id, path)


def session_id(path: Path) -> str:
    """The ID of the session in a file; empty: it holds none, or cannot be read.

    Those of version 0.1 have none: it is made of their first line.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(HEAD_BYTES)
        head = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(head, dict):
        return ""
    if head.get("event") == "session":
        return old_id(line)
    id = head.get("id")
    return id if "format" in head and isinstance(id, str) else ""


def _begun(path: Path) -> tuple[str, float]:
    """Sorts by when the file was begun; in one second, by when it was written last."""
    try:
        return path.name[:15], path.stat().st_mtime
    except OSError:
        return path.name[:15], 0.0


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
