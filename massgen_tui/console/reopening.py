"""Goes on with a kept session in a console that runs."""

import gc
from pathlib import Path

from massgen_tui.config.own_settings import with_own
from massgen_tui.console.app import ConsoleApp
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


async def put_in_place(app: ConsoleApp, path: Path) -> None:
    """Put a kept session in the place of the one that is seen, which ends and stays kept."""
    app.prompt.keep_draft()
    try:
        workspace, notice = resumed(path, app)
    except (ValueError, OSError) as error:
        app.say(f"not opened: {error}", seconds=8, severity="warning")
        return
    app.hold_keys()
    await app.workspace.close()
    gc.unfreeze()  # the session that ends was made before
    before = app.current_mode
    app.attach_workspace(workspace)
    await app.show_main()
    await app.drop_mode(before)
    app.workspace.open()
    app.workspace.prepare()
    app.greet(notice)
    await app.release_keys()
