"""`massgen-tui completion SHELL`: the script that lets a shell complete our words."""

import importlib
from contextlib import redirect_stderr
from io import StringIO

import click
from click.shell_completion import get_completion_class

PROGRAM = "massgen-tui"
VARIABLE = "_MASSGEN_TUI_COMPLETE"
"""As click makes it of the program's name."""


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh")))
def command(shell: str) -> None:
    """Print the script that completes commands, options, files, agents and sessions in SHELL.

    \b
    Examples:
      eval "$(massgen-tui completion bash)"                # in ~/.bashrc
      massgen-tui completion zsh > ~/.zfunc/_massgen-tui   # ~/.zfunc in fpath, before compinit
    """
    group = importlib.import_module("massgen_tui.cli.commands").group
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"{shell} is not known to this release of click")
    with redirect_stderr(StringIO()):  # an old bash is remarked upon there, and works
        script = kind(group, {}, PROGRAM, VARIABLE).source()
    click.echo(script)
