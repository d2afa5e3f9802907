"""What a server is found to be, and what is said of one that is not what was expected."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from massgen_tui.monitor import identify
from massgen_tui.monitor.looking import WANTS_KEY
from massgen_tui.monitor.read import items
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServedModel, ServerState, ServerTarget
from tests.support.certificates import self_signed
from tests.support.fakes import FakeClock
from tests.support.probed import QWEN, body, llamacpp, look, sglang, target, vllm
from tests.support.server import Reset, ScriptedServer, chunk, head, whole

LLAMACPP = "llamacpp-xllamacpp-2026.10.11549"


async def test_a_gateway_that_lets_only_the_api_through_is_up() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", body("vllm-0.32.0", "get_v1_models.json"))
        status = await look(target(server))
    assert (status.state, status.kind) == (ServerState.UP, "vLLM")
    assert status.models == (ServedModel(QWEN, 4096),)
    assert status.running is None


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_a_health_that_is_kept_from_us_says_nothing_of_the_server(status: int) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/health", whole(status, b""))
        found = await look(target(server))
    assert found.state is ServerState.UP


async def test_localai_is_not_taken_for_vllm_because_it_has_a_version() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": [{"id": "m"}]}))
        server.route("GET", "/version", whole(200, {"version": "v3.5.0"}))
        server.route("GET", "/metrics", whole(200, b"api_call_seconds_count 4\n", "text/plain"))
        status = await look(target(server, "vllm", models=("m",)))
    assert (status.state, status.kind) == (ServerState.UP, "")


async def test_koboldcpp_is_not_taken_for_ollama_because_it_speaks_its_api() -> None:
    async with ScriptedServer() as server:
        models = {"data": [{"id": "koboldcpp/m", "owned_by": "koboldcpp"}]}
        server.route("GET", "/v1/models", whole(200, models))
        server.route("GET", "/api/version", whole(200, {"version": "0.7.0"}))
        status = await look(target(server, "chatcompletion", models=("koboldcpp/m",)))
        asked = {request.path for request in server.requests}
    assert (status.state, status.kind) == (ServerState.UP, "KoboldCpp")
    assert "/api/version" not in asked


async def test_a_llamacpp_that_shows_its_models_to_all_and_refuses_our_key_is_not_green() -> None:
    async with ScriptedServer() as server:
        llamacpp(server)
        for path in ("/props", "/slots", "/metrics"):
            server.route("GET", path, whole(401, {"error": {"message": "Invalid API Key"}}))
        status = await look(target(server, "llamacpp", models=("smollm2-135m",), key="sk-wrong"))
        unkeyed = await look(target(server, "llamacpp", models=("smollm2-135m",)))
    assert (status.state, status.reason) == (ServerState.UNAUTHORIZED, "it refuses our key")
    assert (unkeyed.state, unkeyed.reason) == (ServerState.UNAUTHORIZED, WANTS_KEY)
    assert unkeyed.notes[0] == "a key is wanted: set api_key for its agents"


async def test_whom_no_agent_asks_is_told_how_an_address_gets_a_key() -> None:
    async with ScriptedServer() as server:
        llamacpp(server)
        server.route("GET", "/props", whole(401, {"error": {"message": "Invalid API Key"}}))
        status = await look(target(server, "llamacpp", models=()))
    assert status.state is ServerState.UNAUTHORIZED
    assert status.notes[0].startswith("a key is wanted: --key-env NAME for an address")


async def test_another_server_in_its_place_is_seen_though_no_look_met_the_gap() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at], clock=clock)
        assert (await monitor.look(at)).kind == "vLLM"
        server.route("GET", "/version", whole(404, b""))
        server.route("GET", "/health", whole(200, b""))
        sglang(server)
        for _ in range(3):
            clock.tick(2.5)
            status = await monitor.look(at)
        await monitor.stop()
    assert status.kind == "SGLang"
    assert status.notes == ("this is SGLang, the config says vllm: write type: sglang",)


async def test_a_gateway_that_has_no_vllm_any_more_is_down_not_loading() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at], clock=clock)
        await monitor.look(at)
        for path in ("/v1/models", "/health", "/metrics", "/version"):
            server.route("GET", path, whole(503, {"message": "no healthy upstream"}))
        states = []
        for _ in range(4):
            clock.tick(40)
            states.append((await monitor.look(at)).state)
        reason = monitor.statuses[at.root].reason
        await monitor.stop()
    assert set(states) == {ServerState.DOWN}
    assert reason == "no healthy upstream"


async def test_a_list_of_models_that_is_too_long_is_told_and_the_server_stays_up() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        many = {"data": [{"id": f"adapter-{n}", "owned_by": "vllm"} for n in range(60_000)]}
        server.route("GET", "/v1/models", whole(200, many))
        status = await look(target(server))
    assert (status.state, status.kind) == (ServerState.UP, "vLLM")
    assert status.notes == ("its list of models is too long to be read",)


async def test_thousands_of_adapters_are_all_known() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        many = {"data": [{"id": f"a{n}", "owned_by": "vllm"} for n in range(8000)]}
        server.route("GET", "/v1/models", whole(200, many))
        status = await look(target(server, models=("a7999", "b1")))
    assert len(status.models) == 8000
    assert status.notes == ("b1 is not served here; served: a0, a1, a2, a3, a4 …",)


async def test_a_name_longer_than_is_shown_is_still_the_one_that_is_served() -> None:
    name = "/models/" + "x" * 2000
    async with ScriptedServer() as server:
        vllm(server)
        served = {"data": [{"id": name, "owned_by": "vllm"}]}
        server.route("GET", "/v1/models", whole(200, served))
        status = await look(target(server, models=(name,)))
    assert status.notes == ()


async def test_a_server_that_serves_nothing_now_says_so() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": None}))
        server.route("GET", "/api/version", whole(200, {"version": "0.14.2"}))
        status = await look(target(server, "ollama", models=("llama3",)))
    assert (status.state, status.kind) == (ServerState.UP, "Ollama")
    assert status.notes == ("it lists no model now",)


@pytest.mark.parametrize(("dialect", "right"), [("vllm", "llamacpp"), ("llamacpp", "")])
async def test_a_llamacpp_under_another_type_is_pointed_out(dialect: str, right: str) -> None:
    async with ScriptedServer() as server:
        llamacpp(server)
        status = await look(target(server, dialect, models=("smollm2-135m",)))
    said = [note for note in status.notes if "write type" in note]
    assert said == (
        [f"this is llama.cpp, the config says {dialect}: write type: {right}"] if right else []
    )


async def test_an_answer_that_is_cut_off_is_down_and_told() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at])
        await monitor.look(at)
        server.route("GET", "/health", head(200, "text/plain") + chunk(b"he"), Reset())
        status = await monitor.look(at)
        await monitor.stop()
    assert status.state is ServerState.DOWN
    assert "cut" in status.reason


async def test_tls_that_is_not_to_be_trusted_is_told_in_words_and_is_no_death(
    tmp_path: Path,
) -> None:
    context, _ = self_signed(tmp_path)
    async with ScriptedServer(tls=context) as server:
        vllm(server)
        status = await look(target(server))
    assert (status.state, status.reason) == (
        ServerState.UNKNOWN,
        "TLS: self-signed certificate (if you trust it, name its authority in SSL_CERT_FILE)",
    )
    assert not status.startable


async def test_https_where_there_is_no_tls_is_told_in_words() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1") as plain:
        root = f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}"
        status = await look(ServerTarget(root, f"{root}/v1", "vllm", (QWEN,)))
    assert status.state is ServerState.UNKNOWN
    assert status.reason.startswith("TLS: ")
    assert "write http:// in base_url" in status.reason
    assert "_ssl.c" not in status.reason, "where in OpenSSL helps nobody"


async def test_a_host_that_is_not_there_is_told_in_words() -> None:
    root = "http://no-such-host.invalid:8000"
    status = await look(ServerTarget(root, f"{root}/v1", "vllm", (QWEN,)))
    assert (status.state, status.reason) == (ServerState.DOWN, "no such host")


async def test_numbers_beyond_reason_stop_no_watch() -> None:
    page = "".join(f'vllm:generation_tokens_total{{engine="{n}"}} 1e308\n' for n in range(2))
    page += "vllm:num_requests_running 1e308\n"
    clock = FakeClock()
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/metrics", whole(200, page.encode(), "text/plain"))
        at = target(server)
        monitor = ServerMonitor([at], clock=clock)
        for _ in range(2):
            status = await monitor.look(at)
            clock.tick(2.5)
        await monitor.stop()
    assert (status.state, status.running, status.tokens_per_s) == (ServerState.UP, None, None)


async def test_an_http_status_of_metrics_is_told_and_its_numbers_are_unknown() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at])
        assert (await monitor.look(at)).running == 8
        server.route("GET", "/metrics", whole(500, b""))
        status = await monitor.look(at)
        await monitor.stop()
    assert (status.state, status.running) == (ServerState.UP, None)
    assert status.reason == "/metrics: HTTP 500"


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("http://localhost:8000", ":8000"),
        ("http://127.0.0.1:8000", ":8000"),
        ("http://localhost", "localhost"),
        ("http://gpubox:8000", "gpubox:8000"),
        ("http://gateway/qwen", "gateway/qwen"),
        ("http://localhost:8080/llama/", ":8080/llama"),
        ("http://[fd00::7]:8000", "[fd00::7]:8000"),
    ],
)
def test_a_place_tells_servers_apart(root: str, place: str) -> None:
    assert ServerTarget(root, f"{root}/v1", "vllm", ()).place == place


async def test_a_server_of_thousands_of_models_is_read_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readers: list[threading.Thread] = []

    def noted(value: object) -> Iterator[dict[str, object]]:
        readers.append(threading.current_thread())
        return items(value)

    monkeypatch.setattr(identify, "items", noted)
    models = [{"id": f"model-{at}", "owned_by": "vllm", "max_model_len": at} for at in range(5000)]
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/v1/models", whole(200, {"data": models}))
        status = await look(target(server, models=("model-4999",)))
        other = await look(target(server, models=("model-5000",)))
    assert (status.state, status.kind, status.notes) == (ServerState.UP, "vLLM", ())
    assert status.models[-1] == ServedModel("model-4999", 4999)
    assert "model-5000 is not served here" in other.notes[0]
    assert readers
    assert threading.main_thread() not in readers
