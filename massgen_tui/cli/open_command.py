"""`massgen-tui open CONFIG ["PROMPT"]`: the console."""

from pathlib import Path

import click

from massgen_tui.cli.configs import no_such_config
from massgen_tui.cli.opening import open_file
from massgen_tui.terminal import undrawable


@click.command("open")
@click.argument("config")
@click.argument("prompt", required=False)
@click.option("--coordinate", is_flag=True, help="Let the agents agree on one answer (f8).")
def command(config: str, prompt: str | None, *, coordinate: bool) -> int:
    """Open the console with the agents of CONFIG; with PROMPT, ask it at once."""
    if not Path(config).is_file():
        raise click.ClickException(no_such_config(config))
    if why := undrawable():
        raise click.ClickException(
            f"the console needs a terminal, and {why}; without one use: "
            f'massgen-tui run {config} "{prompt or "PROMPT"}"'
        )
    return open_file(config, prompt, coordinate=coordinate)
