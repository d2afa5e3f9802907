"""What an address says about the way to it: its root, whether it is this machine, its proxy.

The one place that judges it, for prompts, looks and health alike: where they took different ways,
a server that answers could show as down.
"""

import importlib
import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

_LOCAL_NAMES = frozenset(
    {"localhost", "localhost.localdomain", "localhost4", "localhost6"}
    | {"ip6-localhost", "ip6-loopback"}
)
"""The names of loopback in the hosts files of Debian and Fedora."""
_OLD_IPV4 = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", re.ASCII)
"""IPv4 as `getaddrinfo` also takes it: `127.1`, `0x7f.1`, `2130706433`."""
_OWN_DOMAINS = (".local", ".lan", ".internal", ".home.arpa")
_PORTS = {"http": 80, "https": 443}


def root_of(url: str) -> str:
    """Scheme, host and port of an address, without the name and password that may stand in it."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, _place(parts), "", "", ""))


def without_user(url: str) -> str:
    """An address without the name and password that may stand in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_place(parts)))


def shown(address: str) -> str:
    """An address as people write it, with a scheme or without, less name and password."""
    scheme, there, rest = address.rpartition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{there}{place.rpartition('@')[2]}{slash}{path}"


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether a host is this very machine by its name alone; nothing is looked up.

    `localhost` and what ends with it, 127.0.0.0/8, ::1, and the addresses of no host (0.0.0.0, ::),
    which connect to this one; in every way of writing them.
    """
    name = _bare(host)
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return True
    address = _ip(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_local(host: str) -> bool:
    """Whether `host` is loopback, in a private network, or a bare name: a server of one's own."""
    name = _bare(host)
    address = _ip(name)
    if address is not None:
        return is_loopback(host) or address.is_private or address.is_link_local
    return "." not in name or is_loopback(host) or name.endswith(_OWN_DOMAINS)


def proxy_for(url: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The proxy for an address, as a URL; None: it is asked directly, as loopback always is.

    By the rules of the standard library's `urllib.request`, with ALL_PROXY for what has no proxy of
    its scheme, and with the port that an address implies: `NO_PROXY=host:443` holds for
    `https://host`. Where the environment names none, macOS and Windows may.

    Args:
        url: what is asked.
        environ: the environment; None: the process's.
    """
    parts = urlsplit(url)
    host = _bare(parts.hostname or "")
    if is_loopback(host):
        return None
    proxies = _named(os.environ if environ is None else environ)
    if proxies or environ is not None:
        direct = _direct(proxies.get("no", ""), host, _port(parts))
    else:
        # with http.client and email, which no address needs before it is asked
        request = importlib.import_module("urllib.request")
        proxies, direct = request.getproxies(), bool(request.proxy_bypass(host))
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return None if direct or not proxy else _with_scheme(proxy)


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _bare(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a bare host is; one of IPv4 also in IPv6's clothes."""
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        if not _OLD_IPV4.fullmatch(name):
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # no number, or none of a port: whoever connects will say so
        return None


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    """The proxies by scheme, and `no`: a name in lower case wins, even one that is set to nothing.

    A program that is started by CGI may have HTTP_PROXY from a header of the request
    (CVE-2016-1000110): there only `http_proxy` counts.
    """
    found = {
        name.lower().removesuffix("_proxy"): value
        for lower in (False, True)
        for name, value in environ.items()
        if name.lower().endswith("_proxy") and name.endswith("_proxy") is lower
    }
    if "REQUEST_METHOD" in environ and "http_proxy" not in environ:
        found.pop("http", None)
    return {scheme: value.strip() for scheme, value in found.items() if value.strip()}


def _direct(no_proxy: str, host: str, port: int | None) -> bool:
    """Whether NO_PROXY names a host, or a domain above it, with this port or with none."""
    if no_proxy == "*":
        return True
    return any(_names(entry.strip().lower(), host, port) for entry in no_proxy.split(","))


def _names(entry: str, host: str, port: int | None) -> bool:
    name, colon, number = entry.rpartition(":")
    if colon and number.isdigit() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        entry = name
    domain = entry.strip("[]").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _with_scheme(proxy: str) -> str:
    if "://" in proxy:
        return proxy
    return f"http:{proxy}" if proxy.startswith("//") else f"http://{proxy}"
