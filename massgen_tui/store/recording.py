"""Opens what a session leaves on disk, if its user wants anything left."""

import importlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from massgen_tui import paths
from massgen_tui.config.model import Config
from massgen_tui.data_class import dataclass
from massgen_tui.late import late
from massgen_tui.session.agent import Agent
from massgen_tui.session.events import Clock, Listener
from massgen_tui.session.redact import Redactor
from massgen_tui.session.state import SessionState
from massgen_tui.store.head import Head, head_of
from massgen_tui.store.program_log import close_log, open_log
from massgen_tui.store.writer import SessionLog

if TYPE_CHECKING:
    from massgen_tui.store import encoder
    from massgen_tui.store.messages import MessageNames
else:
    # makes lines in the writer's thread: nothing of it is needed before there are some
    encoder = late("massgen_tui.store.encoder")


@dataclass(frozen=True, slots=True)
class Onto:
    """A session's file that is written on."""

    path: Path
    head: Head
    zero: float
    """Where its beginning lies on the session's clock, in seconds."""
    names: "MessageNames"
    """The messages that it holds."""


class Recorded(Protocol):
    """What is kept: a session, or what many prompts go through."""

    @property
    def clock(self) -> Clock: ...

    @property
    def resolution_s(self) -> float: ...

    @property
    def state(self) -> SessionState: ...

    @property
    def config(self) -> Config: ...

    @property
    def agents(self) -> Sequence[Agent]: ...

    @property
    def redact(self) -> Redactor: ...

    def listen(self, listener: Listener) -> None: ...


def record(
    session: Recorded,
    *,
    warn: Callable[[str], None],
    directory: Callable[[], Path] | None = None,
    onto: Onto | None = None,
    index: bool = True,
) -> SessionLog:
    """Keep what happens in a session from now on; the file is made with its first prompt.

    Args:
        session: what is kept.
        warn: told once, when the file cannot be written.
        directory: gives (and makes) the directory of the files; None: the state directory's.
        onto: the file that is written on; None: a new one.
        index: whether it is taken into the index at its end, which holds all its texts for that;
            else by whoever lists sessions next.
    """
    profiles = {agent.id: agent.profile for agent in session.agents}
    if onto is None:
        head = head_of(session.config, profiles, session.resolution_s)
        zero, names = session.clock(), None
    else:
        head, zero, names = onto.head, onto.zero, onto.names
    redact = session.redact
    folder = directory or paths.sessions_dir
    log = SessionLog(
        head,
        session.state,
        lambda: encoder.Encoder(zero, redact, names),
        session.clock,
        folder,
        warn=warn,
        ended=index_ended if index and directory is None else None,
        onto=onto.path if onto is not None else None,
    )
    session.listen(log.hear)
    return log


def index_ended(path: Path) -> None:
    """Take a session that has ended into the index."""
    # nothing that a session needs while it runs
    importlib.import_module("massgen_tui.store.index").session_ended(path)


@contextmanager
def keep(
    session: Recorded,
    *,
    warn: Callable[[str], None],
    save: bool = True,
    onto: Onto | None = None,
    index: bool = True,
) -> Iterator[SessionLog | None]:
    """Keep a session and the program's log beside it meanwhile.

    With `logging_enabled: false`, or without `save`, nothing is written or made, unless it goes on
    in a file that there is. Trouble is told to `warn` once and never raised.
    """
    handler: logging.Handler | None = None
    log: SessionLog | None = None
    if (session.config.ui.logging_enabled or onto) and save:
        try:
            handler = open_log(session.redact, paths.state_dir())
            log = record(session, warn=warn, onto=onto, index=index)
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
