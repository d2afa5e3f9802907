"""`massgen-tui diff A B`: two kept runs side by side."""

import json
import sys

import click

from massgen_tui.cli import completing
from massgen_tui.cli.kept import code_of, session_named
from massgen_tui.diff.comparing import Diff, compare
from massgen_tui.diff.json_form import as_json
from massgen_tui.diff.markdown import as_markdown
from massgen_tui.diff.text_form import as_text
from massgen_tui.headless.streams import Output

FORMATS = ("text", "json", "md")
NEW_FAILURES, NOTHING_JOINED = 2, 3


@click.command("diff")
@click.argument("a", metavar="A", shell_complete=completing.sessions)
@click.argument("b", metavar="B", shell_complete=completing.sessions)
@click.option("--format", "shape", type=click.Choice(FORMATS), default="text", show_default=True)
def command(a: str, b: str, *, shape: str) -> int:
    """Compare two kept runs: set-up, numbers, answers, failures.

    A and B are IDs of `massgen-tui sessions`, their beginnings, `last`, or files. Prompts are
    joined by their ids, else by the number of their turn, and agents by their ids, else by their
    models.

    \b
    Examples:
      massgen-tui diff k3v9 last
      massgen-tui diff before.jsonl after.jsonl --format md

    \b
    Exit codes: 0 compared, whatever differs; 1 wrong usage, or one cannot be read;
    2 some answer failed in B that came in A; 3 there is nothing to compare.
    """
    paths = [session_named(name) for name in (a, b)]
    try:
        diff = compare(*paths)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    out = Output(sys.stdout, utf8=shape != "text")
    out.write(_formed(diff, shape))
    if not diff.joined:
        click.echo("the runs have no prompt of an agent in common", err=True)
    return code_of(out) or _code(diff)


def _formed(diff: Diff, shape: str) -> str:
    if shape == "json":
        return json.dumps(as_json(diff), indent=2, ensure_ascii=False) + "\n"
    return as_markdown(diff) if shape == "md" else as_text(diff)


def _code(diff: Diff) -> int:
    if not diff.joined:
        return NOTHING_JOINED
    return NEW_FAILURES if diff.failed_anew else 0
