"""The command `massgen-tui`. A command's own room is imported only when it is called."""

import os
import sys
import threading

import click

from massgen_tui import __version__
from massgen_tui.cli.configs import what_there_is
from massgen_tui.cli.group import Commands

INTERRUPTED = 130
CLOSED_PIPE = 141

HELP = """Run several language-model agents side by side.

\b
massgen-tui CONFIG ["PROMPT"]            open the console
massgen-tui --config CONFIG ["PROMPT"]   the same
massgen-tui run CONFIG "PROMPT"          ask once and print, without a screen
massgen-tui demo                         a real small model, on this machine, now
"""


@click.group(
    cls=Commands,
    help=HELP,
    invoke_without_command=True,
    subcommand_metavar="[CONFIG [PROMPT] | COMMAND [ARGS]…]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--config", metavar="CONFIG", help="The config file to open the console with.")
@click.version_option(__version__, prog_name="massgen-tui")
@click.pass_context
def group(ctx: click.Context, config: str | None) -> None:
    """The command line; `Commands` has already turned `--config` into the command `open`."""
    if ctx.invoked_subcommand is None:
        raise click.UsageError(what_there_is(), ctx)


def main() -> None:
    """Run the command line and leave with its exit code; wrong usage is 1, not click's 2."""
    try:
        code = group.main(prog_name="massgen-tui", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 1
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        code = CLOSED_PIPE
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # Its reader has gone: what is left must not be tried again when Python exits.
            _forget(stream.fileno())
    if code > 128 and threading.active_count() > 1:
        # Interrupted: Python would wait for threads that look up names or import.
        os._exit(code)
    sys.exit(code)


def _forget(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
