"""`massgen-tui watch CONFIG`: servers and GPUs on the whole screen."""

import importlib
import sys
from pathlib import Path

import click

from massgen_tui.cli.configs import no_such_config
from massgen_tui.cli.reading import read_config


@click.command("watch")
@click.argument("config")
def command(config: str) -> int:
    """Watch the servers of CONFIG and the GPUs; no agent is asked anything."""
    if not Path(config).is_file():
        raise click.ClickException(no_such_config(config))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException(
            f"watch needs a terminal; without one use: massgen-tui check {config}"
        )
    read = read_config(config)
    code: int = importlib.import_module("massgen_tui.console.watch").open_watch(read)
    return code
