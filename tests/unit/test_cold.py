"""Answers without use of the prefix cache: one parameter more in the request, or it is said."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from massgen_tui import paths
from massgen_tui.batch.prompts import OnePrompt
from massgen_tui.batch.runner import Batch
from massgen_tui.batch.runner import Options as Many
from massgen_tui.config.model import Config, UiConfig
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Output
from massgen_tui.session.session import Session
from massgen_tui.store.reader import read_session
from massgen_tui.store.schema import attempt_record
from tests.support.configs import agent_of
from tests.support.fakes import Backends, FakeBackend, config_of
from tests.support.server import ScriptedServer, sse, sse_chat, sse_events, streamed, whole

FORBIDDEN = [{"type": "extra_forbidden", "loc": ["body", "cache_salt"], "msg": "not permitted"}]
REFUSALS = {
    "FastAPI, whose model forbids what it does not know": whole(422, {"detail": FORBIDDEN}),
    "the same in vLLM's shape": whole(
        400, {"error": {"message": f"1 validation error: {FORBIDDEN}", "code": 400}}
    ),
    "OpenAI": whole(
        400, {"error": {"message": "Unrecognized request argument supplied: cache_salt"}}
    ),
}
COLD = [("vllm", "cache_salt"), ("sglang", "cache_salt"), ("llamacpp", "cache_prompt")]
_NONE: Mapping[str, object] = {}
HI = "What is 17 * 23?"
NEVER = ["ollama", "lmstudio", "tensorrt_llm", "chatcompletion"]


def config_at(
    server: ScriptedServer, backend: Mapping[str, object] = _NONE, *, kept: bool = False
) -> Config:
    fields: dict[str, Any] = {"type": "vllm", "model": "m", "retries": 0, **backend}
    agents = (agent_of("a", base_url=server.base_url, **fields),)
    return Config(name="test", agents=agents, monitor=False, ui=UiConfig(logging_enabled=kept))


async def run(config: Config, options: Options) -> tuple[str, str]:
    """What a run prints on both outputs."""
    out, err = io.StringIO(), io.StringIO()
    await Headless(config, options, Output(out), lambda words: print(words, file=err)).run()
    return out.getvalue(), err.getvalue()


def bodies(server: ScriptedServer) -> list[dict[str, Any]]:
    return [one.json for one in server.requests if one.method == "POST"]


@pytest.mark.parametrize("wait", [0.0, 5.0], ids=["at once", "--wait"])
@pytest.mark.parametrize(("kind", "key"), COLD)
async def test_one_parameter_is_all_that_a_cold_request_has_more(
    kind: str, key: str, wait: float
) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/health", whole(200, {}))
        config = config_at(server, {"type": kind, "parameters": {"temperature": 0}})
        for cold in (False, True, True):
            server.answer(*sse_chat(content=["391"]))
            out, err = await run(config, Options(HI, cold=cold, wait=wait, format="json"))
            assert json.loads(out)["agents"][0]["cold"] is cold
            assert "cold" not in err
        warm, *colds = bodies(server)
        values = [body.pop(key) for body in colds]
        assert colds == [warm, warm]
        if key == "cache_prompt":
            assert values == [False, False]
        else:
            assert all(values)
            assert len(set(values)) == 2


@pytest.mark.parametrize("kind", NEVER)
async def test_elsewhere_nothing_is_sent_and_that_is_said(kind: str) -> None:
    async with ScriptedServer() as server:
        config = config_at(server, {"type": kind})
        for cold in (False, True):
            server.answer(*sse_chat(content=["391"]))
            out, err = await run(config, Options(HI, cold=cold, timings=True))
        warm, cold_body = bodies(server)
        assert cold_body == warm
        assert f"a: cannot be cold here: type {kind} has no parameter for it" in err
        assert "cannot be cold here" in out
        server.answer(*sse_chat(content=["391"]))
        out, _ = await run(config, Options(HI, cold=True, format="json"))
        assert json.loads(out)["agents"][0]["cold"] is None


async def test_the_numbers_of_a_cold_answer_say_so() -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["391"]))
        out, _ = await run(config_at(server), Options(HI, cold=True, timings=True))
        assert " · cold · " in out.splitlines()[-1]


@pytest.mark.parametrize("own", [{"parameters": {"cache_salt": "ours"}},
                                 {"extra_body": {"cache_salt": "ours"}}],
                         ids=["a parameter", "extra_body"])  # fmt: skip
async def test_a_salt_of_the_config_is_not_that_of_a_cold_answer(own: dict[str, object]) -> None:
    async with ScriptedServer() as server:
        for cold in (False, True):
            server.answer(*sse_chat(content=["391"]))
            out, _ = await run(config_at(server, own), Options(HI, cold=cold, format="json"))
            assert json.loads(out)["agents"][0]["cold"] is cold
        warm, cold_body = bodies(server)
        assert warm["cache_salt"] == "ours"
        assert cold_body["cache_salt"] not in ("ours", "", None)


async def test_a_cache_that_is_used_all_the_same_is_said() -> None:
    usage = {"prompt_tokens": 24, "completion_tokens": 1, "prompt_tokens_details": {}}
    hit = usage | {"prompt_tokens_details": {"cached_tokens": 8}}
    async with ScriptedServer() as server:
        for told in (hit, hit, usage):  # SGLang before its PR 23300 takes the salt and ignores it
            pieces = sse_events((), ["391"], usage=None, done=False)
            server.answer(*streamed(*pieces, sse({"model": "m", "choices": [], "usage": told})))
        config = config_at(server, {"type": "sglang"})
        out, err = await run(config, Options(HI, cold=True, format="json"))
        assert json.loads(out)["agents"][0]["cold"] is True
        assert "a: cold, and yet cached 8/24" in err
        for cold in (False, True):
            assert "cold" not in (await run(config, Options(HI, cold=cold)))[1]


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_what_a_server_refuses_is_not_cold(refusal: bytes) -> None:
    async with ScriptedServer() as server:
        server.answer(refusal)
        server.answer(*sse_chat(content=["391"]))
        config = config_at(server)
        out, err = await run(config, Options(HI, cold=True, format="json"))
        (agent,) = json.loads(out)["agents"]
        assert ["cache_salt" in body for body in bodies(server)] == [True, False]
        assert (agent["status"], agent["cold"]) == ("done", None)
        assert any("refused `cache_salt`" in words for words in agent["warnings"])
        assert "a: cannot be cold here: the server refused `cache_salt`" in err


async def test_what_was_refused_once_is_not_cold_later_either() -> None:
    async with ScriptedServer() as server:
        server.answer(next(iter(REFUSALS.values())))
        session = Session(config_at(server), health=None)
        for ask in (
            lambda: session.ask("hi", cold=True),
            lambda: session.rerun(cold=True),
            session.rerun,
        ):
            server.answer(*sse_chat(content=["391"]))
            ask()
            await session.wait()
        told = [attempt_record(one) for one in session.agent("a").turns[0].attempts]
        assert [one["cold"] for one in told] == [None, None, False]
        assert all("refused `cache_salt`" in str(one["warnings"]) for one in told[:2])
        await session.aclose()


async def test_a_server_that_proved_to_be_vllm_can_be_asked_cold_by_any_type() -> None:
    backends = Backends()
    session = Session(config_of("a", type="chatcompletion"), backend_for=backends, health=None)
    for served_by in ("", "vLLM 0.33.0", "llama.cpp b7000", "Ollama 0.9"):
        session.notes.server("a", away=False, served_by=served_by, context_length=None)
        session.ask("hi", cold=True)
        await session.wait()
    calls = [dict(call.settings) for call in backends["a"].calls]
    assert [set(one) for one in calls] == [set(), {"cache_salt"}, {"cache_prompt"}, set()]
    await session.aclose()


async def test_all_of_a_coordination_can_be_cold() -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["391"]))
        await run(config_at(server), Options(HI, cold=True, coordinate=True))
        assert [bool(body["cache_salt"]) for body in bodies(server)] == [True]
    backends = Backends()
    config = config_of("a", "b")
    options = Options(HI, coordinate=True, cold=True)
    await Headless(config, options, Output(io.StringIO()), lambda _: None, backends).run()
    calls = [call for backend in backends.by_agent.values() for call in _calls(backend)]
    salts = [call["cache_salt"] for call in calls]
    assert len(salts) > 2
    assert len(set(salts)) == len(salts)


def _calls(backend: FakeBackend) -> list[dict[str, object]]:
    return [dict(call.settings) for call in backend.calls]


@pytest.mark.parametrize(
    ("own", "cold", "refused"),
    [
        ({"parameters": {"cache_salt": "ours"}}, False, False),
        ({"extra_body": {"cache_salt": "ours"}}, True, False),
        ({"type": "llamacpp", "parameters": {"cache_prompt": False}}, False, False),
        ({}, True, False),
        ({}, True, True),
    ],
    ids=["salt of the config", "that and cold", "uncached by the config", "cold", "refused"],
)
async def test_what_goes_on_counts_the_same_as_cold(
    own: dict[str, object],
    cold: bool,
    refused: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with ScriptedServer() as server:
        config = config_at(server, own, kept=True)
        if refused:
            server.answer(next(iter(REFUSALS.values())))
        for _ in range(2):
            server.answer(*sse_chat(content=["391"]))
        live, err = await many(config, Many(format="json", repeat=2, cold=cold, concurrency=1))
        (path,) = paths.sessions_dir().glob("*.jsonl")
        again, _ = await many(config, Many(format="json", repeat=2, cold=cold, onto=path))
        assert again["agents"][0]["stats"] == live["agents"][0]["stats"]
        stats = live["agents"][0]["stats"]
        assert (stats["cold"] is not None) is (cold and not refused)
        assert err.count("a: cannot be cold here: the server refused `cache_salt`") == refused
        attempts = [
            one for turn in read_session(path).state.agents["a"].turns for one in turn.attempts
        ]
        assert [one.cold for one in attempts] == ["no" if refused else "yes" if cold else ""] * 2


async def many(config: Config, options: Many) -> tuple[dict[str, Any], str]:
    out, err = io.StringIO(), io.StringIO()
    batch = Batch(config, OnePrompt("hi"), options, out=Output(out), err=err, backend_for=None)
    await batch.run()
    told: dict[str, Any] = json.loads(out.getvalue())
    return told, err.getvalue()
