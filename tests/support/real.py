"""The real program on a pseudo-terminal: its server, config and environment."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.server import ScriptedServer

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server that answers as the test says."""
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
def config(tmp_path: Path, server: ScriptedServer) -> Path:
    """A config with one agent on that server."""
    backend = {"type": "vllm", "model": "m", "base_url": server.base_url}
    path = tmp_path / "one.yaml"
    path.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}], "monitor": False}))
    return path


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """An environment whose state and settings are the test's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = ("STATE", "CONFIG")
    state = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in own}
    return kept | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)} | state
