"""Kept sessions as the command line names them."""

from pathlib import Path

import click

from massgen_tui.store.find import UnknownSessionError, find_session
from massgen_tui.terminal import undrawable


def session_named(text: str) -> Path:
    """The file of a session.

    Raises:
        click.ClickException: there is none, or several could be meant.
    """
    try:
        return find_session(text)
    except UnknownSessionError as error:
        raise click.ClickException(str(error)) from None


def must_be_drawable(instead: str) -> None:
    """Refuse a screen where there is no terminal.

    Raises:
        click.ClickException: there is none; names what to do instead.
    """
    if why := undrawable():
        raise click.ClickException(f"this needs a terminal, and {why}; {instead}")
