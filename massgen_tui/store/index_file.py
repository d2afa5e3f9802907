"""The file of the index: an SQLite database in the cache directory, that can be made anew any time.

A passage's key holds its session's in the upper bits, so that what was found is grouped by session
without a look at any text.
"""

import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VERSION = 1
"""Of the tables; a file of another one is made anew."""
SHIFT = 24
"""Bits of a passage's key below its session's."""
PATIENCE_S = 5.0
"""Seconds that another process may write."""
_TABLES = """
CREATE TABLE session (
    key INTEGER PRIMARY KEY, file TEXT UNIQUE NOT NULL, size INTEGER NOT NULL,
    mtime INTEGER NOT NULL, begun TEXT NOT NULL, summary TEXT NOT NULL
);
CREATE TABLE passage (
    key INTEGER PRIMARY KEY, kind TEXT NOT NULL, turn INTEGER NOT NULL, agent TEXT NOT NULL,
    text TEXT NOT NULL
);
"""
_WORDS = """
CREATE VIRTUAL TABLE word USING fts5(
    text, content='passage', content_rowid='key',
    tokenize='unicode61 remove_diacritics 2'
);
"""
log = logging.getLogger(__name__)


class IndexFile:
    """Opens connections to the database; makes it where it is missing, other or broken."""

    def __init__(self, folder: Path | None, name: str) -> None:
        """Keep it under a name in `folder`; None, or one not to be written: while this lives."""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.words = True
        """SQLite finds words (FTS5); else everything is looked through."""
        self._path = self._place(folder, name)
        self._prepare()

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one thread; what is written is kept unless an error leaves the block.

        Raises:
            sqlite3.Error: the database cannot be used.
        """
        db = sqlite3.connect(self._path, timeout=PATIENCE_S, isolation_level=None)
        try:
            # it is made anew if a crash breaks it; what is removed does not stay in it
            db.executescript("PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;")
            yield db
        finally:
            db.close()

    def discard(self) -> None:
        """Remove the database: the next that opens it begins anew."""
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._path}{end}").unlink(missing_ok=True)

    def close(self) -> None:
        """Remove what is not kept."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def _place(self, folder: Path | None, name: str) -> Path:
        if folder is not None:
            path = folder / name
            with suppress(OSError):
                # made here, so that only this user reads it; SQLite's own files take its mode
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                return path
        self._temporary = tempfile.TemporaryDirectory(prefix="massgen-tui-")
        return Path(self._temporary.name) / name

    def _prepare(self) -> None:
        try:
            if self._usable():
                return
        except sqlite3.DatabaseError:
            log.warning("the index of the sessions is broken: it is made anew")
        self.discard()
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        self._usable()

    def _usable(self) -> bool:
        """Whether its tables are there, made where there are none."""
        with self.open() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._make(db)
            elif version != VERSION:
                return False
            names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
            self.words = "word" in names
            return {"session", "passage"} <= names

    def _make(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA journal_mode=WAL")
        with write(db):
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version:
                return  # another process was first
            for statement in _TABLES.split(";"):
                db.execute(statement)
            with suppress(sqlite3.OperationalError):
                db.execute(_WORDS)  # an SQLite without FTS5
            db.execute(f"PRAGMA user_version={VERSION}")


@contextmanager
def write(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written in this block, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
