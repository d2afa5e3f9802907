"""What the wire tests share: a scripted server."""

from collections.abc import AsyncIterator

import pytest

from tests.support.server import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A scripted server on loopback; every connection to it must be closed when the test ends."""
    async with ScriptedServer() as scripted:
        yield scripted
        await scripted.all_closed()
