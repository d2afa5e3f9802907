"""`massgen-tui replay ID`: a kept session is shown again."""

import importlib
import sys
from pathlib import Path

import click

from massgen_tui.cli import completing
from massgen_tui.cli.kept import code_of, must_be_drawable, session_named
from massgen_tui.headless.streams import Output
from massgen_tui.playhead import FASTEST
from massgen_tui.store.reader import NoSessionError
from massgen_tui.store.replaying import print_events, replayed
from massgen_tui.store.schema import Record, to_json


@click.command("replay")
@click.argument("session", metavar="ID", shell_complete=completing.sessions)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, max=FASTEST),
    default=1.0,
    show_default=True,
    help="Times as fast as it was; 0 prints it at once (with --format jsonl).",
)
@click.option("--format", "shape", type=click.Choice(["screen", "jsonl"]), default="screen")
def command(session: str, speed: float, shape: str) -> int:
    """Show a kept session again, with the times that it had; no server is asked.

    `space` pauses, `,` and `.` step, the arrows go 5 s back and forth, `<` and `>` from prompt to
    prompt, `home` and `end` to the beginning and the end; `+` and `-` change the speed. A pause in
    which nobody answers is cut to 3 s. With `--speed 0 --format jsonl` its events are printed, a
    JSON object a line.

    \b
    Examples:
      massgen-tui replay last --speed 4
      massgen-tui replay k3v9 --speed 0 --format jsonl > events.jsonl
    """
    if (speed == 0) != (shape == "jsonl"):
        raise click.UsageError("--speed 0 and --format jsonl belong together")
    path = session_named(session)
    try:
        if shape == "jsonl":
            return _print(path)
        must_be_drawable(f"without one: massgen-tui replay {session} --speed 0 --format jsonl")
        player, kept = replayed(path, speed)
        console = importlib.import_module("massgen_tui.console.running")
        return int(console.open_replay(player, kept.head.id))
    except NoSessionError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from None


def _print(path: Path) -> int:
    out = Output(sys.stdout, utf8=True)

    def write(told: Record) -> None:
        out.write(to_json(told) + "\n")

    kept = print_events(path, write)
    for text in kept.damage:
        click.echo(f"warning: {text}", err=True)
    return code_of(out)
