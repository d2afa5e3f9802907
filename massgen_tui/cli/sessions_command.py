"""`massgen-tui sessions`: what was kept; found, renamed, removed."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click

from massgen_tui import paths
from massgen_tui.cli.session_table import cut, record_of, row_of, table
from massgen_tui.store import catalogue
from massgen_tui.store.catalogue import Found
from massgen_tui.store.changes import remove, rename
from massgen_tui.store.find import UnknownSessionError, find_session, session_id
from massgen_tui.store.hits import line_at
from massgen_tui.store.locks import is_locked
from massgen_tui.store.reader import NoSessionError
from massgen_tui.store.schema import to_json
from massgen_tui.store.summary import Passage, Summary
from massgen_tui.text import one_line

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
    """List the sessions that were kept, the newest first; or search, rename, remove them."""
    if ctx.invoked_subcommand is not None:
        return
    folder = paths.sessions_dir()
    if search is not None and not search.strip():
        raise click.UsageError("--search: what is searched for is empty")
    found = _found(folder, search)
    if as_json:
        records = [record_of(one) for one, _ in islice(found, limit)]
        click.echo(to_json({"sessions": records}, indent=2))
        return
    shown = list(islice(found, (limit or SHOWN)))
    more = sum(1 for _ in found)
    if not shown:
        words = f"No session has {one_line(search, 60)!r}" if search else "No session is kept"
        click.echo(f"{words} in {folder}.", err=True)
        return
    for line in _told(shown, search or ""):
        click.echo(line)
    if more:
        click.echo(f"… and {more} more: --limit shows them", err=True)


def _found(folder: Path, search: str | None) -> Iterator[tuple[Summary, Found | None]]:
    if search is None:
        yield from ((one, None) for one in catalogue.sessions(folder))
    else:
        yield from ((one.session, one) for one in catalogue.search(folder, search))


def _told(shown: Iterable[tuple[Summary, Found | None]], search: str) -> Iterator[str]:
    told = list(shown)
    width = shutil.get_terminal_size((120, 24)).columns
    head, *lines = table([row_of(one) for one, _ in told], width)
    yield head
    for line, (_, found) in zip(lines, told, strict=True):
        yield line
        if found is not None:
            yield _hit(found, search, width)


def _hit(found: Found, search: str, width: int) -> str:
    more = f"  (+{found.more})" if found.more else ""
    begin = f"    {where(found.first)}: "
    room = max(width - len(begin) - len(more), 20)
    return f"{begin}{cut(line_at(found.first.text, search, room).text, room)}{more}"


def where(passage: Passage) -> str:
    """In which text of a session something stands, for people."""
    turn = [f"turn {passage.turn}"] if passage.turn else []
    return " ".join([*turn, *([passage.agent] if passage.agent else []), passage.kind])


@command.command("rm")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
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
    for path in meant:
        try:
            remove(path)
        except OSError as error:
            raise click.ClickException(f"{path} cannot be removed: {error.strerror}") from None
    click.echo(f"removed: {names}")
    return 0


@command.command("rename")
@click.argument("id")
@click.argument("title")
@click.option("--running", is_flag=True, help="Also one that is running.")
def rename_command(id: str, title: str, running: bool) -> int:
    """Give a session another title. ID: the beginning of one is enough; `last` is the newest."""
    path, title = _meant(id), one_line(title)
    if not title:
        raise click.UsageError("the title is empty")
    _allow_running(path, running, "It is running. Rename it?")
    try:
        rename(path, title)
    except (OSError, NoSessionError) as error:
        raise click.ClickException(f"{path} cannot be renamed: {error}") from None
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
