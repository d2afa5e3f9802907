"""`run --wait`: servers that are not up yet are waited for, and no longer than was said."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from massgen_tui.config.model import AgentConfig, Config, UiConfig
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Notes, Output
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.supervise import startup
from tests.support.asking import agent_at
from tests.support.gateways import HALF, NOBODY, dynamo, smg, vllm_router
from tests.support.server import Close, Hang, ScriptedServer, free_port, sse_chat, whole

LOADING = whole(503, {"error": {"message": "Loading model", "code": 503}})
GOOD = sse_chat(content=["42"])
QUICK = partial(Fetcher, timeout=0.2, patience=0.4)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "PACE", 0.01)


class Lines(io.StringIO):
    """Standard error; `on` is called when a line with these words is first written."""

    def __init__(self, words: str = "", on: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._words, self._on = words, on

    def write(self, text: str) -> int:
        if self._on is not None and self._words in text:
            on, self._on = self._on, None  # a second SIGINT would end the tests
            on()
        return super().write(text)


def replace_id(agent: AgentConfig, id: str) -> AgentConfig:
    return agent.model_copy(update={"id": id})


async def run(base_url: str, seconds: float, err: Lines) -> tuple[int, dict[str, object]]:
    config = Config(agents=(agent_at(base_url),), ui=UiConfig(logging_enabled=False))
    out = io.StringIO()
    options = Options("hi", "json", wait=seconds)
    async with asyncio.timeout(20):
        code = await Headless(config, options, Output(out, utf8=True), Notes(err)).run()
    (agent,) = json.loads(out.getvalue())["agents"]
    return code, agent


def up(server: ScriptedServer) -> None:
    server.route("GET", "/health", whole(200, b""))
    server.route("GET", "/v1/models", whole(200, {"data": [{"id": "m"}]}))
    server.route("POST", "/v1/chat/completions", *GOOD)


async def test_a_server_that_loads_its_model(server: ScriptedServer) -> None:
    for path in ("/health", "/v1/models"):
        server.route("GET", path, LOADING)
    server.route("POST", "/v1/chat/completions", LOADING)
    err = Lines("waiting for it", lambda: up(server))
    code, agent = await run(server.base_url, 10, err)
    assert (code, agent["content"]) == (0, "42")
    assert "waiting for it, 10 s left" in err.getvalue()
    assert f"{server.root} is up" in err.getvalue()
    assert [request.method for request in server.requests].count("POST") == 1


@pytest.mark.parametrize("make", [smg, vllm_router, dynamo])
async def test_a_gateway_without_a_worker_is_waited_for_whatever_its_list_says(
    server: ScriptedServer, make: Callable[..., None]
) -> None:
    empty = {"/health": (200, {"status": "healthy", "endpoints": [], "instances": []})}
    make(server, empty if make is dynamo else {"/readiness": (503, NOBODY)})
    server.route("POST", "/v1/chat/completions", *GOOD)
    err = Lines("waiting for it", lambda: make(server))
    code, agent = await run(server.base_url, 10, err)
    assert (code, agent["content"]) == (0, "42")
    assert "is down: no " in err.getvalue()
    assert f"{server.root} is up" in err.getvalue()


async def test_a_gateway_with_some_of_its_workers_is_not_waited_for(server: ScriptedServer) -> None:
    gone = (503, 'Unhealthy servers: ["http://10.0.0.5:8000"]')
    vllm_router(server, {"/readiness": (200, HALF), "/health": gone})
    server.route("POST", "/v1/chat/completions", *GOOD)
    err = Lines()
    code, agent = await run(server.base_url, 10, err)
    assert (code, agent["content"], err.getvalue()) == (0, "42", "")


async def test_a_server_that_only_its_answers_tell_to_be_loading(server: ScriptedServer) -> None:
    for _ in range(12):
        server.answer(LOADING)
    server.answer(*GOOD)
    err = Lines()
    code, agent = await run(server.base_url, 10, err)
    assert (code, agent["content"]) == (0, "42")
    assert err.getvalue().count("Loading model; trying again") == 10


async def test_a_port_that_nothing_listens_on_yet() -> None:
    port, starting = free_port(), asyncio.Event()
    err = Lines("waiting for it", starting.set)
    running = asyncio.create_task(run(f"http://127.0.0.1:{port}/v1", 10, err))
    await starting.wait()
    async with ScriptedServer(port=port) as server:
        up(server)
        code, agent = await running
        assert (code, agent["content"]) == (0, "42")
        assert "refused" in err.getvalue()
        await server.all_closed()


async def test_a_server_that_takes_connections_and_says_nothing_yet(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.monitor.servers.Fetcher", QUICK)
    for path in ("/health", "/v1/models"):
        server.route("GET", path, Hang())
    err = Lines("waiting for it", lambda: up(server))
    code, agent = await run(server.base_url, 10, err)
    assert (code, agent["content"]) == (0, "42")
    assert "slow or hung; waiting for it" in err.getvalue()


@pytest.mark.parametrize("everywhere", [True, False], ids=["everywhere", "only its answers"])
async def test_no_longer_than_was_said(server: ScriptedServer, *, everywhere: bool) -> None:
    if everywhere:
        server.route("GET", "/health", LOADING)
        server.route("GET", "/v1/models", LOADING)
    server.route("POST", "/v1/chat/completions", LOADING)
    err = Lines()
    code, agent = await run(server.base_url, 0.2, err)
    assert code == 3
    assert isinstance(agent["error"], dict)
    assert agent["error"]["kind"] == "loading"
    assert ("asking anyway" in err.getvalue()) == everywhere


async def test_nothing_is_waited_for_without_being_told(server: ScriptedServer) -> None:
    server.answer(LOADING)
    server.route("POST", "/v1/chat/completions", *GOOD)
    code, _ = await run(server.base_url, 0, Lines())
    assert code == 3
    assert len(server.requests) == 1


async def test_what_waiting_does_not_mend_is_told_at_once(server: ScriptedServer) -> None:
    server.answer(whole(401, {"error": "Unauthorized"}))
    up(server)
    code, agent = await run(server.base_url, 10, Lines())
    assert code == 3
    assert isinstance(agent["error"], dict)
    assert agent["error"]["kind"] == "unauthorized"


async def test_an_address_that_time_does_not_mend_is_told_at_once(server: ScriptedServer) -> None:
    """Its port speaks no TLS: the look says so too, and nobody waits for it."""
    server.route("GET", "/v1/models", Close())
    err = Lines()
    code, agent = await run(server.base_url.replace("http:", "https:"), 10, err)
    assert code == 3
    assert isinstance(agent["error"], dict)
    assert agent["error"]["kind"] == "unreachable"
    assert "trying again" not in err.getvalue()


async def test_tries_are_counted_over_all_sendings(server: ScriptedServer) -> None:
    for _ in range(4):
        server.answer(LOADING)
    up(server)
    config = Config(agents=(agent_at(server.base_url),), ui=UiConfig(logging_enabled=False))
    out, err = io.StringIO(), Lines()
    options = Options("hi", "jsonl", wait=10)
    async with asyncio.timeout(20):
        assert await Headless(config, options, Output(out, utf8=True), Notes(err)).run() == 0
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    tries = [event for event in events if event.get("event") == "retrying"]
    assert [event["attempt"] for event in tries] == [1, 2, 3, 4]
    assert all(event["reason"].endswith("Loading model") for event in tries)
    assert [event["event"] for event in events if "event" in event][-1] == "finished"


async def test_agents_are_sent_their_prompt_as_their_own_server_comes_up(
    server: ScriptedServer,
) -> None:
    up(server)
    agents = (
        agent_at(server.base_url),
        replace_id(agent_at(f"http://127.0.0.1:{free_port()}/v1"), "later"),
    )
    config = Config(agents=agents, ui=UiConfig(logging_enabled=False))
    out, err = io.StringIO(), Lines()
    options = Options("hi", "json", wait=0.5)
    async with asyncio.timeout(20):
        code = await Headless(config, options, Output(out, utf8=True), Notes(err)).run()
    first, second = json.loads(out.getvalue())["agents"]
    assert (code, first["status"], second["error"]["kind"]) == (2, "done", "unreachable")
    assert err.getvalue().count("asking anyway") == 1


@pytest.mark.parametrize("tried", [True, False], ids=["sent before", "never sent"])
@pytest.mark.parametrize("shape", ["text", "json", "jsonl"])
async def test_who_is_interrupted_while_it_waits_is_cancelled(
    server: ScriptedServer, shape: str, *, tried: bool
) -> None:
    if not tried:
        server.route("GET", "/health", LOADING)
        server.route("GET", "/v1/models", LOADING)
    server.route("POST", "/v1/chat/completions", LOADING)
    config = Config(agents=(agent_at(server.base_url),), ui=UiConfig(logging_enabled=False))

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    out, err = io.StringIO(), Lines("trying again" if tried else "waiting for it", interrupt)
    options = Options("hi", shape, wait=60)
    async with asyncio.timeout(20):
        code = await Headless(config, options, Output(out, utf8=True), Notes(err)).run()
    assert code == 130
    assert len([one for one in server.requests if one.method == "POST"]) == (1 if tried else 0)
    if shape == "json":
        (agent,) = json.loads(out.getvalue())["agents"]
        assert (agent["status"], agent["error"], agent["content"]) == ("cancelled", None, "")
    if shape == "jsonl":
        *events, last = map(json.loads, out.getvalue().splitlines())
        assert last["status"] == "cancelled"
        assert [one["event"] for one in events if one["event"] != "retrying"] == (
            ["finished"] if tried else []
        )
