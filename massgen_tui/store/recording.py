"""Opens what a session leaves on disk, if its user wants anything left."""

import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from massgen_tui import paths
from massgen_tui.session.session import Session
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import head_of
from massgen_tui.store.program_log import close_log, open_log
from massgen_tui.store.writer import SessionLog


def record(
    session: Session,
    *,
    warn: Callable[[str], None],
    directory: Callable[[], Path] | None = None,
) -> SessionLog:
    """Keep what happens in a session from now on; the file is made with its first prompt.

    Args:
        session: what is kept.
        warn: told once, when the file cannot be written.
        directory: gives (and makes) the directory of the files; None: the state directory's.
    """
    profiles = {agent.id: agent.profile for agent in session.agents}
    head = head_of(session.config, profiles, session.resolution_s)
    encoder = Encoder(session.clock(), session.redact)
    folder = directory or paths.sessions_dir
    log = SessionLog(
        head,
        session.state,
        encoder,
        session.clock,
        folder,
        warn=warn,
        ended=None if directory else index_ended,
    )
    session.listen(log.hear)
    return log


def index_ended(path: Path) -> None:
    """Take a session that has ended into the index."""
    # nothing that a session needs while it runs
    importlib.import_module("massgen_tui.store.index").session_ended(path)


@contextmanager
def keep(
    session: Session, *, warn: Callable[[str], None], save: bool = True
) -> Iterator[SessionLog | None]:
    """Keep a session and the program's log beside it meanwhile.

    With `logging_enabled: false`, or without `save`, nothing is written or made. Trouble is told to
    `warn` once and never raised.
    """
    handler: logging.Handler | None = None
    log: SessionLog | None = None
    if session.config.ui.logging_enabled and save:
        try:
            handler = open_log(session.redact, paths.state_dir())
            log = record(session, warn=warn)
        except (OSError, RuntimeError) as error:
            warn(f"nothing of this session is kept: {error}")
    how = "failed"
    try:
        yield log
        how = "quit"
    finally:
        if log is not None:
            log.close(how)
        if handler is not None:
            close_log(handler)
