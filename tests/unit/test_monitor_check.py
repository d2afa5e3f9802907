import io
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.check import check
from massgen_tui.monitor.fetch import Fetcher
from tests.support.gateways import NOBODY, vllm_router
from tests.support.schemas import schema
from tests.support.server import Hang, Pause, ScriptedServer, free_port, mute_port, whole

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "tests" / "data" / "wire" / "vllm-0.32.0"

AGENT = """
agents:
  - id: {id}
    backend:
      type: {type}
      model: {model}
      base_url: {url}
"""


QUICK = partial(Fetcher, timeout=0.2, patience=1.0)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("VLLM_API_KEY", "SGLANG_API_KEY", "CEREBRAS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str, name: str = "c.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def one_agent(folder: Path, url: str, name: str = "c.yaml", more: str = "") -> Path:
    values = {"id": "a", "type": "vllm", "model": "Qwen/Qwen3-4B", "url": url}
    return write(folder, AGENT.format(**values) + more, name)


SCHEMA = Draft202012Validator(schema("check"))


async def run(*paths: Path, probe: bool = False, strict: bool = False) -> tuple[int, Any]:
    out = io.StringIO()
    code = await check(paths, probe=probe, as_json=True, strict=strict, out=out)
    report = json.loads(out.getvalue())
    SCHEMA.validate(report)
    return code, report


async def said(*paths: Path, probe: bool = False, strict: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = await check(paths, probe=probe, as_json=False, strict=strict, out=out)
    return code, out.getvalue()


def vllm(server: ScriptedServer) -> None:
    for path, name in (
        ("/v1/models", "get_v1_models.json"),
        ("/version", "get_version.json"),
        ("/health", "get_health.txt"),
        ("/metrics", "conc8_metrics_under_load.txt"),
    ):
        server.route("GET", path, whole(200, (WIRE / name).read_bytes()))


async def test_a_config_is_told_with_the_request_and_without_a_look(tmp_path: Path) -> None:
    more = "      top_k: 50\n      enable_thinking: true\n"
    path = one_agent(tmp_path, f"http://127.0.0.1:{free_port()}", more=more)
    code, report = await run(path)
    (file,) = report["files"]
    (agent,) = file["agents"]
    assert (code, report["ok"], file["ok"]) == (0, True, True)
    assert agent["provider"] == "vLLM"
    assert agent["request"]["url"].endswith("/v1/chat/completions")
    assert agent["request"]["body"] == {
        "model": "Qwen/Qwen3-4B",
        "messages": [{"role": "user", "content": "(the prompt)"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "top_k": 50,
        "chat_template_kwargs": {"enable_thinking": True},
    }
    (server,) = file["servers"]
    assert server["state"] is None
    assert "--reasoning-parser qwen3" in server["start_command"]


@pytest.mark.parametrize(
    ("config", "model", "listed", "code"),
    [
        ("vllm", "Qwen/Qwen3-4B", "vllm", 0),
        ("vllm", "Qwen/Qwen3-8B", "vllm", 1),
        # whatever is asked of SGLang, it answers with what it serves: another model
        ("sglang", "Qwen/Qwen3-8B", "sglang", 1),
        # the list of a stranger may not be whole
        ("chatcompletion", "Qwen/Qwen3-8B", "me-and-mine", 0),
    ],
)
async def test_a_model_that_is_not_served_fails_when_strict(
    tmp_path: Path, config: str, model: str, listed: str, code: int
) -> None:
    async with ScriptedServer() as server:
        for path in ("/health", "/ready"):
            server.route("GET", path, whole(200, b""))
        models = {"data": [{"id": "Qwen/Qwen3-4B", "owned_by": listed}]}
        server.route("GET", "/v1/models", whole(200, json.dumps(models).encode()))
        values = {"id": "a", "type": config, "model": model, "url": server.root}
        if config == "chatcompletion":
            values["url"] = server.base_url
        file = write(tmp_path, AGENT.format(**values))
        assert (await run(file, probe=True, strict=True))[0] == code
        assert (await run(file, probe=True))[0] == 0


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("vllm", "http://localhost:8000/v1"),
        ("sglang", "http://localhost:30000/v1"),
        ("ollama", "http://localhost:11434/v1"),
    ],
)
async def test_an_address_that_was_left_out_is_told_as_the_default_it_became(
    tmp_path: Path, kind: str, address: str
) -> None:
    agents = f"agents: [{{id: a, backend: {{type: {kind}, model: m}}}}]"
    path = write(tmp_path, agents)
    _, report = await run(path)
    request = report["files"][0]["agents"][0]["request"]
    assert (request["url"], request["default_url"]) == (f"{address}/chat/completions", True)
    _, text = await said(path)
    assert f"POST {address}/chat/completions  (the default of {kind})  key: " in text
    _, report = await run(one_agent(tmp_path, address, "named.yaml"))
    assert report["files"][0]["agents"][0]["request"]["default_url"] is False


async def test_the_verdicts_come_before_the_requests(tmp_path: Path) -> None:
    path = one_agent(tmp_path, f"http://127.0.0.1:{free_port()}")
    _, text = await said(path, probe=True)
    lines = text.splitlines()
    assert lines[0] == f"{path}: config ok, 1 agent"
    assert lines[1].startswith("  ✗ http://127.0.0.1:")
    assert text.index("connection refused") < text.index("POST ") < text.index('"messages"')


async def test_a_server_is_told_as_it_is(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        path = one_agent(tmp_path, server.root)
        code, report = await run(path, probe=True, strict=True)
        _, text = await said(path, probe=True)
    (found,) = report["files"][0]["servers"]
    assert code == 0
    assert (found["state"], found["kind"], found["version"]) == ("up", "vLLM", "0.32.0")
    assert found["models"] == [{"id": "Qwen/Qwen3-4B", "context_length": 4096}]
    assert (found["running"], found["waiting"]) == (8, 0)
    assert f"● {server.root} up · vLLM 0.32.0" in text


async def test_a_dead_server_is_told_and_fails_only_when_strict(tmp_path: Path) -> None:
    path = one_agent(tmp_path, f"http://127.0.0.1:{free_port()}")
    code, report = await run(path, probe=True)
    assert (code, report["ok"]) == (0, True)
    (server,) = report["files"][0]["servers"]
    assert (server["state"], server["reason"]) == (
        "down",
        "connection refused",
    )
    code, report = await run(path, probe=True, strict=True)
    assert (code, report["ok"]) == (1, False)
    _, text = await said(path, probe=True)
    assert "start it with: python -m vllm.entrypoints.openai.api_server" in text


async def test_a_server_that_is_slow_is_given_time_before_it_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.check.Fetcher", QUICK)
    async with ScriptedServer() as server:
        vllm(server)
        models = (WIRE / "get_v1_models.json").read_bytes()
        server.route("GET", "/v1/models", Pause(0.4), whole(200, models))
        code, report = await run(one_agent(tmp_path, server.root), probe=True, strict=True)
    (found,) = report["files"][0]["servers"]
    assert (code, found["state"], found["kind"]) == (0, "up", "vLLM")


async def test_a_server_that_never_answers_is_told_and_not_to_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.check.Fetcher", QUICK)
    async with ScriptedServer() as server:
        for asked in ("/v1/models", "/health"):
            server.route("GET", asked, Hang())
        path = one_agent(tmp_path, server.root)
        code, report = await run(path, probe=True, strict=True)
        _, text = await said(path, probe=True)
    (found,) = report["files"][0]["servers"]
    assert (code, found["state"], found["reason"]) == (1, "down", "no answer in 1 s")
    assert "start it with" not in text, "something is on its port already"


async def test_a_provider_that_is_silent_is_not_usable_when_strict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.check.Fetcher", QUICK)
    monkeypatch.setattr("massgen_tui.config.reach.is_local", lambda host: False)
    with mute_port() as port:
        path = one_agent(tmp_path, f"https://127.0.0.1:{port}")
        code, report = await run(path, probe=True, strict=True)
    (found,) = report["files"][0]["servers"]
    assert code == 1
    assert found["state"] in ("unknown", "down")


async def test_numbers_beyond_reason_end_in_no_trace(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        page = "".join(f'vllm:num_requests_running{{engine="{n}"}} 1e308\n' for n in range(2))
        server.route("GET", "/metrics", whole(200, page.encode(), "text/plain"))
        path = one_agent(tmp_path, server.root)
        code, report = await run(path, probe=True)
        _, text = await said(path, probe=True)
    assert (code, report["files"][0]["servers"][0]["running"]) == (0, None)
    assert "inf" not in text


async def test_what_waits_is_a_dash_where_the_server_does_not_tell(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/metrics", whole(200, b"vllm:num_requests_running 3\n", "text/plain"))
        _, text = await said(one_agent(tmp_path, server.root), probe=True)
    assert "3 running, – waiting" in text


async def test_a_missing_key_is_the_agent_s_problem_and_fails_only_when_strict(
    tmp_path: Path,
) -> None:
    values = {"id": "a", "type": "cerebras", "model": "m", "url": "https://api.cerebras.ai/v1"}
    path = write(tmp_path, AGENT.format(**values))
    code, report = await run(path)
    (agent,) = report["files"][0]["agents"]
    assert code == 0
    assert "CEREBRAS_API_KEY" in agent["problem"]["hint"]
    assert agent["request"] is None
    assert (await run(path, strict=True))[0] == 1


async def test_a_file_that_is_no_config_fails_with_every_problem_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    good = one_agent(tmp_path, "http://localhost:8000")
    text = good.read_text().replace("model:", "modle:") + "      temprature: 1\n"
    bad = write(tmp_path, text, "bad.yaml")
    code, report = await run(bad, good)
    assert (code, report["ok"]) == (1, False)
    assert [file["ok"] for file in report["files"]] == [False, True]
    keys = [problem["key"] for problem in report["files"][0]["problems"]]
    assert keys == ["agents[0].backend.modle", "agents[0].backend.temprature"]
    assert report["files"][0]["problems"][0]["line"] == 6
    _, words = await said(bad)
    assert "bad.yaml:6:" in words


async def test_no_key_is_ever_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-hidden-1")
    async with ScriptedServer() as server:
        vllm(server)
        more = (
            "      api_key: ${MY_KEY}\n"
            "      extra_body: {api_key: other-secret, note: 'with sk-hidden-1 inside'}\n"
        )
        path = one_agent(tmp_path, server.root, more=more)
        out = io.StringIO()
        for as_json in (True, False):
            await check([path], probe=True, as_json=as_json, strict=False, out=out)
        assert server.requests[0].header("authorization") == "Bearer sk-hidden-1"
    printed = out.getvalue()
    assert "sk-hidden-1" not in printed
    assert "other-secret" not in printed
    assert "with *** inside" in printed


async def test_a_server_of_many_files_is_looked_at_once_and_judged_for_each(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        right = one_agent(tmp_path, server.root)
        wrong = write(
            tmp_path, right.read_text().replace("Qwen/Qwen3-4B", "Qwen/Qwen3-8B"), "wrong.yaml"
        )
        _, report = await run(right, wrong, probe=True)
        assert [request.path for request in server.requests].count("/v1/models") == 1
    notes = [file["servers"][0]["notes"] for file in report["files"]]
    assert notes == [[], ["Qwen/Qwen3-8B is not served here; served: Qwen/Qwen3-4B"]]


async def test_what_a_file_says_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    path = write(
        tmp_path, '{"agents": [{"id": "a", "backend": {"type": "vllm", "model": "\\u001b[2Jm"}}]}'
    )
    _, text = await said(path)
    assert "\x1b" not in text


def _paths(value: object, prefix: str = "") -> set[str]:
    if isinstance(value, dict):
        own = {f"{prefix}{key}" for key in value}
        return own.union(*(_paths(item, prefix) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_paths(item, prefix) for item in value))
    return set()


async def test_every_field_is_documented(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        _, report = await run(one_agent(tmp_path, server.root), probe=True)
    for file in report["files"]:
        for agent in file["agents"]:
            agent["request"]["body"] = None
    documented = set(
        re.findall(r"`(?:\w+(?:\[\])?\.)*(\w+)`", (ROOT / "docs/check-output.md").read_text())
    )
    assert _paths(report) <= documented


@pytest.mark.parametrize(("healthy", "code"), [(2, 0), (1, 0), (0, 1)])
async def test_a_gateway_is_usable_as_long_as_it_has_a_worker(
    tmp_path: Path, healthy: int, code: int
) -> None:
    ready = {"status": "ready", "healthy_workers": healthy, "total_workers": 2}
    async with ScriptedServer() as server:
        vllm_router(server, {"/readiness": (200, ready) if healthy else (503, NOBODY)})
        path = write(tmp_path, AGENT.format(id="a", type="vllm", model="m", url=server.base_url))
        found, report = await run(path, probe=True, strict=True)
        told = (await said(path, probe=True))[1]
    (entry,) = report["files"][0]["servers"]
    assert found == code
    assert entry["kind"] == "vllm-router"
    assert entry["workers"] == {"healthy": healthy, "of": 2}
    assert entry["condition"] == ("partial" if healthy == 1 else None)
    assert (entry["state"], entry["start_command"]) == ("up" if healthy else "down", None)
    assert told.count(f"{healthy} of 2 workers") == 1
