"""Reads a config for a command: what is wrong with it is said on standard error, exit code 1."""

from pathlib import Path

import click

from massgen_tui.cli.configs import no_such_config
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.schema import Config


def read_config(name: str) -> Config:
    """Load the config file `name`.

    Raises:
        click.ClickException: it is not there or cannot be read as a config.
    """
    path = Path(name)
    if not path.is_file():
        raise click.ClickException(no_such_config(name))
    try:
        return load_config(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{name} cannot be read: {error.strerror}") from error
