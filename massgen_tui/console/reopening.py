"""Goes on with a kept session in a console that runs."""

from pathlib import Path

from massgen_tui.config.own_settings import with_own
from massgen_tui.console.host import Host
from massgen_tui.console.workspace import Workspace
from massgen_tui.store import kept_config, reader


def resumed(path: Path, host: Host) -> tuple[Workspace, str]:
    """The workspace of a kept session that goes on, with its own settings; and what is said of it.

    Raises:
        ValueError: the file is no session's, or its settings cannot be used.
        OSError: it cannot be read.
    """
    head = reader.head_at_end(path)
    config = with_own(kept_config.config_of(head))
    return Workspace(config, None, host, path), kept_config.greeting(head)
