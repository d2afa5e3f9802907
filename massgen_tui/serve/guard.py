"""Who may ask: those that ask by a name of this server, from its own pages, with its token.

A server on loopback can be asked by every page that is open in a browser here, under a name that
leads here (DNS rebinding), and by every user of this machine. So each request is judged, whatever
it asks for.
"""

import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine on itself."""
_LONGEST = 270
"""Characters of a name and a port."""
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of who asks."""

    host: str
    """The header `Host`."""
    origin: str | None = None
    """The header `Origin`: the page that asks; None: no page, or one that was navigated to."""
    token: str = ""
    """The token in the address."""
    cookie: str = ""
    """The cookie of ours."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must be like."""

    host: str
    """The address that is listened on."""
    names: frozenset[str] = frozenset()
    """Other names that the server is asked by."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    cookie: str = field(default_factory=lambda: f"massgen-tui-{secrets.token_hex(4)}")
    """The name of the cookie: another for each server, since ports share cookies."""

    def objection(self, asked: Asked) -> str:
        """Why a request is refused; empty where it is not."""
        name = name_of(asked.host)
        if not self._is_ours(name):
            return f"this server is not known as {name or 'that'}: serve --name adds a name"
        if asked.origin is not None and _place(asked.origin) != asked.host.lower():
            return "another site's page asks"
        if not (self.is_token(asked.token) or self.is_token(asked.cookie)):
            return "open the address that massgen-tui serve printed: it has a token in it"
        return ""

    def is_token(self, text: str) -> bool:
        """Whether this is the token; takes as long for each wrong one."""
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.token.encode())

    def _is_ours(self, name: str) -> bool:
        if not name:
            return False
        if name in LOOPBACK or name in self.names or name == self.host.lower():
            return True
        if is_loopback(self.host):
            return False
        # no name that leads here by deceit is an address
        return _is_address(name) or name in own_names()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def own_names() -> frozenset[str]:
    """What this machine calls itself; no other machine is asked."""
    name = socket.gethostname().lower()
    return frozenset({name, name.partition(".")[0], f"{name.partition('.')[0]}.local"} - {""})


def name_of(host: str) -> str:
    """The name in a header `Host`, without the port; empty where it holds none."""
    if not _HOST.fullmatch(host) or len(host) > _LONGEST:
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def address(guard: Guard, port: int) -> str:
    """The address to open, with the token."""
    host = guard.host
    if host in {"0.0.0.0", "::", ""}:  # all of this machine's addresses: by its name
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/?token={guard.token}"


def named(host: str, names: Iterable[str]) -> Guard:
    """The guard of a server on `host` that is also asked by `names`."""
    return Guard(host, frozenset(name.lower() for name in names))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _place(origin: str) -> str:
    """Name and port of an origin, as the header `Host` has them; empty where it has none.

    A proxy that speaks TLS for us changes the scheme, not the place.
    """
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"http", "https"} else ""
