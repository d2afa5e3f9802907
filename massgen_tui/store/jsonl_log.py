"""A session's journal: what was asked, sent and answered, one JSON object a line, as it happens.

The lines, each with `at` (UTC) and `event`:
`session` once, `prompt` per prompt, `request` per request sent, `attempt` per attempt that ended,
`held` when one begins to wait for its server to be up, `new_conversation` when agents start over.
"""

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from massgen_tui import __version__
from massgen_tui.backends.events import RequestSent
from massgen_tui.config.model import Config
from massgen_tui.paths import open_private
from massgen_tui.session import events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt, Status
from massgen_tui.session.events import Entry, Listener, Streamed
from massgen_tui.session.redact import redactor_of
from massgen_tui.session.state import SessionState
from massgen_tui.store.schema import Record, attempt_record, error_record, to_json

NOT_KEPT = "this session is not kept"
Place = tuple[Agent, Turn, Attempt]

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Journal:
    """Writes a session's journal. A file that cannot be written is one warning, never an error."""

    def __init__(
        self,
        config: Config,
        directory: Callable[[], Path],
        *,
        warn: Callable[[str], None],
        wall: Callable[[], datetime] = utc_now,
    ) -> None:
        """Prepare a journal; its file is made with its first line.

        Args:
            config: whose session it is.
            directory: gives (and makes) the directory of the journals.
            warn: told once, when the journal cannot be written.
            wall: gives the time of day, in UTC.
        """
        self.path: Path | None = None
        """The file, once there is one."""
        self.problem = ""
        """Why nothing is written any more, once that is so."""
        self._config = config
        self._directory = directory
        self._warn = warn
        self._wall = wall
        self._redact = redactor_of(config)
        self._file: IO[str] | None = None
        self._over = False
        self._open: dict[int, Place] = {}
        self._held: set[int] = set()

    def listener(self, state: SessionState) -> Listener:
        """What keeps what happens to `state`."""
        return partial(self._hear, state)

    def _hear(self, state: SessionState, entry: Entry) -> None:
        match entry.event:
            case Streamed(attempt=serial, event=RequestSent(body=body)):
                where = _where(state.place(serial))
                self._write({"event": "request"} | where | {"body": dict(body)})
            case Streamed():
                pass
            case events.Prompted(turn=turn, text=text, agents=agents):
                self._write(
                    {"event": "prompt", "turn": turn, "prompt": text, "agents": list(agents)}
                )
            case events.Cleared(agents=agents) if self._file is not None:
                self._write({"event": "new_conversation", "agents": list(agents)})
            case events.Queued(attempt=serial) | events.Begun(attempt=serial):
                self._open[serial] = state.place(serial)
            case events.Deferred(attempt=serial):
                self._open[serial] = state.place(serial)
                self._holds(state.place(serial))
            case events.Ended(attempt=serial):
                self._open.pop(serial, None)
                self._ended(state.place(serial))

    def close(self) -> None:
        """Write what came of attempts that have not ended, and close the file."""
        for place in list(self._open.values()):
            self._ended(place)
        self._open.clear()
        self._over = True
        self._shut()

    def _holds(self, place: Place) -> None:
        hold = place[2].held
        if hold is not None:
            self._held.add(place[2].serial)
            told: Record = {"why": hold.words, "error": error_record(hold.error)}
            self._write({"event": "held"} | _where(place) | told)

    def _ended(self, place: Place) -> None:
        attempt = place[2]
        waited = attempt.serial in self._held
        self._held.discard(attempt.serial)
        sent = attempt.times.sent is not None or attempt.status is Status.FAILED
        if not (sent or waited) and attempt.empty:
            return
        told = attempt_record(attempt) | {"model": attempt.model, "times": _times(attempt)}
        self._write({"event": "attempt"} | _where(place) | told)

    def _write(self, record: Record) -> None:
        if self._over:
            return
        try:
            if self._file is None:
                self._file = self._create()
                self._put(self._file, self._head())
            elif self._removed(self._file):
                self._begin_anew(self._file)
            self._put(self._file, record)
        except (OSError, RuntimeError) as error:
            self._over = True
            log.warning("the journal cannot be written: %s", error)
            self._shut()
            self._forget_empty()
            self.problem = f"{NOT_KEPT}: its journal cannot be written ({_why(error)})"
            self._warn(self.problem)

    def _put(self, file: IO[str], record: Record) -> None:
        at: Record = {"at": self._wall().isoformat(timespec="milliseconds")}
        file.write(self._redact(to_json(at | record)) + "\n")
        file.flush()

    def _create(self) -> IO[str]:
        folder = self._directory()
        stem = f"{self._wall():%Y%m%d-%H%M%S}-{_file_safe(self._config.name)}"
        for number in range(1, 100):
            path = folder / (f"{stem}.jsonl" if number == 1 else f"{stem}-{number}.jsonl")
            with suppress(FileExistsError):
                file = open_private(path, "x+")
                self.path = path
                return file
        raise FileExistsError(f"too many journals named {stem}")

    def _removed(self, file: IO[str]) -> bool:
        """Whether somebody took the file, or its folder, away while it is written."""
        if self.path is None:
            return False
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(file.fileno()))
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False

    def _begin_anew(self, old: IO[str]) -> None:
        """Write all that the removed file held to a new one: it can be read until it is closed."""
        log.warning("the journal was removed; it begins anew")
        self._file = self._create()
        old.seek(0)
        shutil.copyfileobj(old, self._file)
        with suppress(OSError):
            old.close()

    def _forget_empty(self) -> None:
        """A file that took nothing, as on a full disk, is not left behind."""
        with suppress(OSError):
            if self.path is not None and self.path.stat().st_size == 0:
                self.path.unlink()
                self.path = None

    def _head(self) -> Record:
        agents = [
            {
                "agent": agent.id,
                "type": agent.endpoint.type,
                "model": agent.settings.model,
                "base_url": agent.endpoint.base_url,
            }
            for agent in self._config.agents
        ]
        name = str(self._config.path) if self._config.path else self._config.name
        return {"event": "session", "version": __version__, "config": name, "agents": agents}

    def _shut(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def _where(place: Place) -> Record:
    agent, turn, attempt = place
    return {"agent": agent.id, "turn": turn.serial, "attempt": attempt.serial}


def _times(attempt: Attempt) -> Record:
    """Seconds from when the attempt was asked for."""
    times = attempt.times
    marks = {
        "sent": times.sent,
        "first_byte": times.first_byte,
        "first_reasoning": times.first_reasoning,
        "first_content": times.first_content,
        "last_token": times.last_token,
        "end": times.end,
    }
    return {
        name: None if mark is None else round(mark - times.created, 6)
        for name, mark in marks.items()
    }


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _file_safe(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    return kept.strip(".")[:60] or "session"
