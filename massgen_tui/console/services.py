"""What stands behind the screen: session and its file, monitors, gate, history, log."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui import paths
from massgen_tui.backends.chat_completions import warm_up
from massgen_tui.backends.factory import make_backend
from massgen_tui.backends.gate import ReadGate
from massgen_tui.config.model import Config
from massgen_tui.console.frame_loop import SLOWEST
from massgen_tui.console.history import History
from massgen_tui.console.late import import_rest
from massgen_tui.data_class import dataclass
from massgen_tui.late import late
from massgen_tui.session.session import Session
from massgen_tui.store.program_log import FILE, close_log, open_log
from massgen_tui.store.recording import record
from massgen_tui.store.writer import SessionLog
from massgen_tui.supervise.monitoring import HEAD_START, Monitors
from massgen_tui.supervise.watching import NoMonitoring, Watching

if TYPE_CHECKING:
    from massgen_tui.store import resume
    from massgen_tui.store.resume import Resumed
else:
    resume = late("massgen_tui.store.resume")

CLOSING = 1.5
"""Seconds that ending everything may take."""

FIRST_LOOK = 0.3
"""Seconds that servers have to answer before requests' libraries are imported."""


async def _nothing() -> None:
    return


@dataclass
class Services:
    """Everything with a beginning and an end."""

    session: Session
    watching: Watching = field(default_factory=NoMonitoring)
    gate: ReadGate = field(default_factory=ReadGate)
    history: History = field(default_factory=History)
    warm_up: Callable[[], Awaitable[None]] = _nothing
    """Imports what a request needs; called after the first paint."""
    session_log: SessionLog | None = None
    resumed: "Resumed | None" = None
    """The session that this one goes on with."""
    log_folder: Path | None = None
    """Where the program's log goes; None: nowhere."""
    _log: logging.Handler | None = None
    _stopped: bool = False

    @classmethod
    def of(
        cls, config: Config, *, warn: Callable[[str], None], resumes: Path | None = None
    ) -> "Services":
        """The real ones, of a session that is new or goes on with the one in a file.

        Nothing is sent, imported late or written yet.

        Raises:
            NoSessionError: `resumes` is no session's file.
            OSError: it cannot be read.
        """
        gate = ReadGate()
        watching = Monitors(config, gpus_after=HEAD_START) if config.monitor else NoMonitoring()
        kept = config.ui.logging_enabled
        session = Session(
            config,
            backend_for=partial(make_backend, gate=gate, recording=True, merging=True),
            health=watching.health,
            resolution_s=SLOWEST,
        )
        if resumes is not None:
            resumed = resume.resume(session, resumes, warn=warn, keep=kept)
            log = resumed.log
        else:
            resumed, log = None, record(session, warn=warn) if kept else None
        session.state.holds_ended = log is None
        return cls(
            session,
            watching,
            gate,
            History(_history_file() if kept else None),
            warm_up,
            log,
            resumed,
            _state_dir() if kept else None,
        )

    async def start(self) -> None:
        """Open the log, begin to look at servers and GPUs, import what requests need.

        What is asked already comes before what is looked at.
        """
        self.open_log()
        if self.session.active:
            await self.warm_up()
            await self.watching.start()
        else:
            await self.watching.start()
            await self._first_look()
            await self.warm_up()
        await asyncio.to_thread(import_rest)

    async def _first_look(self) -> None:
        """Let what is looked at first be known before the next import takes the processor."""
        if self.watching.servers:
            known = asyncio.Event()
            self.watching.listen(known.set)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(known.wait(), FIRST_LOOK)

    def open_log(self) -> Path | None:
        """The file of the log, begun at the first call; None: nothing is written."""
        if self._log is None and self.log_folder is not None:
            with contextlib.suppress(OSError):
                self._log = open_log(self.session.redact, self.log_folder)
        return self.log_folder / FILE if self._log and self.log_folder else None

    async def stop(self, how: str = "quit") -> None:
        """End everything, within `CLOSING` seconds whatever hangs; a second call does nothing.

        `how` stands at the end of the session's file: `quit`, or `failed`.
        """
        if self._stopped:
            return
        self._stopped = True
        self.gate.active = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await asyncio.gather(
                    self.session.aclose(), self.watching.stop(), return_exceptions=True
                )
        if self.session_log is not None:
            self.session_log.close(how)
        if self._log is not None:
            close_log(self._log)


def _state_dir() -> Path | None:
    try:
        return paths.state_dir()
    except OSError:
        return None


def _history_file() -> Path | None:
    folder = _state_dir()
    return folder / "prompts.jsonl" if folder else None
