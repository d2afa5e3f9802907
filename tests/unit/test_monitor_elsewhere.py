"""`metrics_url`: how pages elsewhere are asked, and what never goes there."""

import asyncio
import io
import json
import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from massgen_tui.check import check
from massgen_tui.config.loader import load_config
from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.resting import WORDS
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState
from massgen_tui.monitor.targets import targets_of
from tests.support.configs import loaded
from tests.support.engine_pages import engine, numbers, page, ray
from tests.support.fakes import FakeClock
from tests.support.paged import ROOT, Paged, models, vllm_pages
from tests.support.server import Again, Hang, ScriptedServer, chunk, head, whole


async def test_pages_are_summed_and_the_fullest_cache_counts() -> None:
    same = engine(2, 1, 0.25, prefix="vllm:", who="")
    asked = {**vllm_pages(""), "/a": same, "/b": same.replace("0.25", "0.75")}
    watched = Paged(asked, elsewhere=(page("/a"), page("/b")))
    assert numbers(await watched.look()) == (4, 2, 0.75)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Answer(fault=Fault.REFUSED, words="connection refused"), "connection refused"),
        (Answer(503, b"not now"), "HTTP 503"),
        (Answer(401), "HTTP 401"),
        (
            Answer(302, location="http://elsewhere/?token=t"),
            "HTTP 302, a redirect, is not followed",
        ),
        (engine(1, 1, 0.5)[:-9], "the page is cut off"),
        (
            'vllm:num_requests_running{engine="0"} 1\n' * 10_001,
            "it tells of more engines than are read",
        ),
    ],
)
async def test_one_page_that_fails_makes_the_sums_unknown(
    trouble: str | Answer, words: str
) -> None:
    pages = {**ray(), "/a": engine(2, 1, 0.25), "/b": engine(2, 1, 0.25)}
    watched = Paged(pages, elsewhere=(page("/a"), page("/b")))
    assert numbers(await watched.look()) == (4, 2, 0.25)
    watched.wire.pages["/b"] = trouble
    status = await watched.look(10)
    assert numbers(status) == (None, None, None)
    assert (status.state, status.reason) == (ServerState.UP, f"node:8080/b: {words}")
    watched.wire.pages["/b"] = engine(2, 1, 0.25)
    assert numbers(await watched.look(10)) == (4, 2, 0.25)


async def test_a_rate_comes_of_two_rounds_and_each_round_asks_once() -> None:
    watched = Paged({**ray(), "/agent": engine(1, 0, 0.5, total=5000)}, elsewhere=(page(),))
    for total in (5000, 5500, 6000, 6500):
        watched.wire.pages["/agent"] = engine(1, 0, 0.5, total=total)
        status = await watched.looks(10)
    assert status.tokens_per_s == 50
    assert watched.wire.asked.count("/agent") == 4


def nodes(server: ScriptedServer, *names: str, **paths: bytes) -> None:
    for name in names:
        server.route("GET", f"/{name}/v1/models", whole(200, str(ray()["/v1/models"]).encode()))
        server.route("GET", f"/{name}/-/routes", whole(200, {"/": "default"}))
        server.route("GET", f"/{name}/-/healthz", whole(200, b"success"))
    for path, answer in paths.items():
        server.route("GET", f"/{path}", answer)


async def test_one_address_that_is_written_in_two_ways_is_one_page(tmp_path: Path) -> None:
    text = """\
        agents:
        - {{id: a, backend: {{type: vllm, model: m, base_url: '{at}', metrics_url: '{page}'}}}}
        - {{id: b, backend: {{type: vllm, model: m, base_url: '{at}', metrics_url: '${{PAGE}}'}}}}
        """
    async with ScriptedServer() as server:
        nodes(server, agent=whole(200, engine(2, 1, 0.25).encode()))
        url = f"{server.root}/agent"
        config = loaded(tmp_path, text.format(at=server.root, page=url), {"PAGE": url})
        (target,) = targets_of(config)
        monitor = ServerMonitor([target])
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "m", "owned_by": "vllm"}]}))
        server.route("GET", "/health", whole(200, b""))
        assert numbers(await monitor.look(target)) == (2, 1, 0.25)
        await monitor.stop()
        assert [one.path for one in server.requests].count("/agent") == 1


def test_an_entry_of_servers_adds_its_pages_to_those_of_the_agents(tmp_path: Path) -> None:
    text = """\
        agents: [{id: a, backend: {type: vllm, model: m, base_url: 'http://a:1',
          metrics_url: http://n:1/m}}]
        servers: [{base_url: 'http://a:1', metrics_url: [http://n:1/m, http://n:2/m]}]
        """
    (target,) = targets_of(loaded(tmp_path, text))
    assert [one.place for one in target.pages] == ["n:1/m", "n:2/m"]
    assert target.agents == ("a",)


CONFIG = """\
agents:
- id: a
  backend: {{type: vllm, model: m, base_url: '{at}/one/v1', api_key: key-of-mine-123,
    metrics_url: '{page}',
    extra_headers: {{x-tenant: red, Authorization: Bearer tok-123456,
      X-Portkey-API-Key: pk-123456}}}}
- id: b
  backend: {{type: vllm, model: m, base_url: '{at}/two/v1', api_key: key-of-mine-123,
    metrics_url: ['{page}']}}
servers:
- {{base_url: '{at}/three/v1', metrics_url: '{page}'}}
"""


async def test_each_address_is_asked_once_a_round_and_never_told_a_credential(
    tmp_path: Path,
) -> None:
    path = tmp_path / "agents.yaml"
    async with ScriptedServer() as server, ScriptedServer() as agents:
        nodes(server, "one", "two", "three")
        nodes(agents, metrics=whole(200, engine(2, 1, 0.25).encode()))
        at = f"http://ann:s3cret-pass@127.0.0.1:{agents.port}/metrics"
        path.write_text(CONFIG.format(at=server.root, page=at))
        clock = FakeClock()
        targets = targets_of(load_config(path))
        monitor = ServerMonitor(targets, clock=clock)
        for seconds in (0.0, 9.0, 1.0):
            clock.tick(seconds)
            found = await asyncio.gather(*(monitor.look(target) for target in targets))
            assert [numbers(status) for status in found] == [(2, 1, 0.25)] * 3
        await monitor.stop()
    assert len(agents.requests) == 2, "the second round is ten seconds after the first"
    basic = f"Basic {b64encode(b'ann:s3cret-pass').decode()}"
    for request in agents.requests:
        assert (request.path, request.header("authorization")) == ("/metrics", basic)
        raw = request.raw_head
        assert not [
            word for word in (b"key-of-mine", b"tok-123", b"pk-123", b"x-tenant") if word in raw
        ]


async def test_other_headers_go_to_a_page_of_the_same_origin(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    async with ScriptedServer() as server:
        nodes(server, "one", "two", "three", agent=whole(200, engine(2, 1, 0.25).encode()))
        path.write_text(CONFIG.format(at=server.root, page=f"{server.root}/agent"))
        await check([path], probe=True, as_json=True, strict=False, out=io.StringIO())
        asked = [one for one in server.requests if one.path == "/agent"]
    assert sorted(str(one.header("x-tenant")) for one in asked) == ["None", "red"]
    for one in asked:
        assert one.header("authorization") is None
        assert one.header("x-portkey-api-key") is None


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_no_redirect_is_followed_and_no_secret_is_printed(
    tmp_path: Path, status: int
) -> None:
    path = tmp_path / "agents.yaml"
    async with ScriptedServer() as server, ScriptedServer() as agents:
        nodes(server, "one", "two", "three")
        at = f"{agents.root}/other?token=s3cret-pass"
        agents.route("GET", "/metrics", whole(status, b"", location=at))
        page = f"http://ann:s3cret-pass@127.0.0.1:{agents.port}/metrics?token=s3cret-pass"
        path.write_text(CONFIG.format(at=server.root, page=page))
        out = io.StringIO()
        await check([path], probe=True, as_json=True, strict=False, out=out)
        assert {one.path for one in agents.requests} == {"/metrics?token=s3cret-pass"}
    told = json.loads(out.getvalue())["files"][0]["servers"]
    words = f"127.0.0.1:{agents.port}/metrics: HTTP {status}, a redirect, is not followed"
    assert {one["reason"] for one in told} == {words}
    assert not [
        word for word in ("s3cret", "YW5uOnMz", "tok-123", "pk-123") if word in out.getvalue()
    ]


async def test_a_page_without_an_end_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    async with ScriptedServer() as server, ScriptedServer() as agents:
        nodes(server, "one", "two", "three")
        line = b'ray_node_cpu_count{ip="192.0.2.7"} 2.0\n' * 1500
        agents.route("GET", "/metrics", head(200, "text/plain"), Again(chunk(line)))
        path.write_text(CONFIG.format(at=server.root, page=f"{agents.root}/metrics"))
        out = io.StringIO()
        await check([path], probe=True, as_json=True, strict=False, out=out)
    told = json.loads(out.getvalue())["files"][0]["servers"][0]
    assert told["state"] == "up"
    assert told["reason"].endswith("/metrics: it goes on after 8 MiB: ask for less")


async def test_a_silent_page_holds_up_no_look(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    async with ScriptedServer() as server, ScriptedServer() as agents:
        nodes(server, "one", "two", "three")
        agents.route("GET", "/metrics", Hang())
        path.write_text(CONFIG.format(at=server.root, page=f"{agents.root}/metrics"))
        targets = targets_of(load_config(path))
        monitor = ServerMonitor(targets)
        status = await monitor.look(targets[0], patient=True)
        await monitor.stop()
        assert (status.state, status.running) == (ServerState.UP, None)
        assert status.reason == f"127.0.0.1:{agents.port}/metrics: no answer yet"
        assert len(agents.requests) == 1


def kserve() -> dict[str, str | Answer]:
    return {
        "/openai/v1/models": models({"id": "m", "owned_by": "", "max_model_len": None}),
        "/openai/v1/models/m": "null",
        "/v1/models": '{"models": ["m"]}',
        "/v2": '{"name": "kserve", "version": "0.21.0", "extensions": []}',
        "/metrics": engine(9, 9, 0.9, prefix="vllm:", who=""),
    }


async def test_kserve_is_looked_at_while_its_page_shows_a_running_replica() -> None:
    """Scaled to zero, its samples grow old in the Prometheus that gathers them, then are gone."""
    federated = "/federate?match%5B%5D=up"
    runs = engine(1, 0, 0.2, prefix="vllm:", who='pod="a"', model="/mnt/models")
    watched = Paged(
        {**kserve(), federated: runs}, root=f"{ROOT}/openai", elsewhere=(page(federated),)
    )
    assert numbers(await watched.looks(120)) == (1, 0, 0.2)
    old = engine(1, 0, 0.2, prefix="vllm:", who='pod="a"', at=f" {(time.time() - 90) * 1000:.0f}")
    watched.wire.pages[federated] = old
    await watched.looks(10)
    watched.wire.asked.clear()
    status = await watched.looks(60)
    assert set(watched.wire.asked) == {federated}
    assert (status.state, status.reason, status.running) == (ServerState.UNKNOWN, WORDS, None)
    watched.wire.pages[federated] = runs
    status = await watched.looks(15)
    assert (status.state, status.running) == (ServerState.UP, 1)


async def test_a_hosted_server_is_asked_for_its_list_once_and_its_page_every_round() -> None:
    pages = {"/v1/models": models({"id": "m"}), "/agent": engine(2, 1, 0.25)}
    watched = Paged(pages, root="https://llm.example.com", elsewhere=(page(),))
    watched.target = replace(watched.target, hosted=True)
    watched.monitor = ServerMonitor([watched.target], clock=watched.clock, fetcher=watched.wire)
    status = await watched.looks(60)
    assert (status.state, numbers(status)) == (ServerState.UP, (2, 1, 0.25))
    assert watched.wire.asked.count("/v1/models") == 1
    assert watched.wire.asked.count("/agent") == 6


@pytest.mark.parametrize(
    ("pages", "told"), [("", True), (', metrics_url: "http://node:8080/metrics"', False)]
)
def test_no_start_command_is_shown_for_a_stack_whose_numbers_are_elsewhere(
    tmp_path: Path, pages: str, told: bool
) -> None:
    path = tmp_path / "c.yaml"
    backend = f'type: vllm, model: m, base_url: "http://localhost:8000/v1"{pages}'
    path.write_text(f"agents: [{{id: a, backend: {{{backend}}}}}]\n")
    (target,) = targets_of(load_config(path))
    assert bool(target.start_command) is told


@pytest.mark.parametrize(
    ("dialect", "listed", "told"),
    [
        ("vllm", models(), False),  # FastChat 0.2.36 without a worker
        ("sglang", models(), False),
        ("vllm", models({"id": "m"}), True),
        ("ollama", models(), True),
    ],
)
async def test_what_lists_no_model_is_no_engine_to_be_started(
    dialect: str, listed: str, told: bool
) -> None:
    watched = Paged({"/v1/models": listed}, dialect, command="serve m")
    status = await watched.looks(10)
    assert status.kind == ""
    assert bool(status.start_command) is told
