"""Reads a config for a command."""

from pathlib import Path

import click

from massgen_tui.cli.configs import no_such_config
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config


def read_config(name: str) -> Config:
    """Load the config file `name`.

    Raises:
        click.ClickException: it is not there.
        ConfigError: it cannot be read as a config.
    """
    path = Path(name)
    if not path.is_file():
        raise click.ClickException(no_such_config(name))
    return load_config(path)
