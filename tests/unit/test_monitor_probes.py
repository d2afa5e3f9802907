import asyncio
import gzip
from dataclasses import replace

import pytest

from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Load, ServedModel, ServerState, ServerStatus, ServerTarget
from tests.support.fakes import FakeClock
from tests.support.probed import QWEN, WIRE, body, llamacpp, look, sglang, target, vllm
from tests.support.server import (
    Again,
    Close,
    Reset,
    ScriptedServer,
    Step,
    chunk,
    head,
    whole,
)


async def test_a_recorded_vllm_is_told_exactly() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        status = await look(at)
    assert status.latency_s is not None
    assert status == ServerStatus(
        target=at,
        state=ServerState.UP,
        kind="vLLM",
        version="0.32.0",
        models=(ServedModel(QWEN, 4096),),
        running=8,
        waiting=0,
        kv_usage=0.0013429373702844583,
        latency_s=status.latency_s,
        checked_at=100.0,
        since=100.0,
        cache_hits=0.0,
        history=(Load(running=8, waiting=0, kv_usage=0.0013429373702844583),),
    )


async def test_a_recorded_sglang_is_told_exactly_without_a_generation_or_its_key() -> None:
    async with ScriptedServer() as server:
        sglang(server)
        status = await look(target(server, "sglang", thinks=True))
        asked = {request.path for request in server.requests}
    assert (status.state, status.kind, status.version) == (ServerState.UP, "SGLang", "0.5.23")
    assert status.models == (ServedModel(QWEN, 4096),)
    assert (status.running, status.waiting, status.kv_usage) == (8, 0, 0.02)
    assert status.notes == ()
    assert not asked & {"/health", "/health_generate", "/server_info", "/get_server_info"}


async def test_a_path_that_an_older_server_does_not_have_is_not_asked_at_every_look() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        sglang(server)
        server.route("GET", "/ready", whole(404, b""))
        server.route("GET", "/ping", whole(200, b""))
        at = target(server, "sglang")
        monitor = ServerMonitor([at], clock=clock)
        for _ in range(3):
            assert (await monitor.look(at)).state is ServerState.UP
            clock.tick(2.5)
        paths = [request.path for request in server.requests]
        assert (paths.count("/ready"), paths.count("/ping")) == (1, 3)
        server.route("GET", "/ready", whole(200, b""))
        clock.tick(60)
        await monitor.look(at)
        await monitor.stop()
    assert [request.path for request in server.requests].count("/ready") == 2


async def test_sglang_without_metrics_tells_by_its_loads() -> None:
    async with ScriptedServer() as server:
        sglang(server)
        server.route("GET", "/metrics", whole(404, {"detail": "Not Found"}))
        status = await look(target(server, "sglang"))
    assert (status.running, status.kv_usage) == (8, 0.0278)
    assert status.tokens_per_s == 343.95


async def test_a_recorded_llamacpp_counts_the_steps_of_answers_under_way() -> None:
    async with ScriptedServer() as server:
        llamacpp(server)
        clock = FakeClock()
        monitor = ServerMonitor([target(server, "llamacpp", models=("smollm2-135m",))], clock=clock)
        at = monitor.statuses[server.root].target
        first = await monitor.look(at)
        for _ in range(2):
            clock.tick(2)
            await monitor.look(at)
        clock.tick(2)
        page = (WIRE / "llamacpp-xllamacpp-2026.10.11549" / "get_metrics_busy.body").read_bytes()
        more = page.replace(b"n_decode_total 280", b"n_decode_total 340")
        server.route("GET", "/metrics", whole(200, more))
        second = await monitor.look(at)
        asked = {request.path for request in server.requests}
        await monitor.stop()
    assert "/slots" not in asked, "its page tells run and wait"
    assert (first.kind, first.running, first.models) == (
        "llama.cpp",
        1,
        (ServedModel("smollm2-135m", 2048),),
    )
    assert second.tokens_per_s == 30


async def test_tokens_a_second_come_from_the_counter_over_time() -> None:
    async with ScriptedServer() as server:
        vllm(server, "get_metrics_idle.txt")
        clock = FakeClock()
        at = target(server)
        monitor = ServerMonitor([at], clock=clock)
        first = await monitor.look(at)
        page = (WIRE / "vllm-0.32.0" / "conc8_metrics_under_load.txt").read_bytes()
        server.route("GET", "/metrics", whole(200, page))
        clock.tick(4)
        second = await monitor.look(at)
        await monitor.stop()
    idle = float(
        (WIRE / "vllm-0.32.0" / "get_metrics_idle.txt")
        .read_text()
        .split("vllm:generation_tokens_total{")[1]
        .split("} ")[1]
        .split("\n")[0]
    )
    assert first.tokens_per_s is None
    assert second.tokens_per_s == (5006 - idle) / 4


async def test_a_vllm_under_type_sglang_is_pointed_out() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        status = await look(target(server, "sglang"))
    assert status.kind == "vLLM"
    assert status.notes == ("this is vLLM, the config says sglang: write type: vllm",)


async def test_a_model_that_is_not_served_is_pointed_out_with_those_that_are() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        status = await look(target(server, models=("Qwen/Qwen3-8B", QWEN)))
    assert status.notes == (f"Qwen/Qwen3-8B is not served here; served: {QWEN}",)


@pytest.mark.parametrize(("thinks", "noted"), [(True, True), (False, False)])
async def test_sglang_without_a_reasoning_parser_is_pointed_out_when_it_matters(
    thinks: bool, noted: bool
) -> None:
    async with ScriptedServer() as server:
        sglang(server)
        server.route(
            "GET", "/model_info", whole(200, {"model_path": "m", "reasoning_parser": None})
        )
        status = await look(target(server, "sglang", thinks=thinks))
    assert any("--reasoning-parser" in note for note in status.notes) is noted


async def test_a_vllm_that_wants_a_key_says_so_though_its_health_is_open() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        refusal = body("vllm-0.32.0-noparser-apikey", "auth_none.json", 401)
        server.route("GET", "/v1/models", refusal)
        status = await look(target(server, key="EMPTY"))
    assert (status.state, status.kind) == (ServerState.UNAUTHORIZED, "vLLM")
    assert status.notes[0] == "a key is wanted: set api_key for its agents"


async def test_the_key_travels_in_the_header_and_is_in_no_status() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server, key="sk-very-secret")
        status = await look(at)
        sent = {request.header("authorization") for request in server.requests}
    assert sent == {"Bearer sk-very-secret"}
    assert "sk-very-secret" not in repr(status)


async def test_a_redirect_is_told_and_not_followed_so_the_key_stays() -> None:
    async with ScriptedServer() as server, ScriptedServer() as other:
        elsewhere = f"{other.root}/v1/models"
        server.route("GET", "/v1/models", whole(302, b"", location=elsewhere))
        status = await look(target(server, key="sk-very-secret"))
        assert other.requests == []
    assert status.state is ServerState.UNKNOWN
    assert f"redirects to {elsewhere}" in status.reason


async def test_nobody_there_is_down_and_says_why() -> None:
    async with ScriptedServer() as server:
        at = target(server)
    status = await look(at)
    assert (status.state, status.kind) == (ServerState.DOWN, "")
    assert status.reason == "connection refused"


async def test_a_loading_llamacpp_is_loading_in_its_own_words() -> None:
    folder = "llamacpp-xllamacpp-2026.10.11549"
    async with ScriptedServer() as server:
        for path, name in (
            ("/v1/models", "loading_v1_models_503"),
            ("/health", "loading_health_503"),
        ):
            server.route("GET", path, body(folder, f"{name}.body", 503))
        status = await look(target(server, "llamacpp"))
    assert (status.state, status.reason) == (ServerState.LOADING, "Loading model")


async def test_a_vllm_whose_engine_died_is_down_though_its_door_is_open() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at])
        assert (await monitor.look(at)).state is ServerState.UP
        server.route("GET", "/health", whole(503, b""))
        status = await monitor.look(at)
        await monitor.stop()
    assert (status.state, status.reason) == (
        ServerState.DOWN,
        "its engine does not run (HTTP 503)",
    )


async def test_ollama_is_found_out() -> None:
    async with ScriptedServer() as server:
        models = {"data": [{"id": "llama3:latest", "owned_by": "library"}]}
        server.route("GET", "/v1/models", whole(200, models))
        server.route("GET", "/api/version", whole(200, {"version": "0.14.2"}))
        status = await look(target(server, "chatcompletion", models=("llama3",)))
    assert (status.state, status.kind, status.version) == (ServerState.UP, "Ollama", "0.14.2")
    assert status.notes == ()
    assert status.models == (ServedModel("llama3:latest"),)


async def test_ollama_tells_the_context_of_what_is_loaded() -> None:
    async with ScriptedServer() as server:
        served = [{"id": name, "owned_by": "library"} for name in ("llama3:latest", "phi4:latest")]
        loaded = {"models": [{"name": "phi4:latest", "context_length": 8192}]}
        server.route("GET", "/v1/models", whole(200, {"data": served}))
        server.route("GET", "/api/version", whole(200, {"version": "0.14.2"}))
        server.route("GET", "/api/ps", whole(200, loaded))
        status = await look(target(server, "chatcompletion", models=("phi4",)))
    assert status.models == (ServedModel("llama3:latest"), ServedModel("phi4:latest", 8192))


@pytest.mark.parametrize(("limit", "noted"), [(4095, False), (4096, True), (99999, True)])
async def test_a_token_limit_that_fills_the_context_is_pointed_out(limit: int, noted: bool) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        status = await look(replace(target(server), longest=((QWEN, limit), ("other", 10**6))))
    assert status.context_length(QWEN) == 4096
    said = f"up to {limit} tokens are asked of {QWEN}, whose context holds 4096 with the prompt"
    assert (said in status.notes) is noted
    assert not any("other" in note for note in status.notes)


async def test_a_hosted_api_is_asked_for_its_models_and_nothing_else() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "glm-4.5"}]}))
        status = await look(target(server, "zai", hosted=True, models=("glm-4.5",)))
        assert [request.path for request in server.requests] == ["/v1/models"]
    assert status.state is ServerState.UP


async def test_a_server_of_no_known_kind_is_up_and_not_asked_around_at_every_look() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "local"}]}))
        at = target(server, "lmstudio", models=("local",))
        monitor = ServerMonitor([at], clock=clock)
        status = await monitor.look(at)
        before = len(server.requests)
        for _ in range(20):
            clock.tick(5)
            await monitor.look(at)
        await monitor.stop()
        later = {request.path for request in server.requests[before:]}
    assert (status.state, status.kind) == (ServerState.UP, "")
    assert later == {"/v1/models"}


async def test_a_server_of_no_known_kind_that_turns_into_a_web_page_is_not_green() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "local"}]}))
        at = target(server, "lmstudio", models=("local",))
        monitor = ServerMonitor([at])
        await monitor.look(at)
        server.route("GET", "/v1/models", whole(200, b"<html>", "text/html"))
        status = await monitor.look(at)
        await monitor.stop()
    assert status.state is ServerState.UNKNOWN


async def test_a_stranger_is_asked_around_again_after_some_minutes() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "local"}]}))
        at = target(server, "chatcompletion", models=("local",))
        monitor = ServerMonitor([at], clock=clock)
        await monitor.look(at)
        server.route("GET", "/metrics", whole(200, b"vllm:num_requests_running 1\n"))
        server.route("GET", "/health", whole(200, b""))
        kinds = []
        for _ in range(12):
            clock.tick(30)
            kinds.append((await monitor.look(at)).kind)
        await monitor.stop()
    assert kinds == [""] * 10 + ["vLLM"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        whole(200, b"<html><h1>Welcome</h1></html>", "text/html"),
        whole(200, b'{"data": NaN}'),
        whole(200, b"[" * 100_000),
        whole(200, b"not json at all"),
        whole(200, b""),
        whole(200, {"models": "none"}),
    ],
)
async def test_an_answer_that_is_no_list_of_models_is_never_green(answer: bytes) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", answer)
        status = await look(target(server))
    assert status.state is ServerState.UNKNOWN
    assert status.reason == "answers, but not with a list of models"


async def test_an_answer_without_end_is_cut_short_and_told() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/metrics", head(200, "text/plain"), Again(chunk(b"x" * 65536)))
        status = await look(target(server))
    assert (status.state, status.running) == (ServerState.UP, None)
    assert status.reason == "/metrics: answers with more than 16384 KiB"


async def test_a_body_that_unpacks_to_80_mb_is_cut_short() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        bomb = gzip.compress(b"\0" * (80 * 2**20))
        server.route("GET", "/metrics", whole(200, bomb, content_encoding="gzip"))
        status = await look(target(server))
    assert (status.state, status.running) == (ServerState.UP, None)
    assert status.reason.startswith("/metrics: ")


@pytest.mark.parametrize("step", [Reset(), Close()])
async def test_a_cut_connection_is_down(step: Step) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", step)
        status = await look(target(server))
    assert (status.state, status.reason) == (ServerState.DOWN, "the connection was cut")


async def test_what_is_no_http_is_told() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", b"SSH-2.0-OpenSSH_9.6\r\n", Close())
        status = await look(target(server))
    assert status.state is ServerState.UNKNOWN
    assert status.reason.startswith("no readable answer")


async def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedServer() as server, ScriptedServer() as proxy:
        vllm(server)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.root)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        status = await look(target(server))
        assert proxy.requests == []
    assert status.state is ServerState.UP


async def test_another_host_goes_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ScriptedServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.root)
        monkeypatch.setenv("no_proxy", "")
        at = ServerTarget("http://gpubox:8000", "http://gpubox:8000/v1", "vllm", (QWEN,))
        await look(at)
        assert proxy.requests[0].raw_head.startswith(b"GET http://gpubox:8000/v1/models ")


async def test_control_characters_of_a_server_reach_no_status() -> None:
    async with ScriptedServer() as server:
        evil = {"data": [{"id": "a\x1b[2Jb\u202ec", "owned_by": "vllm"}]}
        server.route("GET", "/v1/models", whole(200, evil))
        server.route("GET", "/health", whole(200, b""))
        status = await look(target(server))
    assert status.models == (ServedModel("a[2Jbc"),)


async def test_looks_at_one_server_never_overlap() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at])
        await asyncio.gather(*(monitor.look(at) for _ in range(5)))
        await monitor.stop()
        paths = [request.path for request in server.requests]
    first = ["/v1/models", "/-/routes", "/readiness", "/version"]
    assert paths == [*first, *["/health", "/metrics"] * 5]
