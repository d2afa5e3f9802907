"""The words of a command line that name agents: one config file, or any number of addresses."""

import asyncio
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import click

from massgen_tui.cli.addresses import is_address
from massgen_tui.cli.configs import no_such_config
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.config.own_settings import with_own
from massgen_tui.config.variables import gather
from massgen_tui.net.address import shown
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.discover.found import Choice, Found

FOR_ADDRESSES = "-m and --key-env are for addresses: a config has its own"
NO_AGENT = (
    "no agent can be made of what was found: mend that and run this again; `massgen-tui` alone "
    "looks for servers on this host, `massgen-tui demo` needs none"
)
_Command = TypeVar("_Command", bound=Callable[..., int])


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a command line name."""

    config: str = ""
    """A config file; empty: addresses are named."""
    addresses: tuple[str, ...] = ()
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """The agents that were named, and the addresses of which none could be made."""

    config: Config
    refused: tuple["Found", ...] = ()


def split(words: Sequence[str], prompt: str | None = None) -> Words:
    """Tell config, addresses and prompt apart.

    Args:
        words: as they were typed, without options.
        prompt: what `--prompt` says.

    Raises:
        click.UsageError: there are too many, or none.
        click.ClickException: the first is neither a file nor an address.
    """
    if not words:
        raise click.UsageError("name a config file or the address of a server")
    first, *rest = words
    if Path(first).is_file():
        return Words(first, (), _only_prompt(rest, prompt))
    if not is_address(first):
        raise click.ClickException(no_such_config(first))
    count = next((n for n, word in enumerate(words) if not is_address(word)), len(words))
    if any(Path(word).is_file() and not is_address(word) for word in words[count : count + 1]):
        raise click.UsageError("name one config file, or addresses: not both")
    return Words("", tuple(words[:count]), _only_prompt(words[count:], prompt))


def _only_prompt(rest: Sequence[str], prompt: str | None) -> str | None:
    if len(rest) > 1:
        raise click.UsageError(f"{rest[1]!r} is one word too many: put the prompt in quotes")
    if rest and prompt is not None:
        raise click.UsageError("the prompt is given twice: as a word and by --prompt")
    return rest[0] if rest else prompt


def with_models(command: _Command) -> _Command:
    """Give a command the options that addresses take: `-m` and `--key-env`."""
    option = click.option(
        "-m",
        "--model",
        "models",
        multiple=True,
        metavar="MODEL",
        help="The model at the addresses: one for all, or one for each.",
    )
    return option(with_key(command))


def with_key(command: _Command) -> _Command:
    """Give a command the option that names the variable of a key: `--key-env`."""
    return click.option(
        "--key-env",
        metavar="NAME",
        default="",
        help="The variable with the key of addresses that want one.",
    )(command)


def read(words: Words, models: Sequence[str] = (), key_env: str = "") -> Targets:
    """The agents that words name; addresses are looked at, and what is wrong with one is told.

    Raises:
        click.UsageError: models do not fit the addresses.
        click.ClickException: no agent can be made of any.
        ConfigError: the file cannot be read as a config.
    """
    if words.config:
        if models or key_env:
            raise click.UsageError(FOR_ADDRESSES)
        return Targets(with_own(load_config(Path(words.config))))
    choices, refused = look(words.addresses, models, key_env)
    config = config_of(choices, [one_line(one.told, 2000) for one in refused])
    return Targets(with_own(config), tuple(refused))


def config_of(choices: Sequence["Choice"], refused: Sequence[str]) -> Config:
    """The config of what was chosen; what none came of is told.

    Raises:
        click.ClickException: nothing was chosen.
    """
    for told in refused:
        click.echo(told, err=True)
    if not choices:
        raise click.ClickException(NO_AGENT)
    values = importlib.import_module("massgen_tui.discover.values")
    variables, _ = gather(os.environ, [Path.cwd()])
    config: Config = values.config_of(choices, variables)
    return config


def look(
    addresses: Sequence[str], models: Sequence[str] = (), key_env: str = ""
) -> tuple[list["Choice"], list["Found"]]:
    """Look at addresses and choose a model of each; gives the choices, and what none came of.

    Raises:
        click.UsageError: models do not fit the addresses.
    """
    chosen = [_chosen(found) for found in looked(addresses, models, key_env)]
    return [settled().choice(one) for one in chosen if not one.problem], [
        one for one in chosen if one.problem
    ]


def looked(
    addresses: Sequence[str], models: Sequence[str] = (), key_env: str = ""
) -> list["Found"]:
    """Look at addresses; where a model is named or there is one alone, `decided` says so.

    Raises:
        click.UsageError: models do not fit the addresses.
    """
    if len(models) not in (0, 1, len(addresses)):
        many = f"{len(models)} models for {len(addresses)} addresses"
        raise click.UsageError(f"{many}: name -m once, or once for each address")
    room = importlib.import_module("massgen_tui.discover.look")
    variables, notes = gather(os.environ, [Path.cwd()])
    for note in notes:
        click.echo(f"warning: {note}", err=True)
    if sys.stderr.isatty():
        told = one_line(", ".join(map(shown, addresses)), 400)
        click.echo(f"Looking at {told} …", err=True)
    found = asyncio.run(room.look_at(addresses, variables, key_variable=key_env))
    wanted = list(models or [""])
    wanted *= len(addresses) if len(wanted) == 1 else 1
    return [settled().settled(one, model) for one, model in zip(found, wanted, strict=True)]


def settled() -> ModuleType:
    """What settles which model of an address is meant; it takes time to import."""
    return importlib.import_module("massgen_tui.discover.settled")


def _chosen(found: "Found") -> "Found":
    """The same with its one model first, or with the problem that none can be chosen."""
    if found.problem or found.decided:
        return found
    names = [one.id for one in found.chat]
    if sys.stdin.isatty() and sys.stderr.isatty():
        first: Found = settled().first(found, _asked(found, names))
        return first
    several: Found = settled().several(found)
    return several


def _asked(found: "Found", names: Sequence[str]) -> str:
    """Ask which model is meant, by its number."""
    click.echo(f"{one_line(found.address, 200)} serves {len(names)} models:", err=True)
    for number, name in enumerate(names, 1):
        click.echo(f"  {number:3}  {one_line(name, 200)}", err=True)
    number = click.prompt("Which one?", type=click.IntRange(1, len(names)), default=1, err=True)
    return names[number - 1]


def servers_of(words: Words, key_env: str = "") -> Config:
    """The servers that words name, for looking at them alone.

    Raises:
        click.UsageError: a key is named for a config.
        click.ClickException: an address is none.
        ConfigError: the file cannot be read as a config.
    """
    if words.config:
        if key_env:
            raise click.UsageError("--key-env is for addresses: a config has its own")
        return load_config(Path(words.config))
    room = importlib.import_module("massgen_tui.discover.look")
    placed: list[Found] = [room.placed(address) for address in words.addresses]
    for found in placed:
        if found.problem:
            raise click.ClickException(one_line(found.told, 2000))
    values = importlib.import_module("massgen_tui.discover.values")
    variables, _ = gather(os.environ, [Path.cwd()])
    keys: dict[str, str] = {}
    if any(variables.get(name) for name in (key_env, *room.KEY_VARIABLES)):
        # a key goes only where one is asked for
        looked: list[Found] = asyncio.run(
            room.look_at(words.addresses, variables, key_variable=key_env)
        )
        keys = {found.address: found.key_variable for found in looked}
    config: Config = values.servers_of(words.addresses, variables, keys)
    return config
