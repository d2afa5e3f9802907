"""`massgen-tui watch CONFIG`: servers and GPUs on the whole screen."""

import importlib
from pathlib import Path

import click

from massgen_tui import terminal
from massgen_tui.cli.configs import no_such_config
from massgen_tui.cli.reading import read_config


@click.command("watch")
@click.argument("config")
def command(config: str) -> int:
    """Watch the servers of CONFIG and the GPUs; no agent is asked anything."""
    if not Path(config).is_file():
        raise click.ClickException(no_such_config(config))
    if why := terminal.undrawable():
        raise click.ClickException(
            f"watch needs a terminal, and {why}; without one use: massgen-tui check {config}"
        )
    with terminal.taken() as before:
        read = read_config(config)
        watch = importlib.import_module("massgen_tui.console.watch")
        code: int = watch.open_watch(read, modes=before.modes)
        return code
