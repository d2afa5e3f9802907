"""`massgen-tui resume [ID]`: a kept session goes on."""

import importlib

import click

from massgen_tui.cli import completing
from massgen_tui.cli.kept import must_be_drawable, session_named
from massgen_tui.cli.reading import read_config
from massgen_tui.config.model import Config
from massgen_tui.store.find import LAST
from massgen_tui.store.head import Head
from massgen_tui.store.kept_config import NoConfigError, changes, config_of
from massgen_tui.store.locks import is_locked
from massgen_tui.store.reader import NoSessionError, head_at_end, holds_many

SHOWN = 6
"""Changes that are told one by one."""


@click.command("resume")
@click.argument("session", metavar="[ID]", default=LAST, shell_complete=completing.sessions)
@click.option("--config", "config", metavar="FILE", help="Use the settings of this config.")
@click.option("--yes", is_flag=True, help="Do not ask where the session still runs.")
def command(session: str, config: str | None, *, yes: bool) -> int:
    """Go on with a kept session: the conversation as it was, with its own settings.

    ID is that of `massgen-tui sessions`, its beginning, or `last`. What follows is kept in a new
    file, which is whole in itself.

    \b
    Examples:
      massgen-tui resume
      massgen-tui resume k3v9 --config agents.yaml
    """
    path = session_named(session)
    if holds_many(path):
        raise click.ClickException(
            "this session is many prompts, each for itself; to ask for what has no answer: "
            f"massgen-tui run CONFIG --prompts FILE --continue {session}"
        )
    must_be_drawable(f"to read the session without one: massgen-tui export {session} --to md")
    if is_locked(path) and not yes:
        click.confirm("This session still runs. Go on with what it has said so far?", abort=True)
    try:
        head = head_at_end(path)
        settings = read_config(config) if config else config_of(head)
        told = _changed(head, settings if config else None)
        console = importlib.import_module("massgen_tui.console.running")
        return int(console.open_session(path, settings, "\n".join(told)))
    except (NoSessionError, NoConfigError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from None


def _changed(head: Head, config: Config | None) -> list[str]:
    """What another config changes, a line each."""
    told = changes(head, config) if config is not None else []
    more = [f"… and {len(told) - SHOWN} more changes"] if told[SHOWN:] else []
    return [*told[:SHOWN], *more]
