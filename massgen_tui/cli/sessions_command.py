"""`massgen-tui sessions`: what was kept."""

import click

from massgen_tui import paths
from massgen_tui.store.index import Kept, kept_sessions
from massgen_tui.text import one_line


@click.command("sessions")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
def command(limit: int) -> None:
    """List the sessions that were kept, the newest first."""
    folder = paths.sessions_dir()
    found = kept_sessions(folder)
    if not found:
        click.echo(f"No session is kept in {folder}.", err=True)
    for kept in found[:limit]:
        click.echo(_line(kept))


def _line(kept: Kept) -> str:
    prompts = f"{kept.prompts} prompt{'' if kept.prompts == 1 else 's'}"
    return f"{kept.path}  {prompts}  {one_line(kept.first, 60)}"
