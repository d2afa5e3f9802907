"""A server that is reached only by a proxy: prompts, looks and health go the same way."""

import pytest

from massgen_tui.monitor.fetch import Fault, Fetcher
from massgen_tui.monitor.status import ServerState, ServerTarget
from massgen_tui.session.agent import Agent
from massgen_tui.session.health import Health, connect_health
from tests.support.asking import ask_at
from tests.support.fakes import FakeBackend, config_of
from tests.support.probed import QWEN, look
from tests.support.server import ScriptedServer, free_port, sse_chat, whole

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD")
ROOT = "http://gpu-box.invalid:8000"
"""Nobody resolves it: only the proxy answers for it."""
AT = ServerTarget(ROOT, f"{ROOT}/v1", "vllm", (QWEN,))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def agent() -> Agent:
    return Agent(config_of("a").agents[0], FakeBackend("a", server=ROOT))


def serve_as_proxy(proxy: ScriptedServer) -> None:
    """Answer for the server behind it."""
    for path, text in {
        "/v1/models": b'{"object": "list", "data": [{"id": "%s", "owned_by": "vllm"}]}'
        % QWEN.encode(),
        "/health": b"",
        "/version": b'{"version": "0.33.0"}',
        "/metrics": b"vllm:num_requests_running 0\n",
    }.items():
        proxy.route("GET", f"{ROOT}{path}", whole(200, text))
    proxy.answer(*sse_chat(content=["by proxy"]))


@pytest.mark.parametrize("written", ["{root}", "{place}", "//{place}"])
@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"])
async def test_what_answers_prompts_by_a_proxy_is_up(
    monkeypatch: pytest.MonkeyPatch, variable: str, written: str
) -> None:
    async with ScriptedServer() as proxy:
        place = proxy.root.removeprefix("http://")
        monkeypatch.setenv(variable, written.format(root=proxy.root, place=place))
        serve_as_proxy(proxy)
        assert (await ask_at(f"{ROOT}/v1")).content == "by proxy"
        status = await look(AT)
        health = await connect_health(agent())
    assert status.state is ServerState.UP
    assert health.health is Health.UNKNOWN  # its proxy takes connections; it says nothing of it
    assert health.words == ""


@pytest.mark.parametrize("host", ["gpu-box.invalid", "gpu-box.invalid:8000", ".invalid", "*"])
async def test_what_is_asked_directly_is_looked_at_directly(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    async with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        monkeypatch.setenv("NO_PROXY", host)
        outcome = await ask_at(f"{ROOT}/v1", timeout={"connect": 2})
        status = await look(AT)
        health = await connect_health(agent())
    assert "no such host" in outcome.failure.message
    assert status.reason == "no such host"
    assert health.words == "its name cannot be resolved any more"
    assert proxy.requests == []


async def test_a_proxy_that_is_down_says_nothing_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pass-word@127.0.0.1:{port}")
    status = await look(AT)
    assert status.state is ServerState.UNKNOWN
    assert status.reason == f"the proxy http://127.0.0.1:{port} cannot be reached"


async def test_a_proxy_that_opens_no_tunnel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.root)
        proxy.route("CONNECT", "gpu-box.invalid:443", whole(407, b"who are you?"))
        fetcher = Fetcher()
        answer = await fetcher.get("https://gpu-box.invalid/v1/models")
        await fetcher.aclose()
    assert answer.fault is Fault.PROXY
    assert answer.words == f"the proxy {proxy.root} answered 407"


async def test_a_proxy_that_is_not_spoken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{free_port()}")
    status = await look(AT)
    assert status.state is ServerState.UNKNOWN
    assert "socks5" in status.reason
