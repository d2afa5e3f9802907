"""`massgen-tui check`: config files and their servers."""

import asyncio
import importlib
import sys
from pathlib import Path

import click


@click.command("check")
@click.argument("configs", nargs=-1, required=True)
@click.option("--no-probe", is_flag=True, help="Do not ask the servers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 if any agent could not be asked.")
def command(configs: tuple[str, ...], no_probe: bool, as_json: bool, strict: bool) -> int:
    """Validate CONFIGS, look at their servers and show the requests that would be sent."""
    check = importlib.import_module("massgen_tui.check").check
    paths = [Path(config) for config in configs]
    code: int = asyncio.run(
        check(paths, probe=not no_probe, as_json=as_json, strict=strict, out=sys.stdout)
    )
    return code
