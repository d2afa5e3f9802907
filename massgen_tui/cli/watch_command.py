"""`massgen-tui watch CONFIG`: servers and GPUs on the whole screen."""

import importlib

import click

from massgen_tui import terminal
from massgen_tui.cli.targets import servers_of, split


@click.command("watch")
@click.argument("words", nargs=-1, required=True, metavar="CONFIG|ADDRESS…")
def command(words: tuple[str, ...]) -> int:
    """Watch the servers of CONFIG, or those at ADDRESSES, and the GPUs; nothing is generated."""
    named = split(words)
    if named.prompt is not None:
        raise click.UsageError(f"{named.prompt!r} is one word too many: watch asks nothing")
    if why := terminal.undrawable():
        other = f"massgen-tui check {' '.join(words)}"
        raise click.ClickException(f"watch needs a terminal, and {why}; without one use: {other}")
    with terminal.taken() as before:
        read = servers_of(named)
        watch = importlib.import_module("massgen_tui.console.watch")
        code: int = watch.open_watch(read, modes=before.modes)
        return code
