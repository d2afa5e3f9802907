"""What a config file decides of its agents by itself: where they are asked, and as what.

Told by the outline's nodes, with the loader's own rules for addresses and dialects. An agent of
which a variable, a missing key or a problem decides anything is the loader's to tell. What this
imports, the first whole frame waits for: no pydantic.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import yaml

from massgen_tui.config.address import AddressError, normalise, port_of
from massgen_tui.config.document import Unusable
from massgen_tui.config.outline import Outline, agents_of, find
from massgen_tui.dialects import Dialect, by_host, by_name, resolve
from massgen_tui.net.address import root_of

_WORDS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float"))
_NULL = "tag:yaml.org,2002:null"
_DEEPEST = 2000
"""Nodes of an agent that are looked at."""


class Whereabouts(NamedTuple):
    """Where an agent is asked, for people."""

    model: str
    provider: str
    server: str
    system: str


def whereabouts(outline: Outline, environ: Mapping[str, str]) -> list[Whereabouts | None]:
    """Of each agent; None where only the loader can tell."""
    return [_of(node, environ) for node in agents_of(outline.root)]


def _of(agent: yaml.Node, environ: Mapping[str, str]) -> Whereabouts | None:
    try:
        if any("${" in text or "***" in text for text in _texts(agent)):
            return None
        kind, model = _text(agent, "backend", "type"), _text(agent, "backend", "model")
        system = [_text(agent, part) for part in ("system_message", "append_system_prompt")]
        key = _text(agent, "backend", "api_key")
        dialect = by_name(kind)
        if dialect is None or not model.isprintable() or not model:
            return None
        base_url = _address(agent, dialect)
    except (Unusable, AddressError):
        return None
    if not base_url or not _has_key(dialect, base_url, key, environ):
        return None
    spoken = resolve(dialect.name, base_url) or dialect
    told = "\n\n".join(filter(None, system))
    return Whereabouts(model, spoken.provider, root_of(base_url), told)


def _address(agent: yaml.Node, dialect: Dialect) -> str:
    written = _text(agent, "backend", "base_url")
    return normalise(written, dialect) if written else dialect.base_url


def _has_key(dialect: Dialect, base_url: str, written: str, environ: Mapping[str, str]) -> bool:
    """Whether the agent can be asked, as far as its key goes; what is doubtful is none."""
    owner = by_host(base_url)
    names = () if dialect.hosted and owner is None else (owner or dialect).key_vars
    keys = [written] if written else [environ.get(name, "").strip() for name in names]
    key = next(filter(None, keys), "")
    if not key.isascii() or (key and not key.isprintable()):
        return False
    if written or owner is None:
        return True
    return bool(key) and base_url.startswith("https://") and port_of(base_url) == 443


def _text(node: yaml.Node, *path: str) -> str:
    """A text as the loader reads it.

    Raises:
        Unusable: it is none.
    """
    found = find(node, *path)
    if found is None or found.tag == _NULL:
        return ""
    if not isinstance(found, yaml.ScalarNode) or found.tag not in _WORDS:
        raise Unusable(found, "is no text")
    return str(found.value).strip()


def _texts(node: yaml.Node) -> Iterator[str]:
    """All scalars below a node; an anchor's as often as it is meant.

    Raises:
        Unusable: they are more than a config holds.
    """
    waiting, seen = [node], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if seen > _DEEPEST:
            raise Unusable(one, "holds too much")
        if isinstance(one, yaml.ScalarNode):
            yield str(one.value)
        elif isinstance(one, yaml.MappingNode):
            waiting += [part for entry in one.value for part in entry]
        elif isinstance(one, yaml.SequenceNode):
            waiting += one.value
