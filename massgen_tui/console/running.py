"""Runs the console on this terminal: of a config file, of a config, or of a kept session."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui import paths
from massgen_tui.config.outline import outline_of, own_looks
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.contain import exit_code
from massgen_tui.console.late import read_config
from massgen_tui.console.lifecycle import ForcedExit
from massgen_tui.console.remembered import of_user
from massgen_tui.console.terminal.title import PUT_BACK
from massgen_tui.terminal import Before, on_signals

if TYPE_CHECKING:
    from massgen_tui.config.model import Config
    from massgen_tui.session.replay import ReplaySession


def open_file(path: Path, *, prompt: str | None, before: Before, coordinate: bool = False) -> int:
    """Run the console with the agents of a config file.

    Args:
        path: the file.
        prompt: asked at once.
        before: how the terminal was before it was taken.
        coordinate: let the agents agree on what all are asked, whatever the config says.

    Returns:
        The exit code, as of `open_console`.

    Raises:
        ConfigError: it cannot be read as a config.
    """
    outline = outline_of(path)
    if outline is not None:
        theme, layout, keys = own_looks(paths.settings_file())
        outline = outline._replace(
            theme=outline.theme or theme,
            layout=outline.layout or layout,
            coordinate=outline.coordinate or coordinate,
            own_keys=outline.own_keys or keys,
        )
    known = outline or read_config(path)
    app = ConsoleApp(
        known, prompt=prompt, before=before, coordinate=coordinate, remembered=of_user()
    )
    return _run(app)


def open_console(
    config: "Config",
    *,
    prompt: str | None = None,
    notice: str = "",
    coordinate: bool = False,
    before: Before | None = None,
) -> int:
    """Run the console on this terminal until the user quits.

    Args:
        config: what to run.
        prompt: asked at once.
        notice: shown at the start.
        coordinate: let the agents agree on what all are asked.
        before: how the terminal was before it was taken; None: it is not taken.

    Returns:
        The exit code: 0, 1 after an unforeseen error, 128 and the number after a signal.
    """
    app = ConsoleApp(
        _with_own(config),
        prompt=prompt,
        notice=notice,
        coordinate=coordinate,
        before=before,
        remembered=of_user(),
    )
    return _run(app)


def open_session(path: Path, config: "Config | None" = None, notice: str = "") -> int:
    """Run the console with a kept session, which goes on.

    Args:
        path: the session's file.
        config: the settings; None: those of the session.
        notice: shown at the start.

    Returns:
        The exit code, as of `open_console`.

    Raises:
        NoSessionError, NoConfigError: the file is no session's, or its settings cannot be used.
        OSError: it cannot be read.
    """
    return _run(_resumed(path, config, notice))


def open_replay(session: "ReplaySession", name: str) -> int:
    """Show a kept session again on this terminal until the user quits.

    Args:
        session: what is played.
        name: what it is called.

    Returns:
        The exit code, as of `open_console`.
    """
    replay = importlib.import_module("massgen_tui.console.replay")
    return _run(replay.ReplayApp(session.config, session, name))


def _resumed(path: Path, config: "Config | None" = None, notice: str = "") -> ConsoleApp:
    kept = importlib.import_module("massgen_tui.store.kept_config")
    head = importlib.import_module("massgen_tui.store.reader").head_at_end(path)
    told: list[str] = [kept.greeting(head, anew=config is not None), *([notice] if notice else [])]
    settings: Config = config or kept.config_of(head)
    return ConsoleApp(
        _with_own(settings), notice="\n".join(told), resumes=path, remembered=of_user()
    )


def _with_own(config: "Config") -> "Config":
    settings = importlib.import_module("massgen_tui.config.own_settings")
    known: Config = settings.with_own(config)
    return known


def _run(app: ConsoleApp) -> int:
    app.last_resort = ForcedExit(
        app.before.modes, also=lambda: PUT_BACK if app.sets_terminal_title else ""
    )
    with on_signals(app.end_by_signal):
        app.run()
        app.last_resort.disarm()
    if app.refused is not None:
        raise app.refused
    return exit_code(app)
