"""Headers and query parameters of one's own, with which a server is asked."""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from secrets import token_bytes
from urllib.parse import quote, quote_plus, urlencode

from pydantic import BaseModel, ConfigDict, SecretStr

from massgen_tui.dialects.headers import is_credential

MASK = "***"
SCHEMES = ("basic", "bearer", "token", "key", "apikey", "api-key")
"""Words before a credential that are no part of it."""


_SALT = token_bytes(16)
"""So that a mark cannot be tried out for the value that it comes from."""


class Extra(BaseModel):
    """One header or query parameter."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    value: SecretStr
    secret: bool = False
    """It comes from a variable, or its name says so."""
    shown: str = ""
    """What may be shown and kept of it: of a secret no more than `${VAR}`."""
    hidden: tuple[SecretStr, ...] = ()
    """What must never be told: the secret, and each part of it that is one by itself."""

    @property
    def pair(self) -> tuple[str, str]:
        """Its name and value, as sent."""
        return self.name, self.value.get_secret_value()


def hides(value: str, parts: Iterable[str] = ()) -> tuple[SecretStr, ...]:
    """What to keep to oneself of a secret value, of which `parts` came from variables."""
    scheme, _, rest = value.partition(" ")
    credential = rest.strip() if scheme.lower() in SCHEMES else ""
    found = [credential or value, *parts]
    if credential and scheme.lower() == "basic":
        found += _basic(credential)
    # a cookie's value, or that of each of several
    found += [pair.partition("=")[2].strip() for pair in value.split(";") if "=" in pair]
    written = [form for text in found for form in (text, quote(text, safe=""), quote_plus(text))]
    return tuple(SecretStr(text) for text in dict.fromkeys(written) if text)


def _basic(credential: str) -> list[str]:
    try:
        pair = b64decode(credential, validate=True).decode()
    except (Error, ValueError):
        return []
    return [pair, pair.partition(":")[2]]


def replaces_key(headers: Iterable[Extra]) -> bool:
    """Whether one of these headers says who asks: then no key is sent beside it."""
    return any(is_credential(header.name) for header in headers)


@lru_cache(maxsize=256)
def identity(headers: tuple[Extra, ...], query: tuple[Extra, ...]) -> str:
    """A mark that differs where these differ; empty without any. It tells no value."""
    if not headers and not query:
        return ""
    told = [
        sorted((extra.name.lower(), extra.value.get_secret_value()) for extra in headers),
        sorted(extra.pair for extra in query),
    ]
    return blake2b(repr(told).encode("utf-8", "replace"), key=_SALT, digest_size=8).hexdigest()


def pairs(extras: Iterable[Extra]) -> list[tuple[str, str]]:
    """Names and values, as sent."""
    return [extra.pair for extra in extras]


def with_query(url: str, query: Sequence[Extra]) -> str:
    """An address with these parameters behind it."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs(query))}" if query else url
