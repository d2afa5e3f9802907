"""Renames kept sessions."""

from datetime import UTC, datetime
from pathlib import Path

from massgen_tui.paths import open_private
from massgen_tui.store.lines import Rename
from massgen_tui.store.reader import read_head
from massgen_tui.store.schema import to_json

LONGEST = 200
"""Characters of a title."""


def rename(path: Path, title: str) -> None:
    """Give a session another title: one more line of its file.

    Raises:
        NoSessionError: the file is no session's.
        OSError: it cannot be written.
    """
    head, now = read_head(path), datetime.now(UTC)
    title = title[:LONGEST]
    if head.format:
        since = (now - head.at).total_seconds() * 1000
        record = {"t": round(since), **Rename.plain({"title": title})}
    else:
        record = {"at": now.isoformat(timespec="milliseconds"), "event": "renamed", "title": title}
    begin = "" if _ends_a_line(path) else "\n"
    with open_private(path, "a") as file:
        file.write(f"{begin}{to_json(record, compact=True)}\n")


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell():
            file.seek(-1, 2)
        return file.read(1) == b"\n"
