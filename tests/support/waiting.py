"""Servers that are waited for as `run --wait` does; what is sent then is answered by nobody."""

from collections.abc import Callable, Collection

from massgen_tui.config.model import Config
from massgen_tui.session.session import Session
from massgen_tui.supervise.startup import send_when_up
from tests.support.fakes import FakeBackend


async def wait_for_servers(
    config: Config, agents: Collection[str], seconds: float, note: Callable[[str], None]
) -> None:
    """Return when the servers of these agents are up, or the time is."""
    session = Session(config, backend_for=lambda agent: FakeBackend(agent.id), health=None)
    session.ask("hi", agents, defer=True)
    try:
        await send_when_up(session, config, seconds, note)
    finally:
        await session.aclose()
