"""What the fault tests share: scripted servers, and an environment without proxies or keys."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.support.server import ScriptedServer


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A scripted server on loopback; every connection to it must be closed when the test ends."""
    async with ScriptedServer() as scripted:
        yield scripted
        await scripted.all_closed()
