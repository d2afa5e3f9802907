"""Kept sessions as the command line names them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from massgen_tui.exit_codes import CLOSED_PIPE
from massgen_tui.store.find import UnknownSessionError, find_session
from massgen_tui.terminal import undrawable

if TYPE_CHECKING:
    from massgen_tui.headless.streams import Output


def session_named(text: str) -> Path:
    """The file of a session.

    Raises:
        click.ClickException: there is none, or several could be meant.
    """
    try:
        return find_session(text)
    except UnknownSessionError as error:
        raise click.ClickException(str(error)) from None


def code_of(out: "Output") -> int:
    """The exit code of a command that wrote to `out`; says why it could not be written.

    Raises:
        click.ClickException: it could not, and its reader is not to blame.
    """
    if out.error is not None:
        raise click.ClickException(f"standard output cannot be written: {out.error.strerror}")
    return CLOSED_PIPE if out.broken else 0


def must_be_drawable(instead: str) -> None:
    """Refuse a screen where there is no terminal.

    Raises:
        click.ClickException: there is none; names what to do instead.
    """
    if why := undrawable():
        raise click.ClickException(f"this needs a terminal, and {why}; {instead}")
