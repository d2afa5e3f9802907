"""Reads `extra_headers` and `extra_query`: what may not be sent is refused at its place."""

import re
from collections.abc import Mapping

import yaml

from massgen_tui.config.document import Entry
from massgen_tui.config.extras import MASK, SCHEMES, Extra, hides
from massgen_tui.config.reading import Reading
from massgen_tui.config.variables import references, substitute
from massgen_tui.dialects.headers import is_ours, is_secret, is_token

HEADERS, QUERY = "extra_headers", "extra_query"
_SCHEME = re.compile(rf"(?:{'|'.join(SCHEMES)}) ", re.I)


def read_headers(reading: Reading, found: Mapping[str, Entry], key: str) -> tuple[Extra, ...]:
    """The headers of one's own; what cannot be one is noted, and left out."""
    extras: dict[str, Extra] = {}
    for entry in _entries(reading, found.get(HEADERS), f"{key}.{HEADERS}"):
        where = f"{key}.{HEADERS}.{entry.name}"
        if not is_token(entry.name):
            reading.complain(entry.key, where, "is no name of a header", "such as x-provider")
        elif is_ours(entry.name):
            reading.complain(entry.key, where, "is not to be set: the request has its own")
        elif entry.name.lower() in extras:
            reading.complain(entry.key, where, "is written twice: names compare without case")
        elif (extra := _extra(reading, entry, f"{key}.{HEADERS}")) is not None:
            extras[entry.name.lower()] = extra
    return tuple(extras.values())


def read_query(reading: Reading, found: Mapping[str, Entry], key: str) -> tuple[Extra, ...]:
    """The query parameters of one's own, likewise."""
    extras = []
    for entry in _entries(reading, found.get(QUERY), f"{key}.{QUERY}"):
        if not entry.name or not entry.name.isprintable():
            where = f"{key}.{QUERY}.{entry.name}"
            reading.complain(entry.key, where, "is no name of a parameter")
        elif (extra := _extra(reading, entry, f"{key}.{QUERY}")) is not None:
            extras.append(extra)
    return tuple(extras)


def _entries(reading: Reading, entry: Entry | None, key: str) -> list[Entry]:
    """The entries that say something: null is nothing, as with every other key."""
    if entry is None or _is(entry.value, "null"):
        return []
    found = reading.mapping(entry.value, key, hint="with a name and a text a line") or {}
    return [item for item in found.values() if not _is(item.value, "null")]


def _is(node: yaml.Node, kind: str) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.rpartition(":")[2] == kind


def _extra(reading: Reading, entry: Entry, key: str) -> Extra | None:
    """One of them; None with a problem noted where its value cannot be sent. It is never told."""
    node = entry.value
    if isinstance(node, yaml.ScalarNode) and _is(node, "bool"):
        written = value = node.value.lower()
    else:
        written = node.value if isinstance(node, yaml.ScalarNode) else ""
        before = len(reading.problems)
        value = reading.text(entry, key).strip(" ")
        if len(reading.problems) > before:
            return None
    if not value.isprintable():
        said = "holds control characters, or others that are not printable"
        reading.complain(node, f"{key}.{entry.name}", said)
        return None
    used = references(written)
    if not used and not is_secret(entry.name):
        return Extra(name=entry.name, value=value, shown=value)
    parts = [substitute(reference, reading.variables)[0] for reference, _ in used]
    return Extra(
        name=entry.name,
        value=value,
        secret=True,
        shown=_template(written, used, keeps=not is_secret(entry.name)),
        hidden=hides(value, parts),
    )


def _template(written: str, used: list[tuple[str, str]], *, keeps: bool) -> str:
    """What the file says, with `${VAR}` for each variable and without what may be a secret."""
    rest, told = written, ""
    for reference, name in used:
        literal, _, rest = rest.partition(reference)
        told += f"{_literal(literal, keeps=keeps)}${{{name}}}"
    return told + _literal(rest, keeps=keeps)


def _literal(text: str, *, keeps: bool) -> str:
    return text if keeps or not text.strip() or _SCHEME.fullmatch(text) else MASK
