"""`massgen-tui check`: config files and their servers."""

import asyncio
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config


@click.command("check")
@click.argument("configs", nargs=-1, required=True)
@click.option("--no-probe", is_flag=True, help="Do not ask the servers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 if any agent could not be asked.")
@click.option("--ask", is_flag=True, help="Send small requests and judge what comes back.")
@click.option("--yes", is_flag=True, help="With --ask: do not ask whether to go on.")
def command(
    configs: tuple[str, ...], *, no_probe: bool, as_json: bool, strict: bool, ask: bool, yes: bool
) -> int:
    """Validate CONFIGS, look at their servers and show the requests that would be sent.

    With --ask, a smoke test after a deployment: reasoning, tool calls, stop strings, usage, …

    \b
    Exit codes: 0 all is well; 1 wrong usage or config, or --strict and an agent could not be asked.
    With --ask also: 2 something is not as wanted; 3 nothing is; 130 interrupted; 143 terminated.
    """
    paths = [Path(config) for config in configs]
    if ask and not _permitted(paths, yes=yes):
        return 1
    check = importlib.import_module("massgen_tui.check").check
    code: int = asyncio.run(
        check(paths, probe=not no_probe, as_json=as_json, strict=strict, out=sys.stdout, ask=ask)
    )
    return code


def _permitted(paths: Sequence[Path], *, yes: bool) -> bool:
    """Tell what --ask is about to send, and whether that is wanted."""
    agents = [agent for path in paths for agent in _agents(path)]
    if not agents:
        return True
    told: str = importlib.import_module("massgen_tui.check.ask.told").plan(agents)
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        click.echo(told if yes else f"{told}: name --yes to send them", err=True)
        return yes
    return click.confirm(f"{told}. Go on?", err=True)


def _agents(path: Path) -> list[str]:
    """The agents of a config; none where it is no config, which the check itself tells."""
    try:
        return [agent.id for agent in load_config(path).agents]
    except ConfigError:
        return []
