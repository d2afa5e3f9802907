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
    assert answer.words == f"the proxy {proxy.root} wants a name and password (407)"


LOGIN = whole(407, b"<html><title>Cache Access Denied</title></html>")
"""As Squid 6 answers who does not log in."""


async def test_a_proxy_that_wants_a_login_is_no_server_that_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        for path in ("/v1/models", "/health"):
            proxy.route("GET", f"{ROOT}{path}", LOGIN)
        proxy.answer(LOGIN)
        error = (await ask_at(f"{ROOT}/v1")).failure
        status = await look(AT)
    words = f"the proxy {proxy.root} wants a name and password (407)"
    assert (error.kind, error.message, error.passing) == ("unreachable", words, False)
    assert "NAME:PASSWORD@" in error.hint
    assert (status.state, status.reason) == (ServerState.UNKNOWN, words)


async def test_a_login_in_the_address_goes_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedServer() as proxy:
        place = proxy.root.removeprefix("http://")
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pass-word@{place}")
        serve_as_proxy(proxy)
        assert (await ask_at(f"{ROOT}/v1")).content == "by proxy"
        assert (await look(AT)).state is ServerState.UP
        logins = {request.header("proxy-authorization") for request in proxy.requests}
    assert logins == {"Basic bWU6cGFzcy13b3Jk"}


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://me:pass-word@127.0.0.1:{port}", "socks5://127.0.0.1:{port} is not spoken"),
        ("socks5h://127.0.0.1:{port}", "socks5h://127.0.0.1:{port} is not spoken"),
        ("http://me:pass-word@no-such-proxy.invalid:1", "the proxy http://no-such-proxy.invalid:1"),
        ("http://me:pass-word@[", "is no address"),
        ("http://me:pass-word@127.0.0.1:{port}", "http://127.0.0.1:{port} cannot be reached"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_named_in_the_same_words(
    monkeypatch: pytest.MonkeyPatch, proxy: str, words: str
) -> None:
    port = free_port()
    monkeypatch.setenv("ALL_PROXY", proxy.format(port=port))
    error = (await ask_at(f"{ROOT}/v1")).failure
    status = await look(AT)
    assert error.kind == "unreachable"
    assert status.state is ServerState.UNKNOWN
    for told in (error.message, status.reason):
        assert words.format(port=port) in told
        assert "pass-word" not in told
    assert error.message == status.reason


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_tunnel_that_cannot_be_dug_now_may_be_later(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.root)
        proxy.route("CONNECT", "gpu-box.invalid:443", whole(status, b"no way"))
        error = (await ask_at("https://gpu-box.invalid/v1")).failure
    assert error.message == f"the proxy {proxy.root} answered {status}"
    assert error.passing
