"""What `run` keeps of the servers that answered."""

import io
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.batch.prompts import OnePrompt
from massgen_tui.batch.runner import Batch
from massgen_tui.batch.runner import Options as Many
from massgen_tui.config.model import Config, UiConfig
from massgen_tui.diff.answers import texts_on_disk
from massgen_tui.diff.reading import Run, read_run
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Notes, Output
from tests.support.asking import agent_at
from tests.support.server import Hang, ScriptedServer, sse_chat, whole


@pytest.fixture(autouse=True)
def _state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)


async def run(config: Config, *, save: bool = True) -> None:
    headless = Headless(
        config, Options("hi", save=save), Output(io.StringIO()), Notes(io.StringIO())
    )
    assert await headless.run() == 0


def kept(folder: Path) -> Run:
    (path,) = (folder / "sessions").glob("*.jsonl")
    with texts_on_disk() as texts:
        return read_run(path, texts)


def vllm(server: ScriptedServer) -> None:
    server.route("GET", "/health", whole(200, b""))
    server.route("GET", "/version", whole(200, {"version": "0.33.0"}))
    models = {"object": "list", "data": [{"id": "m", "owned_by": "vllm"}]}
    server.route("GET", "/v1/models", whole(200, models))


def config_at(
    server: ScriptedServer, *, logs: bool = True, type: str = "vllm", monitor: bool = True
) -> Config:
    agent = agent_at(server.base_url, type=type)
    return Config(name="t", agents=(agent,), ui=UiConfig(logging_enabled=logs), monitor=monitor)


async def test_the_file_of_a_run_tells_the_version_of_its_server(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        server.answer(*sse_chat(content=["hello"]))
        await run(config_at(server))
        asked = [(one.method, one.path) for one in server.requests]
    (sample,) = kept(tmp_path).servers.values()
    assert (sample.id, sample.kind, sample.version) == (server.root, "vLLM", "0.33.0")
    assert asked[0] == ("POST", "/v1/chat/completions")  # the answer waits for no look


async def test_the_file_of_many_prompts_tells_it_too(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        server.answer(*sse_chat(content=["hello"]))
        out, err = Output(io.StringIO()), io.StringIO()
        prompts = OnePrompt("hi")
        batch = Batch(config_at(server), prompts, Many(), out=out, err=err, backend_for=None)
        assert await batch.run() == 0
    (sample,) = kept(tmp_path).servers.values()
    assert (sample.kind, sample.version) == ("vLLM", "0.33.0")


async def test_a_run_that_is_not_kept_or_not_monitored_looks_at_nothing() -> None:
    async with ScriptedServer() as server:
        for logs, save in ((True, False), (False, True)):
            server.answer(*sse_chat(content=["hello"]))
            await run(config_at(server, logs=logs), save=save)
        server.answer(*sse_chat(content=["hello"]))
        await run(config_at(server, monitor=False))
        assert {one.method for one in server.requests} == {"POST"}


async def test_a_server_that_a_look_could_disturb_is_not_looked_at() -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["hello"]))
        await run(config_at(server, type="chatcompletion"))
        assert {one.method for one in server.requests} == {"POST"}


async def test_a_server_that_says_nothing_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.supervise.versions.LIMIT", 0.05)
    async with ScriptedServer() as server:
        for path in ("/health", "/version", "/v1/models", "/metrics"):
            server.route("GET", path, Hang())
        server.answer(*sse_chat(content=["hello"]))
        await run(config_at(server))
    assert kept(tmp_path).servers == {}
