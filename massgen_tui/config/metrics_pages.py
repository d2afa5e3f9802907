"""`metrics_url`: a page that tells a server's numbers in its stead; it may hold a password."""

from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from massgen_tui.config.extras import hides
from massgen_tui.dialects.headers import is_secret


class MetricsPage(BaseModel):
    """One page with the series of engines."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: SecretStr
    """Without user name and password; its query may hold a secret."""
    place: str
    """Host, port and path, for people."""
    authorization: SecretStr | None = None
    """What user name and password make, as the header's value."""
    hidden: tuple[SecretStr, ...] = ()
    """What must never be told."""
    template: str = ""
    """What may be kept of it as it is written; empty where a secret stands in the config."""


def page_at(text: str, filled: Sequence[str] = ()) -> MetricsPage | None:
    """The page at an address, of which `filled` came from variables; None: it is none."""
    parts = _split(text)
    if parts is None:
        return None
    who, _, where = parts.netloc.rpartition("@")
    where = where.lower().removesuffix({"http": ":80", "https": ":443"}[parts.scheme])
    return MetricsPage(
        url=SecretStr(urlunsplit((parts.scheme, where, parts.path, parts.query, ""))),
        place=f"{where}{parts.path}",
        authorization=SecretStr(_basic(who)) if who else None,
        hidden=(*_hidden(who), *_hidden_in(parts.query, filled)),
    )


def holds_secret(text: str, but: str) -> bool:
    """Whether user name, password or query of an address hold a secret other than `but`."""
    parts = _split(text)
    if parts is None:
        return False
    name, _, password = parts.netloc.rpartition("@")[0].partition(":")
    pairs = parse_qsl(parts.query)
    found = [password or name, *(value for name, value in pairs if is_secret(name))]
    return any(value not in ("", but) for value in found)


def _split(text: str) -> SplitResult | None:
    if not text.isprintable() or " " in text or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if known else None


def _basic(who: str) -> str:
    name, _, password = who.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _hidden(who: str) -> tuple[SecretStr, ...]:
    """What to keep to oneself of `user:pass`; a name alone is a token."""
    if not who:
        return ()
    name, _, password = who.partition(":")
    secret = password or name
    return (*hides(_basic(who)), SecretStr(secret), SecretStr(unquote(secret)))


def _hidden_in(query: str, filled: Sequence[str]) -> tuple[SecretStr, ...]:
    found = [
        value
        for name, value in parse_qsl(query)
        if is_secret(name) or any(part and part in value for part in filled)
    ]
    return tuple(part for value in found for part in hides(value))
