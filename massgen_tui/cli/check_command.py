"""`massgen-tui check`: config files and their servers."""

import asyncio
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from massgen_tui.cli.addresses import is_address
from massgen_tui.cli.completing import files
from massgen_tui.cli.targets import FOR_ADDRESSES, read, split, with_models
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config


@click.command("check")
@click.argument("words", nargs=-1, required=True, metavar="CONFIG…|ADDRESS…", shell_complete=files)
@with_models
@click.option("--no-probe", is_flag=True, help="Do not ask the servers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 if any agent could not be asked.")
@click.option("--ask", is_flag=True, help="Send small requests and judge what comes back.")
@click.option("--yes", is_flag=True, help="With --ask: do not ask whether to go on.")
def command(
    words: tuple[str, ...],
    *,
    models: tuple[str, ...],
    key_env: str,
    no_probe: bool,
    as_json: bool,
    strict: bool,
    ask: bool,
    yes: bool,
) -> int:
    """Validate CONFIGs, look at their servers and show the requests that would be sent.

    ADDRESSes are looked at, and made a config of.

    With --ask, a smoke test after a deployment: reasoning, tool calls, stop strings, usage, …

    \b
    Examples:
      massgen-tui check agents.yaml
      massgen-tui check configs/*.yaml --no-probe --json
      massgen-tui check localhost:8000 --ask --yes

    \b
    Exit codes: 0 all is well; 1 wrong usage or config, or --strict and an agent could not be asked.
    With --ask also: 2 something is not as wanted; 3 nothing is; 130 interrupted; 143 terminated.
    """
    paths, refused = _named(words, models, key_env)
    if ask and not _permitted(paths, yes=yes):
        return 1
    check = importlib.import_module("massgen_tui.check").check
    code: int = asyncio.run(
        check(paths, probe=not no_probe, as_json=as_json, strict=strict, out=sys.stdout, ask=ask)
    )
    return code or (2 if refused else 0)


def _named(
    words: Sequence[str], models: Sequence[str], key_env: str
) -> tuple[list[Path | Config], bool]:
    """The files, or the config of the addresses and whether some could not be used."""
    if not is_address(words[0]) or Path(words[0]).is_file():
        if models or key_env:
            raise click.UsageError(FOR_ADDRESSES)
        return [Path(word) for word in words], False
    if other := [word for word in words if not is_address(word)]:
        raise click.UsageError(f"{other[0]!r} is no address: name files, or addresses")
    targets = read(split(words), models, key_env)
    return [targets.config], bool(targets.refused)


def _permitted(paths: Sequence[Path | Config], *, yes: bool) -> bool:
    """Tell what --ask is about to send, and whether that is wanted."""
    agents = [agent for path in paths for agent in _agents(path)]
    if not agents:
        return True
    told: str = importlib.import_module("massgen_tui.check.ask.told").plan(agents)
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        click.echo(told if yes else f"{told}: name --yes to send them", err=True)
        return yes
    return click.confirm(f"{told}. Go on?", err=True)


def _agents(path: Path | Config) -> list[str]:
    """The agents of a config; none where it is no config, which the check itself tells."""
    try:
        config = path if isinstance(path, Config) else load_config(path)
        return [agent.id for agent in config.agents]
    except ConfigError:
        return []
