"""`massgen-tui init`: a config file of what stands at addresses."""

import importlib
from pathlib import Path

import click

from massgen_tui.cli.addresses import is_address
from massgen_tui.cli.targets import NO_AGENT, look, with_models
from massgen_tui.text import one_line


@click.command("init")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@with_models
@click.option("-o", "--output", metavar="FILE", help="Write to this new file.")
def command(
    addresses: tuple[str, ...], *, models: tuple[str, ...], key_env: str, output: str | None
) -> int:
    """Write a config of the servers at ADDRESSES, with comments, to standard output or a new file.

    \b
    Examples:
      massgen-tui init http://localhost:8000 http://localhost:30000 -o agents.yaml
      massgen-tui init gpu-box:8000 -m Qwen/Qwen3-4B > agents.yaml

    \b
    Exit codes: 0 all addresses are in it; 1 none is, or the file is there already;
    2 some are not, which is told.
    """
    if wrong := [one for one in addresses if not is_address(one)]:
        raise click.UsageError(f"{wrong[0]!r} is no address: http://host:port, or host:port")
    if output is not None and Path(output).exists():
        raise click.ClickException(
            f"{output} is there already, and stays as it is: choose another -o"
        )
    choices, refused = look(addresses, models, key_env)
    for found in refused:
        click.echo(one_line(found.told, 2000), err=True)
    if not choices:
        raise click.ClickException(NO_AGENT)
    template = importlib.import_module("massgen_tui.discover.template")
    text: str = template.file_of(choices, refused)
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            template.save(Path(output), text)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
        click.echo(f"{output} is written; open it: massgen-tui {output}", err=True)
    return 2 if refused else 0
