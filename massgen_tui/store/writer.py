"""Writes a session's file while it goes on, in a thread of its own: the disk holds up nobody."""

import asyncio
import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from massgen_tui.backends.events import Arrived, RequestSent
from massgen_tui.paths import made, open_private
from massgen_tui.session.events import (
    Clock,
    Closed,
    Ended,
    Entry,
    Measured,
    Prompted,
    SessionEvent,
    Streamed,
)
from massgen_tui.session.state import SessionState
from massgen_tui.store.head import Head
from massgen_tui.store.locks import lock
from massgen_tui.store.schema import to_json

if TYPE_CHECKING:
    from massgen_tui.store.encoder import Encoder

NOT_KEPT = "this session is not kept"
EVERY = 0.25
"""Seconds between two writings; what a sudden death loses is twice as much at most."""
LAST = 65_536
"""Bytes in which the end of the last whole line is looked for at once."""
CLOSING = 1.0
"""Seconds that the disk may take at the end."""
log = logging.getLogger(__name__)

Happened = tuple[float, SessionEvent]


class SessionLog:
    """A session's file: made with the first prompt, and written until `close`.

    A file that cannot be written is one warning, never an error.
    """

    def __init__(
        self,
        head: Head,
        state: SessionState,
        encoder: "Callable[[], Encoder]",
        clock: Clock,
        directory: Callable[[], Path],
        *,
        warn: Callable[[str], None],
        before: Iterable[str] = (),
        ended: Callable[[Path], None] | None = None,
        onto: Path | None = None,
    ) -> None:
        """Make ready; nothing is written yet.

        Args:
            head: the first line.
            state: of the session, which has taken in what `hear` is told.
            encoder: gives, in the thread, what makes lines of events.
            clock: gives the session's seconds.
            directory: gives (and makes) the directory of the files.
            warn: told once, on the event loop, when the file cannot be written.
            before: lines that are written behind the head, of a session that goes on.
            ended: called in the writer's thread, once the file is closed.
            onto: the file that is written on, without a head; None: a new one.
        """
        self.head = head
        self.path: Path | None = None
        """The file, once there is one."""
        self.problem = ""
        """Why nothing is written any more, once that is so."""
        self._state = state
        self._make_encoder = encoder
        self._encoder: Encoder | None = None
        self._clock = clock
        self._directory = directory
        self._warn = warn
        self._before = before
        self._ended = ended
        self._onto = onto
        self._file: IO[str] | None = None
        self._happened: deque[Happened] = deque()
        self._news = threading.Event()
        self._end = threading.Event()
        self._idle = True
        self._ending = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def settled(self) -> bool:
        """All that was heard is written, or never will be."""
        return not self._happened and (self._idle or bool(self.problem))

    def hear(self, entry: Entry) -> None:
        """Keep an event; takes no time worth speaking of."""
        if self._ending or self.problem:
            return
        _, at, event = entry
        if isinstance(event, Streamed):
            serial, piece = event
            if isinstance(piece, Arrived):
                return
            attempt = self._state.attempt(serial)
            at = attempt.times.last_event or at
            if isinstance(piece, RequestSent) and attempt.request is not None:
                # shares with the requests before it what it repeats of them
                event = Streamed(serial, RequestSent(attempt.request))
        elif isinstance(event, Ended) and event.measured is None:
            attempt = self._state.attempt(event.attempt)
            measured = Measured(
                replace(attempt.times), attempt.stopped_s, attempt.dated, attempt.stalls
            )
            event = replace(event, measured=measured)
        self._happened.append((at, event))
        if self._idle:
            self._wake(event)

    def close(self, how: str = "quit") -> None:
        """Write what is left and close the file; waits for the disk for a second at most."""
        if self._ending:
            return
        if self._thread is not None:
            self._happened.append((self._clock(), Closed(how)))
        self._ending = True
        self._end.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(CLOSING)

    def _wake(self, event: SessionEvent) -> None:
        if self._thread is None:
            if not isinstance(event, Prompted) and self._onto is None:
                return  # no prompt, no file
            with suppress(RuntimeError):
                self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="session log", daemon=True)
            self._thread.start()
        self._news.set()

    def _run(self) -> None:
        try:
            self._begin()
            while not self._ending:
                self._rest()
                self._end.wait(EVERY)
                self._write()
            self._write()
        except Exception as error:
            log.exception("the session's file cannot be written")
            self._give_up(error)
        finally:
            self._shut()
        if self._ended is not None and self.path is not None and not self.problem:
            self._ended(self.path)

    def _rest(self) -> None:
        """Wait until there is something to write."""
        if not self._happened:
            self._idle = True
            if not self._happened:  # it may have come before it was told to wake this
                self._news.wait()
            self._news.clear()
            self._idle = False

    def _write(self) -> None:
        told = self._told()
        for first in told:
            if self._file is not None and self._removed(self._file):
                self._begin_anew(self._file)
            self._put(chain((first,), told))

    def _told(self) -> Iterator[str]:
        """The lines of what happened by now."""
        self._encoder = encoder = self._encoder or self._make_encoder()
        yield from encoder.take_all(self._happened)
        yield from encoder.flush(whole=self._ending)

    def _begin(self) -> None:
        if self._onto is not None:
            self._file, self.path = reopened(self._onto), self._onto
            return
        self._file = self._create()
        head = to_json(self.head.model_dump(mode="json", exclude_none=True), compact=True)
        self._put([head, *self._before])
        self._before = ()

    def _put(self, told: Iterable[str]) -> None:
        """Write lines as they are made: many at once are memory that the thread's heap keeps."""
        if self._file is not None:
            write = self._file.write
            for line in told:
                write(line)
                write("\n")
            self._file.flush()

    def _create(self) -> IO[str]:
        folder = made(self._directory())
        stem = f"{self.head.resumed or self.head.at:%Y%m%d-%H%M%S}-{self.head.id}"
        for number in range(1, 10):
            path = folder / (f"{stem}.jsonl" if number == 1 else f"{stem}-{number}.jsonl")
            with suppress(FileExistsError):
                file = open_private(path, "x+")
                lock(file)
                self.path = path
                return file
        raise FileExistsError(f"too many files named {stem}")

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
        log.warning("the session's file was removed; it begins anew")
        self._file = self._create()
        old.seek(0)
        shutil.copyfileobj(old, self._file)
        with suppress(OSError):
            old.close()

    def _give_up(self, error: Exception) -> None:
        self._shut()
        with suppress(OSError):
            # a file that took nothing, as on a full disk, is not left behind
            if self.path is not None and self.path.stat().st_size == 0:
                self.path.unlink()
                self.path = None
        self._state.holds_ended = True  # what ends from now on stands in no file
        self.problem = f"{NOT_KEPT}: its file cannot be written ({_why(error)})"
        self._happened.clear()
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._warn, self.problem)
        else:
            self._warn(self.problem)

    def _shut(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def reopened(path: Path) -> IO[str]:
    """A session's file, to be written on behind its last whole line: what is cut goes."""
    file = open_private(path, "r+")
    lock(file)
    with path.open("rb") as bytes_of:
        end = whole = bytes_of.seek(0, os.SEEK_END)
        while whole and (part := min(whole, LAST)):
            bytes_of.seek(whole - part)
            at = bytes_of.read(part).rfind(b"\n")
            if at >= 0:
                whole += at + 1 - part
                break
            whole -= part
    if whole < end:
        file.truncate(whole)
    file.seek(0, os.SEEK_END)
    return file


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
