"""The index of the kept sessions: what a list shows of each, and all their texts by their words.

The files are the truth: one that is new or changed is read when somebody asks.
"""

import importlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from massgen_tui import paths
from massgen_tui.store.find import SessionStat, begun_first
from massgen_tui.store.hits import (
    MOST,
    NOTHING,
    Found,
    Hit,
    joined,
    only_words,
    stands_in,
    without_case,
    words_of,
)
from massgen_tui.store.index_file import SHIFT, IndexFile, write
from massgen_tui.store.summary import Passage, Summary

LARGEST = 64_000_000
"""Bytes of a file that is indexed when its session ends; a larger one when somebody searches."""
LIKE = "text LIKE ? ESCAPE '!'"
FORMS = 8
"""Patterns that are looked for at once, at most."""
log = logging.getLogger(__name__)


class SessionIndex:
    """The index of one folder. Every method may be called in any thread."""

    def __init__(self, folder: Path, cache: Path | None) -> None:
        """Open the index, or begin it.

        Args:
            folder: of the sessions.
            cache: where the index is kept; None: nowhere.

        Raises:
            sqlite3.Error, OSError: not even a temporary file can be made.
        """
        self._folder = folder
        # one for each folder: what is not in the folder is forgotten
        name = sha256(os.fsencode(folder.absolute())).hexdigest()[:12]
        self._file = IndexFile(cache, f"sessions-{name}.sqlite")

    def close(self) -> None:
        """Forget an index that is kept nowhere."""
        self._file.close()

    def failed(self, error: Exception) -> None:
        """Throw it away, unless it only could not be used now (locked, a full disk)."""
        if not isinstance(error, sqlite3.OperationalError):
            self._file.discard()

    def files(self) -> list[SessionStat]:
        """The files there are, the session that began last first."""
        return begun_first(self._folder)

    def sessions(self) -> Iterator[Summary]:
        """All sessions, the one that began last first; what is new is read as it is asked for."""
        files = self.files()
        with self._file.open() as db:
            known = self._known(db)
            self._forget(db, set(known) - {one.path.name for one in files})
            for one in files:
                row = known.get(one.path.name)
                if row is None or row[:2] != (one.size, one.mtime):
                    summary = self._take(db, one)
                else:
                    summary = _summary(one.path, row[2])
                if summary is not None:
                    yield summary.now()

    def unread(self) -> int:
        """How many files are new or changed."""
        with self._file.open() as db:
            known = {file: row[:2] for file, row in self._known(db).items()}
        return sum(known.get(one.path.name) != (one.size, one.mtime) for one in self.files())

    def take(self, path: Path) -> None:
        """Read one file now, as a session ends."""
        found = path.stat()
        if found.st_size <= LARGEST:
            with self._file.open() as db:
                self._take(db, SessionStat(path, found.st_size, found.st_mtime_ns))

    def forget(self, *removed: Path) -> None:
        """Forget sessions that were removed."""
        with self._file.open() as db:
            self._forget(db, {path.name for path in removed})
            with suppress(sqlite3.OperationalError):
                if self._file.words:
                    # else its words stay until FTS5 happens to merge them
                    db.execute("INSERT INTO word (word) VALUES ('optimize')")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def by_words(self, query: str, most: int = MOST) -> Found:
        """What has all words of a query, each perhaps going on, of what was read by now.

        Nothing, where the query is more than words.
        """
        words = words_of(query)
        if not only_words(query):
            return NOTHING
        with self._file.open() as db:
            if not self._file.words:
                return self._looked_through(db, query, words, most)
            asked = " AND ".join(f'"{word}"*' for word in words)
            keys: list[tuple[int]] = []
            with suppress(sqlite3.OperationalError):  # marks that are no word to SQLite
                keys = db.execute("SELECT rowid FROM word WHERE word MATCH ?", (asked,)).fetchall()
            return self._found(db, [key for (key,) in keys], most)

    def by_look(self, query: str, most: int = MOST) -> Found:
        """Every text in which the query stands as it is, inside words too; looks at them all."""
        with self._file.open() as db:
            return self._looked_through(db, query, [query], most)

    def search(self, query: str, most: int = MOST) -> Found:
        """Both: what the words find, and what a look at every text does."""
        return joined(self.by_words(query, most), self.by_look(query, most), most)

    def _looked_through(
        self, db: sqlite3.Connection, query: str, parts: Sequence[str], most: int
    ) -> Found:
        patterns = [_patterns(part) for part in parts]
        condition = " AND ".join(f"({' OR '.join([LIKE] * len(forms))})" for forms in patterns)
        exact = parts == [query] and without_case(query)
        rows = db.execute(
            f"SELECT key, {'NULL' if exact else 'text'} FROM passage WHERE {condition}",
            [form for forms in patterns for form in forms],
        )
        keys = [key for key, text in rows if text is None or stands_in(text, query)]
        return self._found(db, keys, most)

    def _found(self, db: sqlite3.Connection, keys: Sequence[int], most: int) -> Found:
        """The sessions of these passages."""
        firsts: dict[int, int] = {}
        counts: dict[int, int] = {}
        for key in keys:
            session = key >> SHIFT
            firsts[session] = min(firsts.get(session, key), key)
            counts[session] = counts.get(session, 0) + 1
        order = [
            row
            for row in db.execute(
                "SELECT key, file, summary FROM session ORDER BY begun DESC, mtime DESC"
            )
            if row[0] in firsts
        ]
        hits = []
        for key, file, told in order[:most]:
            summary = _summary(self._folder / file, told)
            row = db.execute(
                "SELECT kind, turn, agent, text FROM passage WHERE key = ?", (firsts[key],)
            ).fetchone()
            if summary is not None and row is not None:
                hits.append(Hit(summary.now(), Passage(*row), counts[key] - 1))
        return Found(hits, max(len(order) - most, 0))

    def _known(self, db: sqlite3.Connection) -> dict[str, tuple[int, int, str]]:
        rows = db.execute("SELECT file, size, mtime, summary FROM session")
        return {file: (size, mtime, summary) for file, size, mtime, summary in rows}

    def _take(self, db: sqlite3.Connection, one: SessionStat) -> Summary | None:
        """Read a file and keep what it says; None: it is no session's."""
        summary: Summary | None = None
        passages: Sequence[Passage] = ()
        glance = importlib.import_module("massgen_tui.store.glance")  # all is known most times
        try:
            summary, passages = glance.summarise(one.path)
        except ValueError:
            pass  # it is no session's: to be remembered too
        except OSError:
            return None
        with suppress(sqlite3.OperationalError), write(db):  # a full disk, or another's lock
            self._drop(db, one.path.name)
            told = "" if summary is None else _told(summary)
            row = (one.path.name, one.size, one.mtime, one.path.name[:15], told)
            key = db.execute(
                "INSERT INTO session (file, size, mtime, begun, summary) VALUES (?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            self._keep(db, (key or 0) << SHIFT, passages)
        return summary

    def _keep(self, db: sqlite3.Connection, first: int, passages: Sequence[Passage]) -> None:
        rows = [
            (key, p.kind, p.turn, p.agent, _storable(p.text))
            for key, p in enumerate(passages, first)
        ]
        db.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?)", rows)
        if self._file.words:
            words = [(row[0], row[4]) for row in rows]
            db.executemany("INSERT INTO word (rowid, text) VALUES (?, ?)", words)

    def _forget(self, db: sqlite3.Connection, files: set[str]) -> None:
        if files:
            with suppress(sqlite3.OperationalError), write(db):
                for file in files:
                    self._drop(db, file)

    def _drop(self, db: sqlite3.Connection, file: str) -> None:
        for (key,) in db.execute("SELECT key FROM session WHERE file = ?", (file,)).fetchall():
            span = key << SHIFT, (key + 1) << SHIFT
            if self._file.words:
                db.execute(
                    "INSERT INTO word (word, rowid, text) "
                    "SELECT 'delete', key, text FROM passage WHERE key >= ? AND key < ?",
                    span,
                )
            db.execute("DELETE FROM passage WHERE key >= ? AND key < ?", span)
            db.execute("DELETE FROM session WHERE key = ?", (key,))


def open_index(folder: Path | None = None) -> SessionIndex:
    """The index of the user's sessions; one that is kept nowhere where the cache is not writable.

    Raises:
        sqlite3.Error, OSError: not even a temporary file can be made.
    """
    cache: Path | None = None
    with suppress(OSError):
        cache = paths.index_dir()
    return SessionIndex(folder or paths.sessions_dir(), cache)


def session_ended(path: Path) -> None:
    """Take in a session that has ended. Whatever goes wrong, the next search mends it."""
    try:
        open_index(path.parent).take(path)
    except (sqlite3.Error, OSError):
        log.info("the session is not in the index yet", exc_info=True)


def _told(summary: Summary) -> str:
    plain = asdict(summary) | {"path": "", "at": summary.at.isoformat()}
    return json.dumps(plain)


def _summary(path: Path, told: str) -> Summary | None:
    if not told:
        return None
    plain = json.loads(told)
    plain |= {"path": path, "at": datetime.fromisoformat(plain["at"])}
    return Summary(**plain | {"agents": tuple(plain["agents"])})


def _storable(text: str) -> str:
    """Text as SQLite can look through it: without lone surrogates, and not ending at a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _patterns(text: str) -> list[str]:
    """Patterns of LIKE, one of which a text has that has this one.

    LIKE knows both cases of ASCII letters only: the first others stand in both, the rest are open.
    """
    forms = [""]
    for one in text:
        if one in "!%_":
            forms = [f"{form}!{one}" for form in forms]
        elif without_case(one):
            forms = [form + one for form in forms]
        elif len(forms) < FORMS and len(one.lower()) == len(one.upper()) == 1:
            forms = [form + case for form in forms for case in (one.lower(), one.upper())]
        else:
            forms = [f"{form}{'_' if len(one.upper()) == 1 else '%'}" for form in forms]
    return [f"%{form}%" for form in forms]
