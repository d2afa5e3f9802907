"""Reads `extra_headers` and `extra_query`: what may not be sent is refused at its place."""

import re
from collections.abc import Mapping

from pydantic import SecretStr

from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.extras import MASK, SCHEMES, Extra, hides
from massgen_tui.config.values import Item
from massgen_tui.config.variables import references, substitute
from massgen_tui.dialects.headers import is_ours, is_secret, is_token

HEADERS, QUERY = "extra_headers", "extra_query"
_SCHEME = re.compile(rf"(?:{'|'.join(SCHEMES)}) ", re.I)


def read_headers(diagnostics: Diagnostics, found: Mapping[str, Item]) -> tuple[Extra, ...]:
    """The headers of one's own; what cannot be one is noted, and left out."""
    extras: dict[str, Extra] = {}
    for item in _entries(diagnostics, found.get(HEADERS)):
        if not is_token(item.name):
            diagnostics.error(item, "is no name of a header", "such as x-provider", on_key=True)
        elif is_ours(item.name):
            message = "is not to be set: the request has its own"
            diagnostics.error(item, message, on_key=True)
        elif item.name.lower() in extras:
            message = "is written twice: names compare without case"
            diagnostics.error(item, message, on_key=True)
        elif (extra := _extra(diagnostics, item)) is not None:
            extras[item.name.lower()] = extra
    return tuple(extras.values())


def read_query(diagnostics: Diagnostics, found: Mapping[str, Item]) -> tuple[Extra, ...]:
    """The query parameters of one's own, likewise."""
    extras = []
    for item in _entries(diagnostics, found.get(QUERY)):
        if not item.name or not item.name.isprintable():
            diagnostics.error(item, "is no name of a parameter", on_key=True)
        elif (extra := _extra(diagnostics, item)) is not None:
            extras.append(extra)
    return tuple(extras)


def _entries(diagnostics: Diagnostics, item: Item | None) -> list[Item]:
    """The entries that say something: null is nothing, as with every other key."""
    if item is None or item.empty:
        return []
    found = diagnostics.mapping(item, hint="with a name and a text a line") or {}
    return [each for each in found.values() if not each.empty]


def _extra(diagnostics: Diagnostics, item: Item) -> Extra | None:
    """One of them; None with a problem noted where its value cannot be sent. It is never told."""
    written = item.written.source or ""
    if item.written.kind == "bool":
        written = value = written.lower()
    else:
        before = len(diagnostics.problems)
        value = diagnostics.text(item).strip(" ")
        if len(diagnostics.problems) > before:
            return None
    if not value.isprintable():
        diagnostics.error(item, "holds control characters, or others that are not printable")
        return None
    used = references(written)
    if not used and not is_secret(item.name):
        return Extra(name=item.name, value=SecretStr(value), shown=value)
    parts = [substitute(reference, diagnostics.variables)[0] for reference, _ in used]
    return Extra(
        name=item.name,
        value=SecretStr(value),
        secret=True,
        shown=_template(written, used, keeps=not is_secret(item.name)),
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
