"""What is known of a server whose stream has fallen silent: slow, or gone."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from urllib.parse import urlsplit

from massgen_tui.data_class import dataclass
from massgen_tui.net.address import proxy_for
from massgen_tui.net.lookup import look_up, numeric
from massgen_tui.session.agent import Agent

log = logging.getLogger(__name__)


class Health(StrEnum):
    """How a server looks beside a stream that says nothing."""

    ALIVE = "alive"
    """It answers: the stream is slow (queueing, prefill, a long thought held back)."""
    GONE = "gone"
    """It refuses connections on the very road the request takes.

    Nothing less counts: a server that is busy, unwell or restarting behind a proxy may still finish
    this stream.
    """
    HUNG = "hung"
    """It answers, and its engine does nothing though there is work."""
    UNKNOWN = "unknown"
    """It cannot be told."""


HUNG = Health.HUNG.value
"""The word for it, wherever that is what is known of a server."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """One look at a server beside a silent stream."""

    health: Health
    words: str = ""
    """What is known, for people: `3 requests are waiting`."""
    starts: bool = False
    """It may be starting a replica for this very request, and sends no byte until that is there."""


LOOK_TAKES = 4.0
"""Seconds that one look may take."""

HealthCheck = Callable[[Agent], Awaitable[HealthReport]]
"""Asks an agent's server beside its silent stream. May take its time; the session bounds it."""


async def ask_health(
    health: HealthCheck, agent: Agent, seconds: float = LOOK_TAKES
) -> HealthReport:
    """Ask, for so many seconds at most; a look that fails tells nothing."""
    try:
        async with asyncio.timeout(seconds):
            return await health(agent)
    except TimeoutError:
        return HealthReport(Health.UNKNOWN, "the server does not answer a look")
    except Exception:
        log.exception("looking after the server of agent %s failed", agent.id)
        return HealthReport(Health.UNKNOWN)


async def connect_health(agent: Agent) -> HealthReport:
    """Look whether the agent's server still takes connections, without asking it anything.

    A vLLM that is told to stop refuses new connections at once and leaves its streams open and
    silent.
    """
    parts = urlsplit(agent.profile.server)
    if parts.hostname is None or proxy_for(agent.profile.server) is not None:
        return HealthReport(Health.UNKNOWN)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await look_up(parts.hostname, port)
    except OSError:
        return HealthReport(Health.UNKNOWN, "its name cannot be resolved any more")
    return await _look_at(set(map(numeric, found)), port)


async def _look_at(hosts: set[str], port: int) -> HealthReport:
    refused = False
    for host in hosts:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            if error.errno == errno.ECONNREFUSED:
                refused = True
            elif error.errno not in _NO_SUCH_ROAD:
                return HealthReport(Health.UNKNOWN, "it cannot be reached for a look")
        else:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            return HealthReport(Health.ALIVE, "the server still takes connections")
    if refused:
        return HealthReport(Health.GONE, "the server refuses connections")
    return HealthReport(Health.UNKNOWN)


_NO_SUCH_ROAD = {errno.EADDRNOTAVAIL, errno.ENETUNREACH, errno.EAFNOSUPPORT}
"""What a host without IPv6 says to ::1: nothing about the server."""
