"""Keys from every source, through every fault, with all logging on: found in nothing that is left.

The whole way of `run`: the config file, `.env` and the environment, both outputs, journal and log.
"""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

import pytest

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import StreamEvent
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.console import crash
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Notes, Output
from tests.faults.places import PLACES
from tests.faults.table import FAULTS, Fault
from tests.support.fakes import FakeBackend
from tests.support.server import END, Recorded, Reply, chunk, head, sse, whole

KEYS = {name: f"sk-{name}-Distinctive0123456789" for name in ("env", "dotenv", "config", "var")}
CONFIG = """
agents:
  - {{id: env, backend: {{type: vllm, model: m, {place}}}}}
  - {{id: dotenv, backend: {{type: sglang, model: m, {place}}}}}
  - {{id: config, backend: {{type: vllm, model: m, api_key: {key}, {place}}}}}
  - {{id: var, backend: {{type: chatcompletion, model: m, api_key: "${{GPU_BOX_KEY}}", {place}}}}}
"""
NOISY = ("openai", "httpx2", "httpcore2", "aiohttp", "aiohttp.client", "asyncio", "massgen_tui")


def echo(id: str, answer: Callable[[str], bytes], *before: bytes) -> Fault:
    """A server that repeats the key it was sent."""

    def reply(request: Recorded) -> bytes:
        return answer((request.header("authorization") or "").removeprefix("Bearer "))

    return Fault(f"echo: {id}", "any", ends=(*before, Reply(reply), END))


def _redirect(key: str) -> bytes:
    return head(307, location=f"http://other.invalid/?key={key}", content_length="0")


ECHOES = [
    echo("401", lambda key: whole(401, {"error": {"message": f"Incorrect API key: {key}"}})),
    echo("400", lambda key: whole(400, {"message": f"bad header: Bearer {key}"})),
    echo("404", lambda key: whole(404, {"detail": f"no route for {key}"})),
    echo("500", lambda key: whole(500, key.encode(), "text/plain")),
    echo("503", lambda key: whole(503, f"<title>{key}</title>".encode(), "text/html")),
    echo("redirect", _redirect),
    echo("no stream", lambda key: whole(200, f"<html>{key}".encode(), "text/html")),
    echo("in the stream", lambda key: chunk(sse({"error": {"message": f"bad {key}"}})), head()),
    echo("unreadable", lambda key: chunk(f"data: {{{key}\n\n".encode()), head()),
]


@pytest.fixture
def listening() -> Iterator[io.StringIO]:
    """Everything that any library says, at its most talkative."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(), *map(logging.getLogger, NOISY)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    try:
        yield stream
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OPENAI_LOG", "debug")
    monkeypatch.setenv("VLLM_API_KEY", KEYS["env"])
    monkeypatch.setenv("GPU_BOX_KEY", KEYS["var"])
    (tmp_path / "work").mkdir()
    (tmp_path / "place").mkdir()
    (tmp_path / "work" / ".env").write_text(f"SGLANG_API_KEY={KEYS['dotenv']}\n", "utf-8")
    return tmp_path


def config_at(home: Path, root: str, fault: Fault) -> Config:
    limits = ", ".join(f"{name}: {seconds}" for name, seconds in fault.limits.items())
    place = f'base_url: "{root}/v1", retries: 0, timeout: {{{limits}}}'
    file = home / "work" / "agents.yaml"
    file.write_text(CONFIG.format(place=place, key=KEYS["config"]), "utf-8")
    config = load_config(file)
    told = [agent.endpoint.api_key for agent in config.agents]
    assert [key.get_secret_value() for key in told if key] == list(KEYS.values())
    return config


def left_behind(home: Path) -> str:
    """All files that were written."""
    files = [path for path in (home / "state").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".jsonl", ".log"}
    return "\n".join(path.read_text("utf-8", "replace") for path in files)


LEFT_OUT = ("restarted with", "killed", "100,000", "stall mid-stream: ")
ROWS = [fault for fault in FAULTS if not fault.id.startswith(LEFT_OUT)]
MIXED = ("done without finish",)
"""What is a failure only where the kind of server is known; one agent's is not."""
IN_SHAPES = [(fault, "jsonl") for fault in ROWS + ECHOES] + [(fault, "text") for fault in ECHOES]


@pytest.mark.parametrize(("fault", "shape"), IN_SHAPES, ids=lambda it: getattr(it, "id", it))
async def test_no_key_is_left_anywhere(
    fault: Fault,
    shape: str,
    home: Path,
    listening: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.get_running_loop().set_debug(True)
    monkeypatch.chdir(home / "work")
    place = PLACES[fault.place](fault, home / "place", monkeypatch)
    await place.begin()
    config = config_at(home, place.root, fault)
    out, err = io.StringIO(), io.StringIO()
    options = Options("what is it?", shape, reasoning=True, timings=True)
    async with asyncio.timeout(20):
        code = await Headless(config, options, Output(out, utf8=True), Notes(err)).run()
    server = place.server
    await place.stop()
    everybody = fault.id not in MIXED
    assert code == ((3 if everybody else 2) if fault.kind else 0)
    told = out.getvalue() + err.getvalue() + left_behind(home) + listening.getvalue()
    told += "".join(capfd.readouterr()) + repr(config)
    assert [name for name, key in KEYS.items() if key in told] == []
    if server is not None and server.requests:
        posts = [one for one in server.requests if one.method == "POST"]
        sent = sorted(one.header("authorization") or "" for one in posts)
        assert sent == sorted(f"Bearer {key}" for key in KEYS.values())
        for one in posts:
            assert one.raw_head.count(b"Distinctive") == 1
            assert b"Distinctive" not in one.body


class Broken(FakeBackend):
    """A backend with a fault of its own, which tells its key."""

    key = ""

    def request(self, call: Call) -> ChatRequest:
        raise ValueError(f"cannot send Bearer {self.key}")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        async for event in super().stream(request):
            yield event


def broken(agent: AgentConfig) -> Broken:
    one = Broken(agent.id)
    assert agent.endpoint.api_key is not None
    one.key = agent.endpoint.api_key.get_secret_value()
    return one


async def test_no_key_is_in_the_log_of_an_unforeseen_error(home: Path) -> None:
    config = config_at(home, "http://127.0.0.1:9", Fault("none", ""))
    out, err = io.StringIO(), io.StringIO()
    headless = Headless(config, Options("hi"), Output(out), Notes(err), broken)
    assert await headless.run() == 3
    told = left_behind(home)
    assert "cannot send Bearer [key]" in told
    assert [
        name for name, key in KEYS.items() if key in told + out.getvalue() + err.getvalue()
    ] == []


@pytest.mark.parametrize("kept", [True, False])
def test_no_key_is_in_a_crash_report(home: Path, *, kept: bool) -> None:
    config = config_at(home, "http://127.0.0.1:9", Fault("none", ""))
    config = config.model_copy(
        update={"ui": config.ui.model_copy(update={"logging_enabled": kept})}
    )
    try:
        raise RuntimeError(" ".join(KEYS.values()))
    except RuntimeError as error:
        told = crash.report(error, config)
    files = [path for path in (home / "state").rglob("*") if path.is_file()]
    assert bool(files) == kept
    told += "".join(path.read_text("utf-8") for path in files)
    assert "RuntimeError" in told
    assert [name for name, key in KEYS.items() if key in told] == []
