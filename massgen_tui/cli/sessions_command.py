"""`massgen-tui sessions`: what was kept; found, renamed, removed."""

import importlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from massgen_tui import paths
from massgen_tui.cli import completing
from massgen_tui.cli.session_table import cut, record_of, row_of, table
from massgen_tui.store.catalogue import Catalogue, open_catalogue
from massgen_tui.store.find import UnknownSessionError, begun_first, find_session, session_id
from massgen_tui.store.hits import Hit, line_at
from massgen_tui.store.locks import is_locked
from massgen_tui.store.summary import Passage, Summary
from massgen_tui.text import one_line

Shown = tuple[Sequence[tuple[Summary, Hit | None]], int]
"""Sessions with what was found in them, and how many more there are."""
SHOWN = 20
"""Sessions that the table shows where no limit is given; JSON has all."""


@click.group("sessions", invoke_without_command=True)
@click.option(
    "--search", metavar="TEXT", help="Those in whose prompts, answers or reasoning it is."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--limit", type=click.IntRange(min=1), help=f"The newest so many; without: {SHOWN}, JSON all."
)
@click.pass_context
def command(ctx: click.Context, search: str | None, as_json: bool, limit: int | None) -> None:
    """List the sessions that were kept, the newest first; or search, rename, remove them.

    \b
    Examples:
      massgen-tui sessions --search "machine learning"
      massgen-tui sessions rename last "FP8 against BF16"
      massgen-tui sessions rm k3v9
    """
    if ctx.invoked_subcommand is not None:
        return
    if search is not None and not search.strip():
        raise click.UsageError("--search: what is searched for is empty")
    most = limit or (sys.maxsize if as_json else SHOWN)
    catalogue = open_catalogue()
    try:
        shown, more = _listed(catalogue, most) if search is None else _hits(catalogue, search, most)
    finally:
        catalogue.close()
    if as_json:
        records = [record_of(one) for one, _ in shown]
        to_json = importlib.import_module("massgen_tui.store.schema").to_json
        click.echo(to_json({"sessions": records}, indent=2))
    elif shown:
        for line in _told(shown, search or ""):
            click.echo(line)
        if more:
            click.echo(f"… and {more} more: --limit shows them", err=True)
    else:
        words = f"No session has {one_line(search, 60)!r}" if search else "No session is kept"
        click.echo(f"{words} in {paths.sessions_dir()}.", err=True)


def _listed(catalogue: Catalogue, most: int) -> Shown:
    found = catalogue.sessions()
    shown = [(one, None) for one in islice(found, most)]
    return shown, max(len(begun_first(paths.sessions_dir())) - most, 0)


def _hits(catalogue: Catalogue, search: str, most: int) -> Shown:
    if unread := catalogue.unread():
        _read_all(catalogue, unread)
    found = catalogue.search(search, most)
    return [(hit.session, hit) for hit in found.hits], found.more


def _read_all(catalogue: Catalogue, unread: int) -> None:
    """Read what is new, and say so where somebody waits for it."""
    seen = sys.stderr.isatty() and unread > SHOWN
    for number, _ in enumerate(catalogue.sessions(), 1):
        if seen and number % SHOWN == 0:
            click.echo(f"\rreading sessions: {number} of {unread} new", nl=False, err=True)
    if seen:
        click.echo("\r\x1b[K", nl=False, err=True)


def _told(shown: Sequence[tuple[Summary, Hit | None]], search: str) -> Iterator[str]:
    width = shutil.get_terminal_size((120, 24)).columns
    head, *lines = table([row_of(one) for one, _ in shown], width)
    yield head
    for line, (_, hit) in zip(lines, shown, strict=True):
        yield line
        if hit is not None:
            yield _hit(hit, search, width)


def _hit(found: Hit, search: str, width: int) -> str:
    more = f"  (+{found.more})" if found.more else ""
    begin = f"    {where(found.first)}: "
    room = max(width - len(begin) - len(more), 20)
    return f"{begin}{cut(line_at(found.first.text, search, room).text, room)}{more}"


def where(passage: Passage) -> str:
    """In which text of a session something stands, for people."""
    turn = [f"turn {passage.turn}"] if passage.turn else []
    return " ".join([*turn, *([passage.agent] if passage.agent else []), passage.kind])


@command.command("rm")
@click.argument("ids", nargs=-1, required=True, metavar="ID…", shell_complete=completing.sessions)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--running", is_flag=True, help="Also those that are running.")
def rm(ids: tuple[str, ...], yes: bool, running: bool) -> int:
    """Remove sessions for good. ID: the beginning of one is enough; `last` is the newest."""
    meant = dict.fromkeys(_meant(id) for id in ids)
    for path in meant:
        _allow_running(path, running, "A running session is written anew at once. Remove it?")
    many = "this session" if len(meant) == 1 else f"these {len(meant)} sessions"
    names = ", ".join(session_id(path) for path in meant)
    if not yes:
        _ask(f"Remove {many} for good: {names}?", "--yes removes without asking")
    removed = []
    try:
        for path in meant:
            path.unlink()
            removed.append(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be removed: {error.strerror}") from None
    finally:
        catalogue = open_catalogue()
        catalogue.forget(*removed)
        catalogue.close()
    click.echo(f"removed: {names}")
    return 0


@command.command("rename")
@click.argument("id", shell_complete=completing.sessions)
@click.argument("title")
@click.option("--running", is_flag=True, help="Also one that is running.")
def rename_command(id: str, title: str, running: bool) -> int:
    """Give a session another title. ID: the beginning of one is enough; `last` is the newest."""
    path, title = _meant(id), one_line(title)
    if not title:
        raise click.UsageError("the title is empty")
    _allow_running(path, running, "It is running. Rename it?")
    try:
        importlib.import_module("massgen_tui.store.rename").rename(path, title)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be renamed: {error.strerror}") from None
    except ValueError as error:  # it names the file
        raise click.ClickException(f"nothing is renamed: {error}") from None
    click.echo(f"{session_id(path)} is called {title!r}")
    return 0


def _meant(id: str) -> Path:
    try:
        return find_session(id)
    except UnknownSessionError as error:
        raise click.ClickException(str(error)) from None


def _allow_running(path: Path, running: bool, question: str) -> None:
    if not running and is_locked(path):
        id = session_id(path)
        _ask(f"{id}: {question}", f"{id} is running: --running does it all the same")


def _ask(question: str, refusal: str) -> None:
    """Ask on a terminal.

    Raises:
        click.ClickException: the answer is no, or nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise click.ClickException(f"nobody can be asked here: {refusal}")
    if not click.confirm(question, err=True):
        raise click.ClickException("nothing was changed")
