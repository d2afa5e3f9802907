"""Reads `extra_headers`, `extra_query` and `metrics_url`; what cannot be sent is refused there."""

import re
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.extras import MASK, SCHEMES, Extra, hides
from massgen_tui.config.metrics_pages import MetricsPage, holds_secret, page_at
from massgen_tui.config.secrets import PLAIN
from massgen_tui.config.values import Item
from massgen_tui.config.variables import references, substitute
from massgen_tui.dialects.headers import is_ours, is_secret, is_token

HEADERS, QUERY, PAGES = "extra_headers", "extra_query", "metrics_url"
_MOST_PAGES = 64
_FILLED = "x"
"""Stands for what a variable holds."""
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


def read_pages(diagnostics: Diagnostics, found: Mapping[str, Item]) -> tuple[MetricsPage, ...]:
    """The pages of metrics elsewhere, each once; none is quoted, as it may hold a password."""
    item = found.get(PAGES)
    if item is None or item.empty:
        return ()
    pages: dict[tuple[SecretStr, SecretStr | None], MetricsPage] = {}
    items = item.items()
    for each in [item] if items is None else items:
        before = len(diagnostics.problems) + len(diagnostics.unset)
        text = diagnostics.text(each).strip()
        if not text or len(diagnostics.problems) + len(diagnostics.unset) > before:
            continue
        page = page_at(text, _filled(diagnostics, each.written.source or ""))
        if page is None:
            message = "should be an address that begins with http:// or https://"
            diagnostics.error(each, message, "such as http://host:8080/metrics, or a list of them")
        else:
            template = _page_template(each.written.source or "")
            kept = page.model_copy(update={"template": template})
            pages.setdefault((page.url, page.authorization), kept)
    if len(pages) > _MOST_PAGES:
        diagnostics.error(item, f"has more than {_MOST_PAGES} pages")
    return tuple(pages.values())


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
    return Extra(
        name=item.name,
        value=SecretStr(value),
        secret=True,
        shown=_template(written, used, keeps=not is_secret(item.name)),
        hidden=hides(value, _filled(diagnostics, written)),
    )


def _filled(diagnostics: Diagnostics, written: str) -> list[str]:
    """What came from variables."""
    return [substitute(one, diagnostics.variables)[0] for one, _ in references(written)]


def key_template(item: Item | None) -> str:
    """What may be kept of a key as it is written: `${VAR}` for variables, `MASK` for the rest."""
    written = (item.written.source or "").strip() if item and not item.empty else ""
    return written if written == PLAIN else _template(written, references(written), keeps=False)


def masked_in(extras: Iterable[Extra]) -> str:
    """The name of a secret whose value was not kept with a session; empty without one."""
    masked = (one.name for one in extras if one.secret and MASK in one.pair[1])
    return next(masked, "")


def _page_template(written: str) -> str:
    """An address as it is written, without defaults; empty where it holds a secret itself."""
    used = references(written)
    filled = written
    for reference, _ in used:
        filled = filled.replace(reference, _FILLED, 1)
    if holds_secret(filled, _FILLED):
        return ""
    return _template(written, used, keeps=True)


def _template(written: str, used: list[tuple[str, str]], *, keeps: bool) -> str:
    """What the file says, with `${VAR}` for each variable and without what may be a secret."""
    rest, told = written, ""
    for reference, name in used:
        literal, _, rest = rest.partition(reference)
        told += f"{_literal(literal, keeps=keeps)}${{{name}}}"
    return told + _literal(rest, keeps=keeps)


def _literal(text: str, *, keeps: bool) -> str:
    return text if keeps or not text.strip() or _SCHEME.fullmatch(text) else MASK
