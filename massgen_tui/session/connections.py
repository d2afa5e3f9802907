"""The backends of a session's agents: made, replaced, and closed once nothing uses them."""

import asyncio
import logging
from collections.abc import Callable, Collection

from massgen_tui.backends.base import Backend
from massgen_tui.config.model import AgentConfig
from massgen_tui.session.agent import KeptProfile

log = logging.getLogger(__name__)

CLOSE_CONNECTIONS = 0.7
"""Seconds that closing all of them may take."""


class Connections:
    """One backend an agent, by its id, and those that are being closed."""

    def __init__(self, make: Callable[[AgentConfig], Backend]) -> None:
        """Hold none yet; `make` makes an agent's backend."""
        self._make = make
        self._backends: dict[str, Backend] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __getitem__(self, id: str) -> Backend:
        """The backend of this agent.

        Raises:
            KeyError: it has none.
        """
        return self._backends[id]

    def open(self, config: AgentConfig) -> Backend:
        """Make the backend of an agent; one that it had is the caller's to `retire`."""
        backend = self._backends[config.id] = self._make(config)
        return backend

    def retire(self, backend: Backend, users: Collection[asyncio.Task[None]]) -> None:
        """Close a backend that is asked no more, once these tasks have ended."""
        if self._backends.get(backend.agent) is backend:
            del self._backends[backend.agent]
        closing = asyncio.get_running_loop().create_task(_close(backend, users))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Close all of them, within `CLOSE_CONNECTIONS` seconds."""
        closing = {asyncio.ensure_future(_close(one)) for one in self._backends.values()}
        await bounded(closing | self._closing, CLOSE_CONNECTIONS)


def profile_of(backend: Backend) -> KeptProfile:
    """Where a backend's prompts go."""
    return KeptProfile(backend.provider, backend.server, backend.url, backend.model)


async def _close(backend: Backend, users: Collection[asyncio.Task[None]] = ()) -> None:
    if users:
        await asyncio.wait(users)
    try:
        await backend.aclose()
    except Exception:
        log.exception("closing the connections of agent %s failed", backend.agent)


async def bounded(tasks: Collection[asyncio.Future[None]], seconds: float) -> None:
    """Wait for tasks, and cancel those that take longer."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
