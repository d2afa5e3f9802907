"""Whether a server may be one of the reader's own, which can be started, and has a log to read."""

from massgen_tui.config.address import host_of, server_root
from massgen_tui.config.model import Endpoint
from massgen_tui.dialects import by_host
from massgen_tui.dialects.headers import gateway_of
from massgen_tui.net.address import is_local, root_of


def is_far(base_url: str) -> bool:
    """Whether it is a provider's API, or a gateway far away."""
    if by_host(base_url) is not None:
        return True
    return base_url.startswith("https://") and not is_local(host_of(base_url))


def within_reach(endpoint: Endpoint) -> bool:
    """Whether nothing shows that it is somebody else's, or stands behind something.

    An engine has its numbers at its own address and its API under `/v1` alone, and wants no header
    of a gateway's: else it is a gateway, or a stack such as Ray Serve or KServe (`/openai/v1`).
    """
    url = endpoint.base_url
    return not (
        is_far(url)
        or endpoint.metrics_pages
        or server_root(url) != root_of(url)
        or gateway_of(extra.name.lower() for extra in endpoint.extra_headers)
    )
