"""A config made of what was found, as plain values: the same checks as a file's."""

import re
from collections.abc import Collection, Mapping, Sequence

from massgen_tui.config.build import build
from massgen_tui.config.model import Config
from massgen_tui.config.variables import literal
from massgen_tui.dialects import GENERIC
from massgen_tui.discover.found import Choice

_LONGEST = 40
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


def config_of(
    choices: Sequence[Choice], variables: Mapping[str, str], taken: Collection[str] = ()
) -> Config:
    """The checked config of these agents, named after its addresses.

    Args:
        choices: the agents.
        variables: where keys are looked up.
        taken: ids that none of them may have.

    Raises:
        InvalidValues: a server told a model's name that no config can hold.
    """
    name = ", ".join(dict.fromkeys(_place(choice) for choice in choices))
    return build({"agents": agents_of(choices, taken)}, variables, name=name)


def servers_of(
    addresses: Sequence[str], variables: Mapping[str, str], keys: Mapping[str, str]
) -> Config:
    """A config of servers that no agent uses, to look at them.

    Args:
        addresses: theirs.
        variables: where keys are looked up.
        keys: the variable whose key goes to an address.

    Raises:
        InvalidValues: an address is none.
    """
    agent = {"id": "nobody", "backend": {"type": GENERIC.name, "model": "none"}}
    servers = [
        {"base_url": literal(address)}
        | ({"api_key": f"${{{keys[address]}}}"} if keys.get(address) else {})
        for address in addresses
    ]
    config = build({"agents": [agent], "servers": servers}, variables, name=", ".join(addresses))
    return config.model_copy(update={"agents": (), "warnings": ()})


def agents_of(choices: Sequence[Choice], taken: Collection[str] = ()) -> list[dict[str, object]]:
    """The agents as `agents:` of a config has them, under ids that are not taken."""
    return [
        {"id": id, "backend": _backend(choice)}
        for id, choice in zip(names_of(choices, taken), choices, strict=True)
    ]


def names_of(choices: Sequence[Choice], taken: Collection[str] = ()) -> list[str]:
    """A short name for each agent, of its server and its model, unlike others and those taken."""
    wanted = [_name(choice) for choice in choices]
    named: list[str] = []
    for choice, name in zip(choices, wanted, strict=True):
        own = name
        if wanted.count(name) > 1:
            own = f"{name}-{_OTHER.sub('-', _place(choice).rpartition(':')[2])}"
        number = 2
        unique = own
        while unique in named or unique in taken:
            unique, number = f"{own}-{number}", number + 1
        named.append(unique)
    return named


def _name(choice: Choice) -> str:
    found = choice.found
    server = found.type if found.type != "chatcompletion" else found.kind.partition(" ")[0]
    model = choice.model.rstrip("/").rpartition("/")[2]
    slug = _OTHER.sub("-", f"{server.lower()}-{model}" if server else model).strip("-.")
    return slug[:_LONGEST].strip("-.") or "agent"


def _backend(choice: Choice) -> dict[str, object]:
    found = choice.found
    backend: dict[str, object] = {
        "type": found.type,
        "model": literal(choice.model),
        "base_url": literal(found.base_url),
    }
    if found.api_key:
        backend["api_key"] = found.api_key
    return backend


def _place(choice: Choice) -> str:
    return choice.found.base_url.partition("://")[2].removesuffix("/v1")
