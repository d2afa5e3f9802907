"""`massgen-tui config [CONFIG]`: every value that counts, and where it came from."""

import importlib
import json
import os
from pathlib import Path

import click

from massgen_tui import paths
from massgen_tui.cli.completing import files
from massgen_tui.cli.configs import no_such_config
from massgen_tui.config.document import read
from massgen_tui.config.loader import load_config
from massgen_tui.config.origins import Known, Origin, Origins, without_config
from massgen_tui.config.own_settings import home, read_own, with_own
from massgen_tui.config.values import Json
from massgen_tui.config.yaml_values import YamlValues
from massgen_tui.text import one_line

_LONGEST = 60
"""Characters of a value, as text."""


@click.command("config")
@click.argument("config", required=False, metavar="[CONFIG]", shell_complete=files)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(config: str | None, *, as_json: bool) -> int:
    """Show every value that counts for CONFIG and where it came from.

    Without CONFIG: what holds for all configs, by your own settings, the environment or default.
    Keys are never shown.

    \b
    Examples:
      massgen-tui config
      massgen-tui config agents.yaml
      massgen-tui config agents.yaml --json
    """
    known = _known()
    warnings = list(known.own.warnings)
    if config is None:
        found = without_config(known)
    else:
        path = Path(config)
        if not path.is_file():
            raise click.ClickException(no_such_config(config))
        made = with_own(load_config(path), known.own)
        found, warnings = Origins(made, YamlValues(read(path)), known).all(), list(made.warnings)
    if as_json:
        click.echo(_json(config, known, found, warnings))
    else:
        click.echo(_text(known, found))
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
    return 0


def _known() -> Known:
    remembered = importlib.import_module("massgen_tui.console.remembered")
    file = paths.state_place() / remembered.FILE
    chosen = remembered.Remembered(file).get(remembered.LAYOUT)
    return Known(read_own(), dict(os.environ), chosen, home(file))


def _text(known: Known, found: list[Origin]) -> str:
    there = "" if known.own.path else " (there is none)"
    head = f"settings: {home(paths.settings_file())}{there}\n\n"
    rows = [(one.name, _shown(one.value), _source(one)) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:{widths[0]}}  {value:{widths[1]}}  {source}" for name, value, source in rows]
    return head + "\n".join(line.rstrip() for line in lines)


def _shown(value: Json) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(said, _LONGEST) if said else '""'


def _source(origin: Origin) -> str:
    return f"{origin.source}: {origin.place}" if origin.place else str(origin.source)


def _json(config: str | None, known: Known, found: list[Origin], warnings: list[str]) -> str:
    values = [
        {
            "name": one.name,
            "value": one.value,
            "source": one.source.value.replace(" ", "_"),
            "place": one.place or None,
        }
        for one in found
    ]
    told = {
        "config": config,
        "settings": str(known.own.path) if known.own.path else None,
        "values": values,
        "warnings": warnings,
    }
    return json.dumps(told, indent=2, ensure_ascii=False)
