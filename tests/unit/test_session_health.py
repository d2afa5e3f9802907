"""Slow or gone: what a plain connection tells of a server beside its silent stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from massgen_tui.session.agent import Agent
from massgen_tui.session.health import Health, connect_health
from tests.support.fakes import FakeBackend, config_of
from tests.support.server import free_port


def agent_at(server: str) -> Agent:
    return Agent(config_of("a").agents[0], FakeBackend("a", server=server))


@asynccontextmanager
async def listening(host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server that takes connections and says nothing."""

    left = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(hang, host, 0) as server:
        yield server.sockets[0].getsockname()[1]
        await left.wait()


async def test_a_server_that_takes_connections_is_alive() -> None:
    async with listening() as port:
        report = await connect_health(agent_at(f"http://127.0.0.1:{port}"))
    assert report.health is Health.ALIVE


async def test_a_server_that_refuses_is_gone() -> None:
    report = await connect_health(agent_at(f"http://127.0.0.1:{free_port()}"))
    assert report.health is Health.GONE
    assert "refuses" in report.words


async def test_one_address_that_answers_is_enough() -> None:
    async with listening() as port:
        report = await connect_health(agent_at(f"http://localhost:{port}"))
    assert report.health is Health.ALIVE


async def test_localhost_that_refuses_on_every_address_is_gone() -> None:
    report = await connect_health(agent_at(f"http://localhost:{free_port()}"))
    assert report.health is Health.GONE


@pytest.mark.parametrize("server", ["", "http://no-such-host.invalid:80"])
async def test_what_cannot_be_looked_at_is_not_called_gone(server: str) -> None:
    assert (await connect_health(agent_at(server))).health is Health.UNKNOWN


async def test_a_server_behind_a_proxy_is_not_judged_by_another_road(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    remote = await connect_health(agent_at("http://192.0.2.1:8000"))
    assert remote.health is Health.UNKNOWN
    local = await connect_health(agent_at(f"http://127.0.0.1:{free_port()}"))
    assert local.health is Health.GONE
