"""What each kind of server takes, gives and answers to, as data: no `if provider ==` elsewhere."""

from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from massgen_tui.dialects.hosted import HOSTED
from massgen_tui.dialects.model import Cold, Continuing, Dialect, Echo, Structured, Thinking
from massgen_tui.dialects.servers import SERVERS

__all__ = [
    "BY_HOST",
    "BY_NAME",
    "DIALECTS",
    "GENERIC",
    "NAMES",
    "Cold",
    "Continuing",
    "Dialect",
    "Echo",
    "Structured",
    "Thinking",
    "by_host",
    "by_name",
    "resolve",
]

DIALECTS: Final = (*SERVERS, *HOSTED)
NAMES: Final = tuple(dialect.name for dialect in DIALECTS)
BY_NAME: Final = MappingProxyType(
    {word: dialect for dialect in DIALECTS for word in (dialect.name, *dialect.aliases)}
)
BY_HOST: Final = MappingProxyType({host: dialect for dialect in HOSTED for host in dialect.hosts})
GENERIC: Final = BY_NAME["chatcompletion"]
"""Any server that speaks chat completions and is in no table."""


def by_name(kind: str) -> Dialect | None:
    """The dialect that a config's `type:` names, or None when it is not spoken here."""
    return BY_NAME.get(kind.strip().lower())


def by_host(base_url: str) -> Dialect | None:
    """The hosted API whose own host this address names, exactly, whatever its scheme and port."""
    try:
        host = urlsplit(base_url).hostname
    except ValueError:
        return None
    return BY_HOST.get(host or "")


def resolve(kind: str, base_url: str) -> Dialect | None:
    """What an agent of this `type:` speaks at this address; None when the type is not spoken here.

    `chatcompletion` is looked up by the address; a provider's own type keeps its dialect at a
    gateway, unless the table says that it is used for any server (`openai`).
    """
    dialect = by_name(kind)
    if dialect is None:
        return None
    if dialect is GENERIC:
        return by_host(base_url) or GENERIC
    if dialect.hosted and base_url and by_host(base_url) is not dialect and dialect.elsewhere:
        return by_host(base_url) or BY_NAME[dialect.elsewhere]
    return dialect
