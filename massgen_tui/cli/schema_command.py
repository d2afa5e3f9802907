"""`massgen-tui schema`: the JSON Schemas of config files and of what `run` and `check` print."""

import json
from importlib.resources import files

import click

from massgen_tui.config.json_schema import config_schema

OF = ("config", "run", "check")


@click.command("schema")
@click.argument("of", type=click.Choice(OF), default="config")
def command(of: str) -> None:
    """Print a JSON Schema: of config files (the default), or of the JSON of `run` or `check`."""
    if of == "config":
        click.echo(json.dumps(config_schema(), indent=2))
    else:
        click.echo(
            files("massgen_tui.cli").joinpath("schemas", f"{of}.json").read_text("utf-8"), nl=False
        )
