"""What can go wrong before an answer begins: names, connections, TLS, proxies, redirects."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from tests.support.asking import agent_at, ask, ask_at
from tests.support.certificates import self_signed
from tests.support.server import (
    Close,
    Hang,
    Reset,
    ScriptedServer,
    free_port,
    full_port,
    head,
    mute_port,
    sse_chat,
    whole,
)

NO_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NO_PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_a_refused_connection_says_so_and_what_to_do() -> None:
    port = free_port()
    error = (await ask_at(f"http://127.0.0.1:{port}/v1")).failure
    assert error.kind == "unreachable"
    assert error.message == f"connection refused by http://127.0.0.1:{port}"
    assert "start the server on this machine" in error.hint


async def test_localhost_is_refused_on_both_its_addresses() -> None:
    error = (await ask_at(f"http://localhost:{free_port()}/v1")).failure
    assert "connection refused" in error.message


async def test_a_host_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = (await ask_at("http://gpu-box.invalid:8000/v1")).failure
    assert error.kind == "unreachable"
    assert "no such host: gpu-box.invalid" in error.message


async def test_a_name_server_that_says_nothing_runs_into_the_connect_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(socket, "getaddrinfo", _never(lambda: loop.call_soon_threadsafe(asked.set)))
    limits = {"connect": 0.05}
    error = (await ask_at("http://gpu-box.invalid:8000/v1", timeout=limits)).failure
    assert asked.is_set()
    assert error.kind == "unreachable"
    assert "in time" in error.message


def _never(asked: Callable[[], object]) -> Callable[..., list[object]]:
    def look_up(*_: object, **__: object) -> list[object]:
        asked()
        listener = socket.create_server(("127.0.0.1", 0))
        with listener:
            listener.settimeout(5)
            listener.accept()
        return []

    return look_up


async def test_a_connection_that_does_not_come_about_in_time() -> None:
    with full_port() as port:
        error = (await ask_at(f"http://127.0.0.1:{port}/v1", timeout={"connect": 0.05})).failure
    assert error.kind == "unreachable"
    assert "no connection" in error.message
    assert "timeout.connect" in error.hint


async def test_a_tls_handshake_that_hangs_runs_into_the_connect_limit() -> None:
    with mute_port() as port:
        error = (await ask_at(f"https://127.0.0.1:{port}/v1", timeout={"connect": 0.05})).failure
    assert error.kind == "unreachable"
    assert "in time" in error.message


async def test_cancelling_in_a_tls_handshake_returns_at_once() -> None:
    with mute_port() as port:
        backend = ChatCompletionsBackend(agent_at(f"https://127.0.0.1:{port}/v1"))
        sent = asyncio.Event()
        task = asyncio.create_task(ask(backend, seen=lambda _: sent.set()))
        await sent.wait()
        task.cancel()
        async with asyncio.timeout(1):
            with pytest.raises(asyncio.CancelledError):
                await task
            await backend.aclose()


async def test_a_certificate_that_is_not_trusted_is_explained(tmp_path: Path) -> None:
    context, _ = self_signed(tmp_path)
    async with ScriptedServer(tls=context) as server:
        error = (await ask_at(server.base_url)).failure
    assert error.kind == "unreachable"
    assert "certificate of 127.0.0.1 was not accepted: self-signed" in error.message.lower()
    assert "SSL_CERT_FILE" in error.hint
    assert server.requests == []


async def test_a_certificate_named_in_ssl_cert_file_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from massgen_tui.backends import transport

    context, certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    transport.trusted.cache_clear()
    async with ScriptedServer(tls=context) as server:
        server.answer(*sse_chat(content=["hello"]))
        outcome = await ask_at(server.base_url)
    transport.trusted.cache_clear()
    assert outcome.content == "hello"


async def test_tls_to_a_port_that_speaks_none() -> None:
    def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        error = (await ask_at(f"https://127.0.0.1:{port}/v1")).failure
    assert error.kind == "unreachable"
    assert "http://" in error.hint


async def test_no_http_at_all(server: ScriptedServer) -> None:
    server.answer(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Close())
    error = (await ask_at(server.base_url)).failure
    assert error.kind == "malformed"
    assert "HTTP" in error.message


@pytest.mark.parametrize("end", [Reset(), Close()], ids=["reset", "close"])
async def test_a_connection_that_ends_before_the_headers(
    server: ScriptedServer, end: Reset | Close
) -> None:
    server.answer(end)
    error = (await ask_at(server.base_url)).failure
    assert error.kind == "unreachable"
    assert "before it answered" in error.message


async def test_headers_that_are_cut_off(server: ScriptedServer) -> None:
    server.answer(b"HTTP/1.1 200 OK\r\ncontent-ty", Close())
    assert (await ask_at(server.base_url)).failure.kind == "unreachable"


async def test_a_redirect_to_another_host_never_carries_the_key(server: ScriptedServer) -> None:
    async with ScriptedServer() as other:
        where = f"{other.base_url}/chat/completions"
        server.answer(head(307, location=where, content_length="0"))
        other.answer(*sse_chat(content=["stolen"]))
        error = (await ask_at(server.base_url, key="sk-secret-key")).failure
        assert error.kind == "malformed"
        assert other.base_url in error.message
        assert other.base_url in error.hint
        assert other.requests == []


async def test_a_redirect_within_the_server_is_followed_with_the_key(
    server: ScriptedServer,
) -> None:
    server.answer(head(308, location="/api/v1/chat/completions", content_length="0"))
    server.answer(*sse_chat(content=["hello"]))
    outcome = await ask_at(server.base_url, key="sk-secret-key")
    assert outcome.content == "hello"
    assert server.requests[1].path == "/api/v1/chat/completions"
    assert server.requests[1].header("authorization") == "Bearer sk-secret-key"
    assert server.requests[1].json == server.requests[0].json


async def test_redirects_in_a_circle_end(server: ScriptedServer) -> None:
    circle = head(307, location="/v1/chat/completions", content_length="0")
    server.route("POST", "/v1/chat/completions", circle)
    assert (await ask_at(server.base_url)).failure.kind == "malformed"


async def test_loopback_never_goes_through_a_proxy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    server.answer(*sse_chat(content=["hello"]))
    server.answer(*sse_chat(content=["hello"]))
    assert (await ask_at(server.base_url)).content == "hello"
    assert (await ask_at(server.base_url.replace("127.0.0.1", "localhost"))).content == "hello"


async def test_another_host_goes_through_the_proxy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.root)
    server.answer(*sse_chat(content=["by proxy"]))
    assert (await ask_at("http://gpu-box.invalid:8000/v1")).content == "by proxy"
    assert server.requests[0].path == "http://gpu-box.invalid:8000/v1/chat/completions"


@pytest.mark.parametrize("host", ["gpu-box.invalid:80", "GPU-Box.invalid", "müller.invalid"])
async def test_an_address_may_be_written_in_other_ways(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.root)
    server.answer(*sse_chat(content=["hello"]))
    assert (await ask_at(f"http://{host}/v1")).content == "hello"


async def test_no_proxy_is_honoured(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.root)
    monkeypatch.setenv("NO_PROXY", "gpu-box.invalid")
    error = (await ask_at("http://gpu-box.invalid:8000/v1", timeout={"connect": 2})).failure
    assert error.kind == "unreachable"
    assert server.requests == []


async def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"http://user:pass-word@127.0.0.1:{free_port()}"
    monkeypatch.setenv("HTTP_PROXY", proxy)
    error = (await ask_at("http://gpu-box.invalid:8000/v1")).failure
    assert error.kind == "unreachable"
    assert "the proxy http://127.0.0.1:" in error.message
    assert "pass-word" not in str(error)


async def test_a_proxy_that_is_not_spoken_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{free_port()}")
    error = (await ask_at("http://gpu-box.invalid:8000/v1")).failure
    assert error.kind == "unreachable"
    assert "proxy" in error.message.lower()


async def test_a_server_that_takes_the_request_and_hangs(server: ScriptedServer) -> None:
    server.answer(Hang())
    error = (await ask_at(server.base_url, timeout={"first_token": 0.05})).failure
    assert error.kind == "stalled"
    assert "timeout.first_token" in error.hint


async def test_a_list_of_models_that_hangs_does_not_hold_the_error(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from massgen_tui.backends import client

    monkeypatch.setattr(client, "MODELS_PATIENCE", 0.02)
    server.answer(whole(404, {"detail": "Not Found"}))
    server.route("GET", "/v1/models", Hang())
    assert (await ask_at(server.base_url)).failure.kind == "not_found"
