"""Opens what a session leaves on disk, if its user wants anything left."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from massgen_tui import paths
from massgen_tui.config.model import Config
from massgen_tui.store.jsonl_log import Journal
from massgen_tui.store.program_log import close_log, open_log


@contextmanager
def keep(config: Config, *, warn: Callable[[str], None]) -> Iterator[Journal | None]:
    """Give the journal for a session of `config` and keep the log beside it meanwhile.

    With `logging_enabled: false` there is no journal, and nothing is written or made. Trouble is
    told to `warn` once and never raised.
    """
    handler: logging.Handler | None = None
    journal: Journal | None = None
    if config.ui.logging_enabled:
        journal = Journal(config, paths.sessions_dir, warn=warn)
        try:
            handler = open_log(config, paths.state_dir())
        except (OSError, RuntimeError) as error:
            journal = None
            warn(f"nothing of this session is kept: {error}")
    try:
        yield journal
    finally:
        if journal is not None:
            journal.close()
        if handler is not None:
            close_log(handler)
