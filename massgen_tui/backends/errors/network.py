"""What an exception of the network means: from aiohttp's and the system's errors to a cause.

Imported when a backend is first used, since it needs aiohttp and httpx2.
"""

import errno
import socket
import ssl
from urllib.parse import urlsplit

import aiohttp
import httpx2

from massgen_tui import descriptors
from massgen_tui.backends.errors.http import Diagnosis
from massgen_tui.backends.events import ErrorKind
from massgen_tui.backends.unpack import HINT, PackedError
from massgen_tui.net.address import is_loopback, proxy_for, root_of
from massgen_tui.net.proxy import proxy_fault
from massgen_tui.net.tls import tls_hint

CAUGHT = (aiohttp.ClientError, OSError, EOFError, ValueError, RuntimeError)
"""What the network and its libraries raise. `TimeoutError` and `ssl.SSLError` are `OSError`s;
a closed session is a `RuntimeError`."""
_REFUSED = {errno.ECONNREFUSED}
_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}


def cause_of(error: BaseException, base_url: str, *, opened: bool) -> Diagnosis:
    """Explain an error that ended a request to `base_url`; `opened` when its headers had come."""
    if words := descriptors.exhausted(error):
        kind = ErrorKind.INTERRUPTED if opened else ErrorKind.UNREACHABLE
        return Diagnosis(kind, words, descriptors.HINT, retried=True)
    if isinstance(error, PackedError):
        return Diagnosis(ErrorKind.MALFORMED, str(error), HINT)
    if opened:
        return _cut(error)
    return _before_headers(error, base_url)


def _before_headers(error: BaseException, base_url: str) -> Diagnosis:
    proxy = proxy_for(base_url)
    if fault := proxy_fault(error, proxy) if proxy else None:
        return Diagnosis(ErrorKind.UNREACHABLE, fault.words, fault.hint, fault.passing)
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match error, inner:
        case _, ssl.SSLError():
            return _tls(inner, base_url)
        case _, aiohttp.ClientResponseError() | httpx2.TooManyRedirects() | ValueError():
            return _no_http(error, base_url)
        case _, (aiohttp.ConnectionTimeoutError() | socket.gaierror()):
            return _not_found(inner, base_url)
    return _unreachable(inner, base_url)


def _no_http(error: BaseException, base_url: str) -> Diagnosis:
    root = root_of(base_url)
    if isinstance(error, httpx2.TooManyRedirects):
        return Diagnosis(ErrorKind.MALFORMED, f"{root} redirects in a circle", "see base_url")
    if isinstance(error, aiohttp.ClientResponseError):
        message = f"{root} does not answer in HTTP"
        return Diagnosis(ErrorKind.MALFORMED, message, "what listens there? see base_url")
    if isinstance(error, aiohttp.InvalidURL | UnicodeError):
        return Diagnosis(ErrorKind.MALFORMED, f"{root} is no address", "see base_url")
    return Diagnosis(ErrorKind.UNREACHABLE, str(error), "see base_url and the proxy variables")


def _not_found(error: BaseException, base_url: str) -> Diagnosis:
    if isinstance(error, socket.gaierror):
        message = f"no such host: {urlsplit(base_url).hostname} has no address"
        hint = "is base_url spelt right, and is this machine online?"
    else:
        message = f"no connection to {root_of(base_url)} in time"
        hint = "is the server up? timeout.connect in the backend allows more seconds"
    return Diagnosis(ErrorKind.UNREACHABLE, message, hint, True)


def _cut(error: BaseException) -> Diagnosis:
    message = "the connection ended in the middle of the answer"
    if _number(error) == errno.ECONNRESET:
        message = "the server reset the connection in the middle of the answer"
    return Diagnosis(ErrorKind.INTERRUPTED, message, "rerun this agent to ask again", True)


def _unreachable(error: BaseException, base_url: str) -> Diagnosis:
    number, root = _number(error), root_of(base_url)
    host = urlsplit(base_url).hostname or ""
    if number in _REFUSED:
        place = "on this machine" if is_loopback(host) else f"on {host}"
        hint = f"nothing listens there: start the server {place}, or correct base_url"
        return Diagnosis(ErrorKind.UNREACHABLE, f"connection refused by {root}", hint, True)
    if number in _NO_ROUTE:
        hint = "is this machine on the right network?"
        return Diagnosis(ErrorKind.UNREACHABLE, f"no way to {host}", hint, True)
    hint = "see whether the server is still up, then rerun this agent"
    message = f"{root} closed the connection before it answered"
    return Diagnosis(ErrorKind.UNREACHABLE, message, hint, True)


def _tls(error: ssl.SSLError, base_url: str) -> Diagnosis:
    host = urlsplit(base_url).hostname
    if isinstance(error, ssl.SSLCertVerificationError):
        return Diagnosis(
            ErrorKind.UNREACHABLE,
            f"TLS: the certificate of {host} was not accepted: {error.verify_message}",
            tls_hint(error),
        )
    words = f"TLS with {host} failed: {error.reason or error}"
    return Diagnosis(ErrorKind.UNREACHABLE, words, tls_hint(error))


def _number(error: BaseException) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    # several addresses were tried: localhost is ::1 and 127.0.0.1
    nested = getattr(error, "exceptions", None) or (error.__cause__,)
    return next((_number(inner) for inner in nested if isinstance(inner, OSError)), None)
