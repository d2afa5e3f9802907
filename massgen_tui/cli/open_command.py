"""`massgen-tui CONFIG ["PROMPT"]`: the console."""

import importlib
import sys
from pathlib import Path

import click

from massgen_tui.cli.configs import no_such_config
from massgen_tui.cli.reading import read_config


@click.command("open")
@click.argument("config")
@click.argument("prompt", required=False)
def command(config: str, prompt: str | None) -> int:
    """Open the console with the agents of CONFIG; with PROMPT, ask it at once."""
    if not Path(config).is_file():
        raise click.ClickException(no_such_config(config))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException(
            "the console needs a terminal; without one use: "
            f'massgen-tui run {config} "{prompt or "PROMPT"}"'
        )
    read = read_config(config)
    app = importlib.import_module("massgen_tui.console.app")
    code: int = app.open_console(read, prompt=prompt)
    return code
