"""What is wrong with the proxy between, in the same words for a prompt and for a look."""

from dataclasses import dataclass

import aiohttp

from massgen_tui.net.address import root_of

_CORRECT = "correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or add the host to NO_PROXY"
_LOGIN = "write them into the proxy's address: http://NAME:PASSWORD@host:port"


@dataclass(frozen=True, slots=True)
class ProxyFault:
    """Why a proxy did not do its part."""

    words: str
    """What happened; never the proxy's password."""
    hint: str = _CORRECT
    passing: bool = False
    """Another try may go better."""


def refuse_login(response: aiohttp.ClientResponse, proxy: str | None) -> None:
    """Tell a proxy that wants a login from a server: only a proxy answers 407.

    Raises:
        aiohttp.ClientHttpProxyError: it is one.
    """
    if proxy is not None and response.status == 407:
        response.close()
        raise aiohttp.ClientHttpProxyError(
            response.request_info, response.history, status=407, headers=response.headers
        )


def proxy_fault(error: BaseException, proxy: str) -> ProxyFault | None:
    """What failed at the proxy before any answer began; None: it was not the proxy.

    Args:
        error: what aiohttp raised.
        proxy: the proxy that was to be used.
    """
    try:
        root = root_of(proxy)
    except ValueError:  # it may hold a password: it is not quoted
        return ProxyFault("the proxy that the environment names is no address")
    if not root.lower().startswith(("http://", "https://")):
        # aiohttp 3.14 speaks HTTP to it all the same
        return ProxyFault(f"the proxy {root} is not spoken: only http and https proxies are")
    return _fault(error, root)


def _fault(error: BaseException, root: str) -> ProxyFault | None:
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            return ProxyFault(f"the proxy {root} wants a name and password (407)", _LOGIN)
        case aiohttp.ClientHttpProxyError(status=status):
            return ProxyFault(f"the proxy {root} answered {status}", passing=status >= 500)
        case aiohttp.ConnectionTimeoutError():
            words = f"no connection by the proxy {root} in time"
        case aiohttp.ClientConnectorDNSError():
            words = f"no such host: the proxy {root} has no address"
        case aiohttp.ClientProxyConnectionError():
            words = f"the proxy {root} cannot be reached"
        case _:
            return None
    return ProxyFault(words, passing=True)
