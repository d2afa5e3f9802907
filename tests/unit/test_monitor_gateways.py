"""Gateways: known by what they answer, and up only where somebody is behind them."""

import pytest

from massgen_tui.monitor.kinds.crew import place
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import (
    Condition,
    ServedModel,
    ServerState,
    ServerStatus,
)
from massgen_tui.monitor.workers import Worker, Workers
from tests.support.fakes import FakeClock
from tests.support.gateways import (
    FIRST,
    HALF,
    NOBODY,
    SECOND,
    UNKNOWN_URL,
    WRONG_KEY,
    Page,
    dynamo,
    engine,
    litellm,
    models,
    pages,
    smg,
    vllm_router,
    worker,
)
from tests.support.probed import look, target, vllm
from tests.support.server import ScriptedServer, whole

NO_DATABASE = {"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}


async def seen(server: ScriptedServer, dialect: str = "vllm", key: str = "EMPTY") -> ServerStatus:
    return await look(target(server, dialect, models=("m",), key=key))


def numbers(status: ServerStatus) -> tuple[int | None, int | None, float | None]:
    return status.running, status.waiting, status.kv_usage


async def test_smg_is_a_router_with_the_sums_of_its_workers_and_no_untrue_note() -> None:
    async with ScriptedServer() as server:
        smg(server)
        status = await seen(server)
    assert (status.state, status.kind, status.version) == (ServerState.UP, "smg", "1.13.0")
    assert numbers(status) == (7, 3, 0.9)
    assert status.workers == Workers(2, 2)
    assert status.crew == (
        Worker("10.0.0.4:8000", True, 2, 0, 0.25, routed=0, version="0.5.23"),
        Worker("10.0.0.5:8000", True, 5, 3, 0.9, routed=0, version="0.5.23"),
    )
    assert status.models == (ServedModel("m", 4096),)
    assert (status.notes, status.reason, status.condition) == ((), "", None)


async def test_a_router_with_one_of_two_workers_is_up_and_says_so() -> None:
    gone = (503, f'Unhealthy servers: ["{SECOND}"]')
    async with ScriptedServer() as server:
        vllm_router(server, {"/health": gone, "/readiness": (200, HALF)})
        one = await seen(server)
    async with ScriptedServer() as server:
        smg(
            server, {"/readiness": (200, HALF), "/engine_metrics": (200, engine(2, 0, 0.25, FIRST))}
        )
        entries = [worker(FIRST), worker(SECOND, healthy=False)]
        pages(server, {"/workers": (200, {"workers": entries})})
        other = await seen(server, "sglang")
    assert (one.kind, other.kind) == ("vllm-router", "smg")
    for status in (one, other):
        assert (status.state, status.condition) == (ServerState.UP, Condition.PARTIAL)
        assert (status.workers, status.reason) == (Workers(1, 2), "1 of 2 workers")
    assert numbers(other) == (2, 0, 0.25)
    assert [row.healthy for row in other.crew] == [True, False]


@pytest.mark.parametrize("make", [smg, vllm_router])
async def test_a_router_without_a_worker_is_down_whatever_its_health_and_its_list_say(
    make: object,
) -> None:
    assert callable(make)
    async with ScriptedServer() as server:
        make(server, {"/readiness": (503, NOBODY)})
        status = await seen(server)
    assert status.state is ServerState.DOWN
    assert status.reason == "no healthy worker: insufficient healthy workers"
    assert (status.running, status.startable, status.start_command) == (None, False, "")


EMPTY_ROUTERS: dict[str, tuple[dict[str, Page], str, str]] = {
    # sglang-router 0.3.2 and vllm-router 0.1.17 answer in plain text, smg 1.13.0 in JSON
    "sglang-router": (
        {
            "/health": (200, "OK"),
            "/v1/models": (503, "No available workers"),
            "/get_loads": (200, {"workers": []}),
            "/readiness": (503, NOBODY),
        },
        "sglang-router",
        "no healthy worker: No available workers",
    ),
    "vllm-router": (
        {
            "/health": (200, "All servers healthy"),
            "/v1/models": (503, "No workers are currently available"),
            "/get_loads": (503, "No workers are currently available"),
            "/readiness": (503, {"status": "not_ready", "reason": "none", "total_workers": 0}),
        },
        "vllm-router",
        "no healthy worker: No workers are currently available",
    ),
    "smg": (
        {
            "/health": (200, "OK"),
            "/v1/models": (503, {"error": {"message": "No models available"}}),
            "/get_loads": (200, {"version": "smg-1.13.0", "loads": []}),
            "/readiness": (503, NOBODY),
        },
        "smg",
        "no healthy worker: No models available",
    ),
}


@pytest.mark.parametrize("name", EMPTY_ROUTERS)
async def test_a_router_that_never_had_a_worker_is_known_and_gives_its_words(name: str) -> None:
    told, kind, reason = EMPTY_ROUTERS[name]
    async with ScriptedServer() as server:
        pages(server, told)
        status = await seen(server)
    assert (status.state, status.kind, status.reason) == (ServerState.DOWN, kind, reason)


async def test_one_workers_numbers_never_pass_for_those_of_all() -> None:
    page = engine(2, 0, 0.25, FIRST)
    told = {"/workers": (200, {"workers": [worker(FIRST), worker(SECOND)]})}
    async with ScriptedServer() as server:
        smg(server, {"/engine_metrics": (200, page), **told})
        status = await seen(server)
    assert (status.state, numbers(status)) == (ServerState.UP, (None, None, None))
    assert status.reason == "only 1 of 2 workers tell their numbers"
    assert [row.running for row in status.crew] == [2, None]


async def test_what_the_page_of_all_workers_lacks_comes_from_what_the_router_polled() -> None:
    """smg 1.13.0 leaves a page out that it cannot read; the loads it polled stand in /workers."""
    first = worker(FIRST, num_running_reqs=1, num_waiting_reqs=0, token_usage=0.1)
    second = worker(SECOND, num_running_reqs=4, num_waiting_reqs=2, token_usage=0.6)
    async with ScriptedServer() as server:
        told: dict[str, Page] = {"/workers": (200, {"workers": [first, second]})}
        smg(server, {"/engine_metrics": (200, ""), **told})
        in_workers = await seen(server)
        loads = [
            {"worker": url, "num_running_reqs": 3, "num_waiting_reqs": 1, "token_usage": 0.5}
            for url in (FIRST, SECOND)
        ]
        polled = {"version": "smg-1.13.0", "loads": loads}
        shut: dict[str, Page] = {"/workers": (404, UNKNOWN_URL)}
        smg(server, {"/engine_metrics": (500, "failed"), "/get_loads": (200, polled), **shut})
        in_loads = await seen(server)
    assert numbers(in_workers) == (5, 2, 0.6)
    assert numbers(in_loads) == (6, 2, 0.5)
    assert [row.name for row in in_loads.crew] == ["10.0.0.4:8000", "10.0.0.5:8000"]


async def test_sglang_router_spells_the_names_of_its_workers_otherwise() -> None:
    """0.3.2: `sglang_num_running_reqs`; workers on gRPC, and one with a name in its address."""
    entries = [{"url": url, "is_healthy": True} for url in ("grpc://w1:9000", "http://u:p@w2:9000")]
    page = engine(1, 1, 0.5, "grpc://w1:9000", "sglang_")
    page += engine(2, 1, 0.4, "http://u:p@w2:9000", "sglang_")
    async with ScriptedServer() as server:
        pages(
            server,
            {
                "/readiness": (200, {"status": "ready", "healthy_workers": 2, "total_workers": 2}),
                "/v1/models": (200, models("local", "m")),
                "/workers": (200, {"workers": entries}),
                "/get_loads": (200, {"workers": []}),
                "/engine_metrics": (200, page),
                "/get_model_info": (200, {"model_path": "m"}),
            },
        )
        status = await seen(server)
        asked = {request.path for request in server.requests}
    assert (status.kind, numbers(status)) == ("sglang-router", (3, 2, 0.5))
    assert [row.name for row in status.crew] == ["w1:9000", "w2:9000"]
    assert "/health" not in asked, "an old one hands it on to a worker, which generates"


async def test_the_page_of_vllm_router_is_one_workers_and_gives_no_number() -> None:
    async with ScriptedServer() as server:
        vllm_router(server)
        by_readiness = await seen(server)
    async with ScriptedServer() as server:
        vllm_router(server)
        for path in ("/readiness", "/workers", "/get_loads"):
            server.route("GET", path, whole(404, {"detail": "Not Found"}))
        by_health = await seen(server)
    for status in (by_readiness, by_health):
        assert (status.state, status.kind, status.version) == (ServerState.UP, "vllm-router", "")
        assert numbers(status) == (None, None, None)
        assert "one worker's page" in status.remark
    assert by_readiness.workers == Workers(2, 2)


async def test_no_rate_is_made_where_other_workers_are_summed_than_before() -> None:
    def page(*tokens: int) -> str:
        return "".join(
            f'vllm:generation_tokens_total{{worker_addr="http://w{n}:1"}} {count}\n'
            f'vllm:num_requests_running{{worker_addr="http://w{n}:1"}} 1\n'
            for n, count in enumerate(tokens)
        )

    clock = FakeClock()
    speeds = []
    async with ScriptedServer() as server:
        at = target(server, models=("m",))
        monitor = ServerMonitor([at], clock=clock)
        told = [(1000,), (1050,), (1100,), (1150, 90_000), (1200, 90_050), (1250, 90_100)]
        for tokens in told:
            entries = [worker(f"http://w{n}:1") for n in range(len(tokens))]
            ready = {"status": "ready", "healthy_workers": len(tokens), "total_workers": 2}
            smg(
                server,
                {
                    "/readiness": (200, ready),
                    "/workers": (200, {"workers": entries}),
                    "/engine_metrics": (200, page(*tokens)),
                },
            )
            speeds.append((await monitor.look(at)).tokens_per_s)
            clock.tick(1.0)
        await monitor.stop()
    assert all(speed is None or speed <= 100.001 for speed in speeds), speeds
    assert speeds[-1] == pytest.approx(100)


async def test_a_worker_that_stands_still_beside_others_is_named() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        at = target(server, models=("m",))
        monitor = ServerMonitor([at], clock=clock)
        for step in range(12):
            page = "".join(
                f'vllm:num_requests_running{{worker_addr="{url}"}} 2\n'
                f'vllm:num_requests_waiting{{worker_addr="{url}"}} 0\n'
                f'vllm:generation_tokens_total{{worker_addr="{url}"}} {tokens}\n'
                for url, tokens in ((FIRST, 500 + 90 * step), (SECOND, 700))
            )
            smg(server, {"/engine_metrics": (200, page)})
            status = await monitor.look(at)
            clock.tick(2.5)
        await monitor.stop()
    assert (status.state, status.condition) == (ServerState.UP, Condition.PARTIAL)
    assert status.reason.startswith("engine 10.0.0.5:8000 of 2 stands still: 2 run")


async def test_a_wrong_key_at_smg_is_told_though_its_list_is_open_to_all() -> None:
    shut: dict[str, Page] = {"/workers": (401, WRONG_KEY), "/get_loads": (401, WRONG_KEY)}
    data: dict[str, Page] = {"/v1/conversations/none": (401, WRONG_KEY)}
    async with ScriptedServer() as server:
        smg(server, shut | data)
        wrong = await seen(server, key="sk-wrong")
        missing = await seen(server)
    assert (wrong.state, wrong.reason) == (ServerState.UNAUTHORIZED, "it refuses our key")
    assert missing.notes[0] == "a key is wanted: set api_key for its agents"


async def test_a_key_that_may_chat_and_not_see_the_workers_is_a_good_one() -> None:
    """smg 1.13.0 with --control-plane-api-keys, or --tenant-api-key."""
    found = {"error": {"code": "not_found", "message": "Conversation not found"}}
    shut: dict[str, Page] = {
        "/workers": (401, "Invalid authentication token"),
        "/get_loads": (401, "Invalid authentication token"),
        "/v1/conversations/none": (404, found),
    }
    async with ScriptedServer() as server:
        smg(server, shut)
        status = await seen(server, key="sk-tenant")
    assert (status.state, status.kind, status.workers) == (ServerState.UP, "smg", Workers(2, 2))
    assert numbers(status) == (7, 3, 0.9)


async def test_litellm_is_named_and_never_asked_for_what_buys_completions() -> None:
    async with ScriptedServer() as server:
        litellm(server)
        status = await seen(server, "chatcompletion")
        asked = {request.path for request in server.requests}
    assert (status.state, status.kind) == (ServerState.UP, "LiteLLM")
    assert status.models == (ServedModel("m", 4096),)
    assert "/health" not in asked


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ((400, NO_DATABASE), "it refuses our key"),
        ((500, "Internal Server Error"), "it refuses our key"),
        # with a database
        ((401, {"error": {"type": "token_not_found_in_db", "code": "401"}}), "it refuses our key"),
    ],
)
async def test_litellm_that_refuses_a_key_is_no_riddle(refusal: Page, reason: str) -> None:
    async with ScriptedServer() as server:
        litellm(server, {"/v1/models": refusal})
        status = await seen(server, "chatcompletion", key="sk-wrong")
    assert (status.state, status.kind) == (ServerState.UNAUTHORIZED, "LiteLLM")
    assert status.reason == reason


async def test_litellm_far_away_tells_of_a_wrong_key_too() -> None:
    async with ScriptedServer() as server:
        litellm(server, {"/v1/models": (400, NO_DATABASE)})
        status = await look(target(server, "openai", models=("m",), key="sk-wrong", hosted=True))
        asked = [request.path for request in server.requests]
    assert (status.state, status.reason) == (ServerState.UNAUTHORIZED, "it refuses our key")
    assert asked == ["/v1/models"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((400, {"error": {"message": "no such tenant"}}), "answers HTTP 400: no such tenant"),
        ((502, "<html><title>502 Bad Gateway</title></html>"), "answers HTTP 502: 502 Bad Gateway"),
        (
            (500, {"detail": "worker\x1b[31m pool is gone"}),
            "answers HTTP 500: worker pool is gone",
        ),
    ],
)
async def test_a_refusal_of_the_list_is_told_in_its_words(answer: Page, reason: str) -> None:
    async with ScriptedServer() as server:
        pages(server, {"/v1/models": answer})
        status = await seen(server)
    assert status.reason == reason


async def test_a_500_that_is_no_litellms_is_no_matter_of_keys() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(500, b"Internal Server Error", "text/plain"))
        status = await seen(server, key="sk-wrong")
    assert (status.state, status.reason) == (
        ServerState.DOWN,
        "answers HTTP 500: Internal Server Error",
    )


async def test_dynamo_is_up_with_its_workers_and_the_frontends_numbers() -> None:
    async with ScriptedServer() as server:
        dynamo(server)
        status = await seen(server)
    assert (status.state, status.kind) == (ServerState.UP, "Dynamo")
    assert (status.running, status.waiting, status.workers) == (4, 1, Workers(1, 1))
    assert status.crew == (Worker("backend 10.0.0.4:33719", True),)
    assert (status.models, status.notes) == ((ServedModel("m", 4096),), ())


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        # 1.6.1
        (
            (200, {"status": "healthy", "endpoints": [], "instances": []}),
            "no worker is registered: is one up?",
        ),
        # 0.3 to 0.5
        (
            (503, {"status": "unhealthy", "message": "No endpoints available"}),
            "No endpoints available",
        ),
    ],
)
@pytest.mark.parametrize("metrics", [True, False])
async def test_dynamo_without_a_worker_is_down_though_it_says_healthy(
    health: Page, reason: str, *, metrics: bool
) -> None:
    async with ScriptedServer() as server:
        dynamo(server, {"/health": health, "/v1/models": (200, models("nvidia"))})
        if not metrics:
            server.route("GET", "/metrics", whole(404, b""))
        status = await seen(server)
    assert (status.state, status.kind) == (ServerState.DOWN, "Dynamo")
    assert status.reason == reason


@pytest.mark.parametrize(
    ("page", "state", "workers"),
    [
        # vllm-project/production-stack 0.1.8
        ("vllm:healthy_pods_total 0.0\nvllm:current_qps 0.0\n", ServerState.DOWN, Workers(0, 0)),
        (
            'vllm:healthy_pods_total{server="http://a"} 1\n'
            'vllm:healthy_pods_total{server="http://b"} 0\n',
            ServerState.UP,
            Workers(1, 2),
        ),
    ],
)
async def test_a_production_stack_is_as_its_pods_are(
    page: str, state: ServerState, workers: Workers
) -> None:
    running = 'vllm:num_requests_running{server="http://a"} 3\n'
    async with ScriptedServer() as server:
        pages(
            server,
            {
                "/health": (200, {"status": "healthy"}),
                "/v1/models": (200, models("vllm", "m")),
                "/version": (200, {"version": "0.1.8"}),
                "/metrics": (200, running + page),
            },
        )
        status = await seen(server)
    assert (status.state, status.kind, status.version) == (state, "production-stack", "0.1.8")
    assert status.workers == workers
    assert status.running == (3 if workers.healthy else None)


@pytest.mark.parametrize(
    "told", [{"healthy_workers": 3}, {"healthy_workers": -1}, {"total_workers": "2"}]
)
async def test_what_cannot_be_counted_is_unknown(told: dict[str, object]) -> None:
    odd = [None, 7, {"url": 5, "is_healthy": "yes"}, {"url": "http://w:1", "engine_load": []}]
    async with ScriptedServer() as server:
        pages(
            server,
            {
                "/readiness": (200, {"status": "ready", "total_workers": 2, **told}),
                "/v1/models": (200, models("vllm", "m")),
                "/workers": (200, {"workers": odd}),
            },
        )
        status = await seen(server)
    assert (status.state, status.kind) == (ServerState.UP, "vllm-router")
    assert status.workers is None or status.workers.healthy <= status.workers.of <= 2


NOWHERE = "(it may answer all the same)"


async def test_not_served_is_said_only_where_the_list_is_known_to_be_whole() -> None:
    async with ScriptedServer() as server:
        litellm(server, {"/v1/models": (200, models("openai", "other"))})
        gateway = await seen(server, "chatcompletion")
        pages(server, {"/v1/models": (200, models("openai"))})
        empty = await seen(server, "chatcompletion")
    async with ScriptedServer() as server:
        smg(server, {"/v1/models": (200, models("self_hosted", "other"))})
        whole_list = await seen(server)
    assert gateway.notes == (f"m is not in its list of models {NOWHERE}: other",)
    assert empty.notes == ("it lists no model now",)
    assert whole_list.notes == ("m is not served here; served: other",)


async def test_nothing_is_said_of_a_model_that_answered() -> None:
    async with ScriptedServer() as server:
        litellm(server, {"/v1/models": (200, models("openai", "other"))})
        at = target(server, "chatcompletion", models=("m", "n"))
        monitor = ServerMonitor([at], clock=FakeClock())
        await monitor.look(at)
        before = monitor.revision
        monitor.answered(at.root, "m")
        told = monitor.statuses[at.root].notes
        changed = monitor.revision - before
        again = (await monitor.look(at)).notes
        await monitor.stop()
    assert told == again == (f"n is not in its list of models {NOWHERE}: other",)
    assert changed == 1


@pytest.mark.parametrize(
    ("body", "state", "reason"),
    [
        (
            b"No workers are currently available",
            ServerState.DOWN,
            "No workers are currently available",
        ),
        (b"no healthy upstream", ServerState.DOWN, "no healthy upstream"),
        (
            b"<html><head><title>503 Service Temporarily Unavailable</title></head></html>",
            ServerState.LOADING,
            "503 Service Temporarily Unavailable",
        ),
        (b'{"detail": "Model is loading"}', ServerState.LOADING, "Model is loading"),
        (b"", ServerState.LOADING, "not ready yet (HTTP 503)"),
    ],
)
async def test_a_503_is_read_whatever_its_form(
    body: bytes, state: ServerState, reason: str
) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(503, body, "text/plain"))
        status = await seen(server)
    assert (status.state, status.reason) == (state, reason)


@pytest.mark.parametrize(
    ("body", "state", "reason"),
    [
        (b"upstream connect error", ServerState.DOWN, "upstream connect error"),
        (b"", ServerState.DOWN, "answers HTTP 503"),
        (b"Loading model", ServerState.LOADING, "Loading model"),
    ],
)
async def test_a_503_of_what_was_up_is_no_start_unless_it_says_so(
    body: bytes, state: ServerState, reason: str
) -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        pages(server, {"/v1/models": (200, {"data": [{"id": "m"}]})})
        at = target(server, "chatcompletion", models=("m",))
        monitor = ServerMonitor([at], clock=clock)
        assert (await monitor.look(at)).state is ServerState.UP
        server.route("GET", "/v1/models", whole(503, body, "text/plain"))
        found = []
        for _ in range(3):
            clock.tick(3)
            found.append(await monitor.look(at))
        await monitor.stop()
    assert {(status.state, status.reason) for status in found} == {(state, reason)}


async def test_a_vllm_is_asked_once_whether_it_is_a_router() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at], clock=clock)
        for _ in range(5):
            assert (await monitor.look(at)).kind == "vLLM"
            clock.tick(40)
        await monitor.stop()
        asked = [request.path for request in server.requests]
    assert asked.count("/readiness") == 1
    assert asked.count("/v1/models") == 5


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://10.0.0.4:8000", "10.0.0.4:8000"),
        ("grpc://worker-1:9000/", "worker-1:9000"),
        ("http://user:secret@w:1", "w:1"),
        ("10.0.0.4:8000", "10.0.0.4:8000"),
        # smg --dp-aware
        ("http://10.0.0.4:8000@1", "10.0.0.4:8000@1"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[", "http://["),
        ("\x1b[31mhttp://w:1", "w:1"),
    ],
)
def test_a_worker_goes_by_its_address(url: str, name: str) -> None:
    told = place(url)
    assert told == name or told.isprintable()
    assert "secret" not in told
