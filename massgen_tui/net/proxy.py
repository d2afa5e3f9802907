"""What is wrong with the proxy between, in the same words for a prompt and for a look."""

import aiohttp

from massgen_tui.net.address import root_of

HINT = "correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or add the host to NO_PROXY"


def proxy_fault(error: BaseException, proxy: str) -> str:
    """What failed at the proxy, never with its password; empty: it was not the proxy.

    Args:
        error: what aiohttp raised.
        proxy: the proxy that was to be used.
    """
    root = root_of(proxy)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy {root} answered {error.status}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy {root} cannot be reached"
    if isinstance(error, ValueError) and not root.lower().startswith(("http://", "https://")):
        return f"the proxy {root} is not spoken: only http and https proxies are"
    return ""
