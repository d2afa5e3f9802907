"""`massgen-tui schema`: the JSON Schema of config files, for editors."""

import json

import click

from massgen_tui.config.json_schema import config_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of config files."""
    click.echo(json.dumps(config_schema(), indent=2))
