"""Addresses of servers: brought to one form, whatever people paste."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from massgen_tui.dialects import Dialect, by_host
from massgen_tui.net.address import is_loopback

_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?", re.ASCII)
_VERSION = re.compile(r"v\d+[a-z0-9]*", re.ASCII)
_ENDPOINTS = ("/chat/completions", "/completions", "/models", "/chat")


class AddressError(ValueError):
    """Text that is no server's address; says why, and never quotes what may be a secret."""


def normalise(text: str, dialect: Dialect) -> str:
    """The base URL of requests: `scheme://host[:port]/path`, without a trailing slash.

    Taken with or without a scheme, `/v1`, a trailing slash or `/chat/completions`. A provider's
    own path (`/api/paas/v4`) stays. The dialect's port is filled in on this machine and without
    a scheme.

    Raises:
        AddressError: there is no such address.
    """
    text = text.strip().strip("\"'").strip()
    bare = "://" not in text
    parts = _split(text if not bare else f"//{_bracketed(text)}")
    host, port = _host(parts), _port(parts)
    known = by_host(f"//{_in_url(host)}")
    scheme = parts.scheme.lower() or _scheme(host, port, known)
    if port is None and known is None and scheme == "http" and (bare or is_loopback(host)):
        port = urlsplit(dialect.base_url).port
    if port == {"http": 80, "https": 443}[scheme]:
        port = None
    place = _in_url(host) if port is None else f"{_in_url(host)}:{port}"
    return f"{scheme}://{place}{_path(parts.path, known, dialect)}"


def server_root(base_url: str) -> str:
    """The address without its version: where `/health` and `/metrics` of a server stand."""
    return re.sub(r"/v\d+$", "", base_url)


def host_of(base_url: str) -> str:
    """The host that a normalised address names."""
    return urlsplit(base_url).hostname or ""


def port_of(base_url: str) -> int:
    """The port that a normalised address names or implies."""
    parts = urlsplit(base_url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def same_origin(url: str, base_url: str) -> bool:
    """Whether an address is at the scheme, host and port of a normalised one."""
    try:
        one, other = urlsplit(url), urlsplit(base_url)
        return (one.scheme.lower(), one.hostname, port_of(url)) == (
            other.scheme,
            other.hostname,
            port_of(base_url),
        )
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    if not text.isprintable() or re.search(r"[\s\\]", text):
        raise AddressError("an address has no blanks, backslashes or control characters")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise AddressError("this is no address") from error
    if parts.scheme not in ("", "http", "https"):
        raise AddressError("an address begins with http:// or https://")
    if "@" in parts.netloc:
        raise AddressError("an address holds no user name or password")
    if parts.query or parts.fragment:
        raise AddressError("an address has nothing after ? or #")
    return parts


def _bracketed(text: str) -> str:
    """A bare IPv6 address in brackets, as URLs want it."""
    try:
        return f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        return text


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return host
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise AddressError("an address names a host, such as http://localhost:8000")
    return host


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressError("a port is a number from 1 to 65535") from error
    if port == 0:
        raise AddressError("a port is a number from 1 to 65535")
    return port


def _scheme(host: str, port: int | None, known: Dialect | None) -> str:
    """For a provider, and a public-looking name alone, https; else http, as local servers speak."""
    if known is not None:
        return "https"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "https" if "." in host and port is None and not is_loopback(host) else "http"
    return "http"


def _path(path: str, known: Dialect | None, dialect: Dialect) -> str:
    path = re.sub(r"/+", "/", path).rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint).rstrip("/")
    if known is not None:
        own = urlsplit(known.base_url).path
        return own if own.startswith(f"{path}/") else path
    versioned = any(_VERSION.fullmatch(segment) for segment in path.split("/"))
    if versioned or (path and not dialect.start_command):
        return path
    return f"{path}/v1"
