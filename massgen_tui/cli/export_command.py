"""`massgen-tui export ID`: a kept session as a document."""

import sys
from pathlib import Path

import click

from massgen_tui.cli import completing
from massgen_tui.cli.kept import code_of, session_named
from massgen_tui.export.files import write_private
from massgen_tui.export.forms import FORMS, export
from massgen_tui.export.kept import info_of
from massgen_tui.headless.streams import Output
from massgen_tui.store.reader import read_session

_ENDINGS = {"htm": "html", "markdown": "md"}


@click.command("export")
@click.argument("session", metavar="ID", shell_complete=completing.sessions)
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMS),
    help="The form; else by the ending of the file's name.",
)
@click.option("-o", "--output", metavar="FILE", help="Write this new file; else standard output.")
@click.option("--turn", type=click.IntRange(min=1), metavar="N", help="This turn only.")
@click.option("--agent", "agents", multiple=True, metavar="ID", help="This one only; repeatable.")
def command(
    session: str, *, form: str | None, output: str | None, turn: int | None, agents: tuple[str, ...]
) -> int:
    """Write a kept session down: as Markdown, one page of HTML, JSON or a CSV table.

    ID is that of `massgen-tui sessions`, its beginning, or `last`.

    \b
    Examples:
      massgen-tui export last -o session.html
      massgen-tui export k3v9 --to csv --turn 2
    """
    form = form or _form_of(output)
    path = session_named(session)
    try:
        kept = read_session(path, keep_past=True)
        for told in kept.damage:
            click.echo(f"warning: {told}", err=True)
        # the file holds no key, so nothing is left to be taken out
        text = export(
            kept.state, form, session=info_of(kept), turn=turn, agents=agents or None, redact=str
        )
        if output is not None:
            write_private(Path(output), text)
            click.echo(f"{output} is written", err=True)
            return 0
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except FileExistsError:
        raise click.ClickException(f"{output} is there already: name a new file") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or path}: {error.strerror}") from None
    out = Output(sys.stdout, utf8=True)
    out.write(text)
    return code_of(out)


def _form_of(output: str | None) -> str:
    """The form that a file's name says.

    Raises:
        click.UsageError: it says none.
    """
    ending = Path(output or "").suffix.lower().removeprefix(".")
    form = _ENDINGS.get(ending, ending)
    if form not in FORMS:
        raise click.UsageError(f"name the form: --to {'|'.join(FORMS)}, or -o with such an ending")
    return form
