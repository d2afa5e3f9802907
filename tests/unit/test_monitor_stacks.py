"""Serving stacks: known by what they answer, and asked for nothing that costs them something."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.config.loader import load_config
from massgen_tui.monitor.fetch import REFUSED, Answer, Fault
from massgen_tui.monitor.resting import WORDS
from massgen_tui.monitor.status import ServedModel, ServerState
from massgen_tui.supervise import startup
from tests.support.paged import ROOT, Paged, models, vllm_pages
from tests.support.server import ScriptedServer, whole
from tests.support.waiting import wait_for_servers

Pages = Mapping[str, str | Answer]
NUMBERS = "vllm:num_requests_running 2\nvllm:num_requests_waiting 3\nvllm:kv_cache_usage_perc 0.5\n"


def refusal(status: int, words: object) -> Answer:
    return Answer(status, json.dumps(words).encode())


def ray() -> dict[str, str | Answer]:
    """Ray Serve LLM 2.60.0."""
    context = {"model_id": "m", "input_modality": "text", "max_request_context_length": 4096}
    row = {"id": "m", "owned_by": "organization-owner", "permission": [], "metadata": context}
    return {
        "/v1/models": models(row),
        "/-/routes": '{"/": "default"}',
        "/-/healthz": "success",
    }


def kserve(at: str = "") -> dict[str, str | Answer]:
    """KServe 0.21.0 with vLLM; `at`: its path, where an ingress picks by paths."""
    pages: dict[str, str | Answer] = {
        "/openai/v1/models": models({"id": "m", "owned_by": "", "max_model_len": None}),
        "/openai/v1/models/m": "null",
        "/v1/models": '{"models": ["m"]}',
        "/v2": '{"name": "kserve", "version": "0.21.0", "extensions": []}',
        "/metrics": NUMBERS,
    }
    return {at + path: page for path, page in pages.items()}


def xinference(status: str = "READY") -> dict[str, str | Answer]:
    """Xinference 4.1.0."""
    row = {"id": "m", "owned_by": "xinference", "model_type": "LLM", "context_length": 2048}
    page = 'xinference:build_info{version="4.1.0"} 1.0\n'
    page += f'xinference:model_status{{model_uid="m",status="{status}"}} 1.0\n'
    return {"/v1/models": models(*([row] if status == "READY" else [])), "/metrics": page}


LACKS = {
    "status": "failure",
    "message": "Either x-portkey-config or x-portkey-provider header is required",
}
REFUSED_BEHIND = {"html-message": "Message: fetch failed Cause: Error: connect ECONNREFUSED"}
PORTKEY: Pages = {"/": "AI Gateway says hey!", "/v1/models": refusal(400, LACKS)}
PASSED_ON: Pages = {**PORTKEY, "/v1/models": models({"id": "m", "owned_by": "system"})}
LITSERVE: Pages = {
    "/": "litserve running",
    "/health": "ok",
    "/info": '{"model": null, "server": {"devices": ["cpu"], "timeout": 30}}',
}
FASTCHAT: Pages = {
    "/v1/models": models({"id": "m", "owned_by": "fastchat", "root": "m", "permission": []}),
    "/docs": "<html>",
}


@pytest.mark.parametrize(
    ("pages", "kind", "version", "served"),
    [
        (ray(), "Ray Serve", "", (ServedModel("m", 4096),)),
        # an application of its own under another name, and one beside it (2.60.0)
        (
            {**ray(), "/-/routes": '{"/": "llm_app", "/docs": "docs"}'},
            "Ray Serve",
            "",
            (ServedModel("m", 4096),),
        ),
        # direct streaming shows vLLM's own rows
        (
            {**vllm_pages(""), "/-/routes": '{"/": "default"}', "/-/healthz": "success"},
            "Ray Serve",
            "0.32.0",
            (ServedModel("m", 4096),),
        ),
        (xinference(), "Xinference", "4.1.0", (ServedModel("m", 2048),)),
        (FASTCHAT, "FastChat", "", (ServedModel("m"),)),
        (PASSED_ON, "Portkey", "", (ServedModel("m"),)),
        # what is behind it has no list (LitServe 0.2.19), or is away
        ({**PORTKEY, "/v1/models": Answer(404, b'{"detail":"Not Found"}')}, "Portkey", "", ()),
        ({**PORTKEY, "/v1/models": refusal(500, REFUSED_BEHIND)}, "Portkey", "", ()),
        (LITSERVE, "LitServe", "", ()),
        # several devices, and a model's own facts
        (
            {**LITSERVE, "/info": '{"model": {"name": "x"}, "server": {"devices": [["cuda:0"]]}}'},
            "LitServe",
            "",
            (),
        ),
        # vLLM's front end in Rust (0.33)
        (
            {
                **vllm_pages(NUMBERS),
                "/v1/models": models({"id": "m", "owned_by": "vllm-frontend-rs"}),
            },
            "vLLM",
            "0.32.0",
            (ServedModel("m"),),
        ),
    ],
)
async def test_a_stack_is_known_by_what_it_answers(
    pages: Pages, kind: str, version: str, served: tuple[ServedModel, ...]
) -> None:
    status = await Paged(pages, "chatcompletion").look()
    assert (status.state, status.kind, status.version) == (ServerState.UP, kind, version)
    assert status.models == served
    assert status.notes == ()


@pytest.mark.parametrize("at", ["", "/serving/team/m"])
async def test_kserve_is_known_beside_its_api_and_told_with_its_engines_numbers(at: str) -> None:
    status = await Paged(kserve(at), root=f"{ROOT}{at}/openai").look()
    assert (status.state, status.kind, status.version) == (ServerState.UP, "KServe", "0.21.0")
    assert (status.running, status.waiting, status.kv_usage) == (2, 3, 0.5)
    assert status.notes == ()


@pytest.mark.parametrize(
    ("name", "path", "page", "words"),
    [
        (
            "m",
            "/openai/v1/models/m",
            refusal(503, {"error": "Model with name m is not ready."}),
            "Model with name m is not ready.",
        ),
        # a name with a slash has no page of its own in OpenAI's list
        (
            "org/m",
            "/v2/models/org%2Fm/ready",
            '{"name": "org/m", "ready": false}',
            "org/m is not ready",
        ),
        (
            "org/m",
            "/v2/models/org%2Fm/ready",
            refusal(503, {"error": "Model with name org/m is not ready."}),
            "Model with name org/m is not ready.",
        ),
    ],
)
async def test_a_kserve_whose_engine_died_is_down_though_its_list_stands(
    name: str, path: str, page: str | Answer, words: str
) -> None:
    pages = kserve() | {path: page}
    pages["/v1/models"] = json.dumps({"models": [name]})
    pages["/openai/v1/models"] = models({"id": name, "owned_by": ""})
    status = await Paged(pages, asked_for=(name,), root=f"{ROOT}/openai").look()
    assert (status.state, status.reason, status.running) == (ServerState.DOWN, words, None)


async def test_the_base_url_of_a_kserve_that_lacks_its_path_is_told_the_right_one() -> None:
    status = await Paged(kserve(), "chatcompletion").look()
    assert (status.state, status.kind) == (ServerState.UNKNOWN, "KServe")
    assert status.notes == (f"its API stands elsewhere: write base_url: {ROOT}/openai/v1",)


async def test_kserve_is_let_rest_a_minute_after_the_last_prompt_of_ours() -> None:
    watched = Paged(kserve(), root=f"{ROOT}/openai")
    assert (await watched.looks(60)).state is ServerState.UP
    await watched.look()
    watched.wire.asked.clear()
    status = await watched.looks(120)
    assert watched.wire.asked == []
    assert (status.state, status.reason, status.kind) == (ServerState.UNKNOWN, WORDS, "KServe")
    assert (status.running, status.models) == (None, (ServedModel("m"),))
    watched.monitor.await_answer(f"{ROOT}/openai")
    assert (await watched.look()).state is ServerState.UP
    watched.monitor.await_answers(())
    assert (await watched.looks(60)).running == 2


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("CREATING", ServerState.LOADING, "m is being loaded"),
        ("ERROR", ServerState.DOWN, "m has failed"),
        ("TERMINATED", ServerState.DOWN, "m was stopped"),
    ],
)
async def test_what_a_model_of_xinference_is_in_is_told(
    status: str, state: ServerState, reason: str
) -> None:
    found = await Paged(xinference(status), "chatcompletion").look()
    assert (found.state, found.reason, found.kind) == (state, reason, "Xinference")


async def test_portkey_says_which_header_it_wants() -> None:
    status = await Paged(PORTKEY, "chatcompletion").look()
    assert (status.state, status.kind) == (ServerState.UNAUTHORIZED, "Portkey")
    assert status.reason == f"{LACKS['message']}: set extra_headers"
    assert status.notes == ()


OPTILLM: Pages = {
    "/v1/models": models({"id": "m", "owned_by": "optillm"}),
    "/health": '{"status": "ok"}',
}


@pytest.mark.parametrize(("pages", "path"), [(PASSED_ON, "/"), (OPTILLM, "/health")])
async def test_a_list_that_is_passed_on_to_a_provider_is_asked_for_once(
    pages: Pages, path: str
) -> None:
    watched = Paged(pages, "chatcompletion")
    await watched.look()
    watched.wire.asked.clear()
    assert (await watched.looks(3600)).models == (ServedModel("m"),)
    assert set(watched.wire.asked) == {path}
    watched.wire.pages[path] = Answer(fault=Fault.REFUSED, words=REFUSED)
    await watched.look()
    watched.wire.pages[path] = pages[path]
    await watched.look()
    assert watched.wire.asked.count("/v1/models") == 1, "another one may stand there now"


async def test_fastchat_is_asked_for_its_list_every_half_minute() -> None:
    watched = Paged(FASTCHAT, "chatcompletion")
    await watched.looks(120)
    assert watched.wire.asked.count("/v1/models") == 4
    assert set(watched.wire.asked) == {"/v1/models", "/docs"}


async def test_fastchat_without_a_worker_is_down_with_the_list_that_says_so() -> None:
    empty = json.dumps({"paths": {"/api/v1/token_check": {}, "/v1/chat/completions": {}}})
    pages = {**FASTCHAT, "/v1/models": models(), "/openapi.json": empty}
    status = await Paged(pages, "chatcompletion").look()
    assert (status.state, status.kind) == (ServerState.DOWN, "FastChat")
    assert (status.reason, status.unserved) == ("it lists no model now", ("m",))


@pytest.mark.parametrize(
    ("page", "state", "reason"),
    [
        (Answer(503, b"not ready"), ServerState.LOADING, "not ready"),
        (
            refusal(403, {"detail": "Invalid API Key. Check the 'X-API-Key' in your header."}),
            ServerState.UNAUTHORIZED,
            "it wants its key in the header X-API-Key: set extra_headers",
        ),
        (Answer(500, b"Internal Server Error"), ServerState.DOWN, "answers HTTP 500"),
    ],
)
async def test_litserve_is_what_its_health_says(
    page: Answer, state: ServerState, reason: str
) -> None:
    status = await Paged({**LITSERVE, "/health": page}, "chatcompletion").look()
    assert (status.state, status.kind) == (state, "LitServe")
    assert status.reason.startswith(reason)


async def test_what_ray_cannot_tell_from_its_ingress_is_said() -> None:
    status = await Paged(ray(), "chatcompletion").look()
    assert (status.state, status.running) == (ServerState.UP, None)
    assert status.reason == "whether a replica runs is not known from here"


async def test_a_dead_engine_behind_direct_streaming_is_down() -> None:
    pages = {**vllm_pages(""), "/-/routes": '{"/": "default"}', "/-/healthz": "success"}
    alive = await Paged(pages).look()
    dead = await Paged({**pages, "/health": Answer(503, b"")}).look()
    assert alive.reason == "its engine's numbers are on Ray's metrics agent, not here"
    assert (dead.state, dead.reason) == (ServerState.DOWN, "its engine does not run (HTTP 503)")


@pytest.mark.parametrize(
    ("pages", "short"),
    [
        (ray(), ("other",)),
        (xinference(), ("other",)),
        (FASTCHAT, ("other",)),
        (vllm_pages(""), ("other",)),
        ({"/v1/models": models({"id": "m", "owned_by": "sglang"}), "/ready": ""}, ("other",)),
        # these may answer all the same
        (PASSED_ON, ()),
        ({"/v1/models": models({"id": "m"})}, ()),
    ],
)
async def test_a_model_is_not_served_where_the_list_is_known_to_be_whole(
    pages: Pages, short: tuple[str, ...]
) -> None:
    assert (await Paged(pages, asked_for=("other",)).look()).unserved == short


@pytest.mark.parametrize(
    "pages",
    [
        {"/v1/models": models()},
        {**PORTKEY, "/v1/models": models()},
        {"/v1/models": '{"object": "list", "data": null}', "/api/version": '{"version": "0.14"}'},
    ],
)
async def test_an_empty_list_serves_nobody_whatever_kind_it_is(pages: Pages) -> None:
    status = await Paged(pages, "chatcompletion").look()
    assert (status.unserved, status.notes) == (("m",), ("it lists no model now",))


NO_PATH = Answer(
    404, b"Path '/v1/models' not found. Ping http://.../-/routes for available routes."
)
NO_TABLE = Answer(503, b"Route table is not populated yet.")
SILENT = Answer(fault=Fault.TIMEOUT, words="no answer in 2.5 s")


@pytest.mark.parametrize(
    ("pages", "state", "reason"),
    [
        # Ray Serve 2.60.0 as it starts: its proxy first, then its ingress
        (
            {"/v1/models": NO_PATH, "/-/routes": NO_TABLE, "/-/healthz": NO_TABLE},
            ServerState.LOADING,
            "Route table is not populated yet.",
        ),
        (
            {"/v1/models": SILENT, "/-/routes": '{"/": "default"}', "/-/healthz": "success"},
            ServerState.LOADING,
            "its proxy answers, its application does not yet",
        ),
        # `serve start` alone
        (
            {"/v1/models": NO_PATH, "/-/routes": "{}", "/-/healthz": "success"},
            ServerState.LOADING,
            "it has no application yet",
        ),
        # a base_url without the application's route_prefix
        (
            {"/v1/models": NO_PATH, "/-/routes": '{"/llm": "llm"}', "/-/healthz": "success"},
            ServerState.UNKNOWN,
            "it has no application under this path, only under /llm",
        ),
    ],
)
async def test_what_ray_serve_is_in_before_its_application_answers(
    pages: Pages, state: ServerState, reason: str
) -> None:
    watched = Paged(pages)
    for _ in range(2):
        status = await watched.look()
        assert (status.state, status.kind, status.reason) == (state, "Ray Serve", reason)
        assert status.condition is None
    watched.wire.pages.update(ray())
    status = await watched.look(40)
    assert (status.state, status.reason) == (
        ServerState.UP,
        "whether a replica runs is not known from here",
    )


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("CREATING", ServerState.LOADING, "m is being loaded"),
        ("UPDATING", ServerState.LOADING, "m is being loaded"),
        ("ERROR", ServerState.DOWN, "m has failed"),
    ],
)
async def test_a_model_that_is_loaded_where_the_server_is_up_long_since_is_loading(
    status: str, state: ServerState, reason: str
) -> None:
    """Xinference 4.1.0: its page says for 15 s what a model was in that is listed by now."""
    empty = {**xinference("READY"), "/v1/models": models()}
    watched = Paged({**empty, "/metrics": 'xinference:build_info{version="4.1.0"} 1\n'})
    assert (await watched.look()).state is ServerState.UP
    watched.wire.pages.update(xinference(status))
    told = await watched.look(40)
    assert (told.state, told.reason) == (state, reason)
    watched.wire.pages["/v1/models"] = xinference()["/v1/models"]
    told = await watched.look()
    assert (told.state, told.reason) == (ServerState.UP, "")


async def test_ray_serve_loads_again_after_it_was_up() -> None:
    watched = Paged(ray())
    assert (await watched.look()).state is ServerState.UP
    watched.wire.pages.update({"/v1/models": NO_PATH, "/-/routes": "{}"})
    status = await watched.look(40)
    assert (status.state, status.reason) == (ServerState.LOADING, "it has no application yet")


@pytest.mark.parametrize("at", ["/llm", "/models/qwen"])
async def test_ray_serve_is_known_above_an_application_under_a_path(at: str) -> None:
    pages = {path if path.startswith("/-/") else at + path: page for path, page in ray().items()}
    watched = Paged(pages, root=f"{ROOT}{at}")
    status = await watched.look()
    assert (status.state, status.kind) == (ServerState.UP, "Ray Serve")
    assert status.models == (ServedModel("m", 4096),)
    # while it starts all under its path is silent
    silent = {path: SILENT for path in pages if not path.startswith("/-/")}
    starts = Paged({**pages, **silent, f"{at}/-/routes": SILENT}, root=f"{ROOT}{at}")
    status = await starts.look()
    assert (status.state, status.kind) == (ServerState.LOADING, "Ray Serve")


async def test_ray_serve_is_known_behind_a_gateways_path() -> None:
    pages = {f"/ray{path}": page for path, page in ray().items()}
    status = await Paged(pages, root=f"{ROOT}/ray").look()
    assert (status.state, status.kind) == (ServerState.UP, "Ray Serve")


async def test_a_silent_server_of_another_kind_is_not_ray_serve() -> None:
    for routes in (Answer(404), SILENT, "[]", '{"paths": {}}', "null"):
        status = await Paged({"/v1/models": SILENT, "/-/routes": routes}).look()
        assert (status.state, status.kind) == (ServerState.UNKNOWN, "")
        assert status.silent


SCALES = "The model is currently scaling. Please try again later."
RETIRED = "This data-parallel rank has been retired"


@pytest.mark.parametrize("paths", [("/v1/models", "/metrics"), ("/health",), ("/metrics",)])
@pytest.mark.parametrize("words", [SCALES, RETIRED])
async def test_a_503_of_vllm_is_told_in_its_words(paths: tuple[str, ...], words: str) -> None:
    """vLLM 0.32 (`/health` too) and 0.33 while elastic EP scales, and of a rank that retired."""
    watched = Paged(vllm_pages(NUMBERS))
    await watched.look()
    for path in paths:
        watched.wire.pages[path] = refusal(503, {"error": words})
    status = await watched.look(40)
    assert words in status.reason
    scales = ServerState.LOADING if words is SCALES else ServerState.DOWN
    assert status.state is (ServerState.UP if paths == ("/metrics",) else scales)


async def test_a_run_that_waits_does_so_until_the_model_is_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(startup, "PACE", 0.0)
    path = tmp_path / "agents.yaml"
    paths = json.dumps({"paths": {"/api/v1/token_check": {}}}).encode()
    async with ScriptedServer() as server:
        server.route("GET", "/openapi.json", whole(200, paths))
        listed = [whole(200, models().encode()), whole(200, str(FASTCHAT["/v1/models"]).encode())]
        server.route("GET", "/docs", whole(200, b""))
        server.route("GET", "/v1/models", listed[0])
        backend = {"type": "chatcompletion", "model": "m", "base_url": server.base_url}
        path.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}]}))
        told: list[str] = []

        def note(words: str) -> None:
            told.append(words)
            server.route("GET", "/v1/models", listed[1])

        await wait_for_servers(load_config(path), ["a"], 60, note)
        assert told
        assert "waited" not in told[-1]
