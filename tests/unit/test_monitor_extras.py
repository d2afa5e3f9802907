"""Headers and parameters of one's own with every look: told apart by them, and never told."""

import io
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from massgen_tui.check import check
from massgen_tui.config.extras import Extra, hides
from massgen_tui.config.model import Config
from massgen_tui.monitor.dcgm import exporters_of
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState
from massgen_tui.monitor.targets import targets_of
from tests.support.configs import loaded, written
from tests.support.fakes import FakeClock
from tests.support.probed import vllm
from tests.support.server import ScriptedServer, whole
from tests.support.waiting import wait_for_servers

TOKEN = "tok-distinctive-0123456789"
LITERAL = "lit-distinctive-0123456789"
ENVIRON = {"TEAM_TOKEN": TOKEN, "VLLM_API_KEY": "key-of-the-environment"}
QUERY = "?api-version=1&key=a/b"
BACKENDS = """
agents:
- id: one
  backend:
    type: vllm
    model: m
    base_url: {url}
    extra_headers: {{x-tenant: red, x-token: '${{TEAM_TOKEN}}', X-Old-Key: {literal}}}
    extra_query: {{api-version: 1, key: a/b}}
- id: same
  backend:
    type: vllm
    model: m
    base_url: {url}
    extra_headers: {{X-Old-Key: {literal}, X-TENANT: red, X-Token: '${{TEAM_TOKEN}}'}}
    extra_query: {{key: a/b, api-version: 1}}
- id: other
  backend: {{type: vllm, model: m, base_url: '{url}', extra_headers: {{x-tenant: blue}}}}
- id: bare
  backend: {{type: vllm, model: m, base_url: '{url}'}}
servers:
- base_url: {url}
  extra_headers: {{x-tenant: blue}}
- base_url: {url}
  extra_headers: {{x-tenant: green}}
  extra_query: {{zone: b}}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def config_at(folder: Path, url: str) -> Config:
    return loaded(folder, BACKENDS.format(url=url, literal=LITERAL), ENVIRON)


def test_servers_are_told_apart_by_root_and_headers_and_query(tmp_path: Path) -> None:
    targets = targets_of(config_at(tmp_path, "http://gate:8787/v1"))
    assert [target.agents for target in targets] == [("one", "same"), ("other",), ("bare",), ()]
    assert len({target.id for target in targets}) == 4
    assert {target.root for target in targets} == {"http://gate:8787"}
    assert targets[2].id == "http://gate:8787", "without any the root is enough"
    assert targets[0].title == (
        "http://gate:8787 · x-tenant: red · x-token: ${TEAM_TOKEN} · X-Old-Key: *** "
        "· api-version=1 · key=***"
    )
    told = repr(targets) + "".join(target.id for target in targets)
    assert not any(secret in told for secret in (TOKEN, LITERAL, "a/b"))


async def test_every_look_has_them_and_each_row_its_own(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        targets = targets_of(config_at(tmp_path, server.base_url))
        monitor = ServerMonitor(targets, clock=FakeClock())
        for target in targets:
            await monitor.look(target)
        states = [status.state for status in monitor.statuses.values()]
        await monitor.stop()
        assert states == [ServerState.UP] * 4
        tenants = [one.header("x-tenant") for one in server.requests]
        assert list(dict.fromkeys(tenants)) == ["red", "blue", None, "green"]
        red = [one for one in server.requests if one.header("x-tenant") == "red"]
        assert {one.path for one in red} >= {f"/v1/models{QUERY}", f"/metrics{QUERY}"}
        assert {one.header("x-token") for one in red} == {TOKEN}
        assert all(one.path.endswith(QUERY) for one in red)
        green = [one for one in server.requests if one.header("x-tenant") == "green"]
        assert all(one.path.endswith("?zone=b") for one in green)


@pytest.mark.parametrize(("name", "sent"), [("Authorization", ["Basic YTpi"]), ("X-API-Key", [])])
async def test_no_look_sends_a_key_beside_one_of_ones_own(
    tmp_path: Path, name: str, sent: list[str]
) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        text = (
            "agents: [{id: a, backend: {type: vllm, model: m, base_url: '%s', "
            "extra_headers: {%s: Basic YTpi}}}]"
        )
        (target,) = targets_of(loaded(tmp_path, text % (server.base_url, name), ENVIRON))
        monitor = ServerMonitor([target], clock=FakeClock())
        status = await monitor.look(target)
        await monitor.stop()
        assert status.state is ServerState.UP
        for request in server.requests:
            assert [value for key, value in request.headers if key == "authorization"] == sent


async def test_a_provider_is_looked_at_with_a_header_in_place_of_its_key(tmp_path: Path) -> None:
    own = "extra_headers: {Authorization: Bearer x}"
    text = f"agents: [{{id: a, backend: {{type: openai, model: m, {own}}}}}]"
    (target,) = targets_of(loaded(tmp_path, text))
    assert (target.key, target.problem, target.keyed) == (None, "", True)


@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirect_takes_them_nowhere(tmp_path: Path, status: int) -> None:
    async with ScriptedServer() as server, ScriptedServer() as elsewhere:
        where = f"{elsewhere.root}/v1/models"
        server.route("GET", "/v1/models", whole(status, b"", location=where))
        target = targets_of(config_at(tmp_path, server.base_url))[0]
        monitor = ServerMonitor([target], clock=FakeClock())
        await monitor.look(target)
        await monitor.stop()
        assert elsewhere.requests == []


async def test_a_server_that_repeats_a_secret_has_it_shown_to_nobody(tmp_path: Path) -> None:
    words = f"x-token {TOKEN} and {LITERAL} were not taken"
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(400, {"error": {"message": words}}))
        target = targets_of(config_at(tmp_path, server.base_url))[0]
        monitor = ServerMonitor([target], clock=FakeClock())
        status = await monitor.look(target)
        told = repr(status) + repr(status.log) + repr(status.changes)
        await monitor.stop()
    assert "x-token ••• and ••• were not taken" in status.reason
    assert TOKEN not in told
    assert LITERAL not in told


async def test_a_secret_that_is_cut_short_is_none_to_show(tmp_path: Path) -> None:
    words = "x" * 185 + TOKEN
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(400, {"error": {"message": words}}))
        target = targets_of(config_at(tmp_path, server.base_url))[0]
        monitor = ServerMonitor([target], clock=FakeClock())
        status = await monitor.look(target)
        await monitor.stop()
    assert "xxx•••" in status.reason
    assert TOKEN[:8] not in status.reason


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("probe", [True, False])
async def test_check_tells_names_and_plain_values_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, as_json: bool, probe: bool
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    async with ScriptedServer() as server:
        vllm(server)
        path = written(tmp_path, BACKENDS.format(url=server.base_url, literal=LITERAL))
        out = io.StringIO()
        await check([path], probe=probe, as_json=as_json, strict=False, out=out)
    printed = out.getvalue()
    for secret in (TOKEN, LITERAL, "a/b", "a%2Fb", "key-of-the-environment"):
        assert secret not in printed
    assert "${TEAM_TOKEN}" in printed
    if as_json:
        (file,) = json.loads(printed)["files"]
        headers = {"x-tenant": "red", "x-token": "${TEAM_TOKEN}", "X-Old-Key": "***"}
        query = {"api-version": "1", "key": "***"}
        assert file["agents"][0]["request"]["headers"] == headers
        assert file["agents"][0]["request"]["query"] == query
        assert (file["servers"][0]["headers"], file["servers"][0]["query"]) == (headers, query)
        assert [one["headers"] for one in file["servers"][1:]] == [
            {"x-tenant": "blue"},
            {},
            {"x-tenant": "green"},
        ]


@pytest.mark.parametrize(("status", "state"), [(400, "unknown"), (401, "unauthorized")])
async def test_check_shows_the_words_for_a_missing_header_and_where_to_set_it(
    tmp_path: Path, status: int, state: str
) -> None:
    words = "The X-Tenant-ID header is required"
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(status, {"detail": words}))
        text = f"agents: [{{id: a, backend: {{type: vllm, model: m, base_url: '{server.root}'}}}}]"
        out = io.StringIO()
        path = written(tmp_path, text)
        await check([path], probe=True, as_json=True, strict=False, out=out)
    told = json.loads(out.getvalue())["files"][0]["servers"][0]
    assert (told["state"], told["reason"]) == (state, words)
    assert told["notes"] == ["it wants a header: set X-Tenant-ID in extra_headers"]


async def test_a_server_is_waited_for_with_its_headers(tmp_path: Path) -> None:
    said: list[str] = []
    async with ScriptedServer() as server:
        vllm(server)
        config = config_at(tmp_path, server.base_url)
        await wait_for_servers(config, {"one"}, 5, said.append)
        assert {one.header("x-tenant") for one in server.requests} == {"red"}


async def test_an_exporter_has_them_at_the_same_origin_only(tmp_path: Path) -> None:
    async with ScriptedServer() as server, ScriptedServer() as elsewhere:
        text = """\
            agents:
            - id: a
              backend: {{type: vllm, model: m, base_url: '{url}', gpu_metrics_url: '{url}/gpus',
                extra_headers: {{x-token: t-123456}}, extra_query: {{v: 1}}}}
            - id: b
              backend: {{type: vllm, model: m, base_url: '{url}', gpu_metrics_url: '{far}/gpus',
                extra_headers: {{x-token: t-123456}}, extra_query: {{v: 1}}}}
            """
        config = loaded(tmp_path, text.format(url=server.root, far=elsewhere.root))
        fetcher = Fetcher()
        for exporter in exporters_of(config):
            await exporter.look(fetcher, 1.0)
        await fetcher.aclose()
        assert [(one.path, one.header("x-token")) for one in server.requests] == [
            ("/gpus?v=1", "t-123456")
        ]
        assert [(one.path, one.header("x-token")) for one in elsewhere.requests] == [
            ("/gpus", None)
        ]


def test_what_is_hidden_of_a_value_is_no_ordinary_word() -> None:
    extra = Extra(name="a", value=SecretStr("Bearer t0ken-1"), hidden=hides("Bearer t0ken-1"))
    assert {one.get_secret_value() for one in extra.hidden} == {"t0ken-1"}
