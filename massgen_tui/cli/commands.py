"""All commands, by click."""

import importlib

import click

from massgen_tui import __version__
from massgen_tui.cli.arguments import as_text
from massgen_tui.cli.configs import what_there_is
from massgen_tui.cli.group import Commands
from massgen_tui.terminal import undrawable

HELP = """Run several language-model agents side by side.

\b
massgen-tui CONFIG ["PROMPT"]                      open the console
massgen-tui http://localhost:8000 localhost:30000  the same, of what stands there
massgen-tui run CONFIG|ADDRESS… "PROMPT"           ask once and print, without a screen
massgen-tui demo                                   a real small model, on this machine, now
"""


@click.group(
    cls=Commands,
    help=HELP,
    invoke_without_command=True,
    subcommand_metavar="[CONFIG|ADDRESS… [PROMPT] | COMMAND [ARGS]…]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--config", metavar="CONFIG", help="The config file to open the console with.")
@click.version_option(__version__, prog_name="massgen-tui")
@click.pass_context
def group(ctx: click.Context, config: str | None) -> int:
    """The command line; `Commands` has already turned `--config` into the command `open`."""
    if ctx.invoked_subcommand is None:
        if undrawable():
            raise click.UsageError(what_there_is(), ctx)
        return int(importlib.import_module("massgen_tui.cli.starting").start())
    return 0


def run(words: list[str]) -> int:
    """Run the command that `words` name and give its exit code; wrong usage is 1, not click's 2.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    try:
        code = group.main(as_text(words), prog_name="massgen-tui", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 1
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return code if isinstance(code, int) else 0
