"""An endpoint from its parts, for an agent's backend and for a server that no agent uses."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from massgen_tui.config.credentials import Key, in_headers, key_for, not_kept
from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.extras import Extra
from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.config.model import Endpoint, Exporters
from massgen_tui.config.read_extras import (
    HEADERS,
    PAGES,
    QUERY,
    key_template,
    masked_in,
    read_headers,
    read_pages,
    read_query,
)
from massgen_tui.config.values import Item
from massgen_tui.data_class import dataclass
from massgen_tui.dialects import Dialect

Secrets = tuple[tuple[str, SecretStr], ...]
APART = (HEADERS, QUERY, PAGES)
"""Keys whose values may hold secrets: no message tells them."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a config adds to an address."""

    headers: tuple[Extra, ...] = ()
    query: tuple[Extra, ...] = ()
    pages: tuple[MetricsPage, ...] = ()
    key_template: str = ""


def read_own(diagnostics: Diagnostics, found: Mapping[str, Item]) -> Own:
    """Headers, parameters and pages of a backend or a server; what is wrong with them is noted."""
    return Own(
        read_headers(diagnostics, found),
        read_query(diagnostics, found),
        read_pages(diagnostics, found),
        key_template(found.get("api_key")),
    )


def find_key(
    diagnostics: Diagnostics, dialect: Dialect, base_url: str, written: str, own: Own, *, where: str
) -> Key:
    """The key that goes there, or why there is none; a secret that was not kept is a problem."""
    key = in_headers(own.headers, written) or key_for(
        dialect, base_url, written, diagnostics.variables, where=where
    )
    if key.problem is None and (name := masked_in((*own.headers, *own.query))):
        return replace(key, problem=not_kept(f"the value of {name}"))
    return key


def endpoint_of(
    kind: str,
    base_url: str,
    key: Key,
    own: Own,
    exporters: Exporters,
    *,
    secrets: Secrets,
    default: bool = False,
) -> Endpoint:
    """The endpoint of these parts.

    Args:
        kind: the name of its dialect.
        base_url: its normalised address.
        key: what it is asked with.
        own: headers, parameters and pages.
        exporters: read with the options of a backend, or with a server.
        secrets: variables of its section that hold one.
        default: the config names no address.
    """
    return Endpoint(
        type=kind,
        base_url=base_url,
        base_url_default=default,
        api_key=key.secret,
        key_source=key.source,
        key_template=own.key_template,
        extra_headers=own.headers,
        extra_query=own.query,
        metrics_pages=own.pages,
        secrets=secrets,
        **{name: getattr(exporters, name) for name in Exporters.model_fields},
    )
