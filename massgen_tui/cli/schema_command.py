"""`massgen-tui schema`: JSON Schemas of config files, of kept sessions, and of what is printed."""

import json
from importlib.resources import files

import click

from massgen_tui.config.json_schema import config_schema, settings_schema

OF = (
    "config",
    "settings",
    "values",
    "run",
    "batch",
    "check",
    "session",
    "sessions",
    "diff",
    "watch",
)
_MADE = {"config": config_schema, "settings": settings_schema}


@click.command("schema")
@click.argument("of", type=click.Choice(OF), default="config")
def command(of: str) -> None:
    """Print a JSON Schema.

    Of config files (the default), of the user's own settings, of the JSON of `run`, of its many
    prompts (`batch`), of `check`, `sessions`, `diff` or `watch`, of that of `config`
    (`values`), or of the lines of the file that
    keeps a session.

    \b
    Examples:
      massgen-tui schema > massgen-tui.schema.json
      massgen-tui schema settings
      massgen-tui schema run
    """
    if of in _MADE:
        click.echo(json.dumps(_MADE[of](), indent=2))
    else:
        click.echo(
            files("massgen_tui.cli").joinpath("schemas", f"{of}.json").read_text("utf-8"), nl=False
        )
