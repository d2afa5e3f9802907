"""What is found at addresses, whom a key goes to, and the config that is made of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.config.loader import load_config
from massgen_tui.discover.found import Choice, Found
from massgen_tui.discover.look import look_at
from massgen_tui.discover.template import file_of
from massgen_tui.discover.values import agents_of, config_of, names_of
from massgen_tui.monitor.status import ServedModel
from tests.support.probed import QWEN, llamacpp, sglang, vllm
from tests.support.server import Reply, ScriptedServer, free_port, whole

KEYS = {"VLLM_API_KEY": "sk-vllm-own", "SGLANG_API_KEY": "sk-sglang-own", "MINE": "sk-mine"}
ASKS = b'{"error":"Unauthorized"}'


def sent(server: ScriptedServer) -> set[str | None]:
    """All that was said of who asks."""
    return {request.header("authorization") for request in server.requests}


def locked(server: ScriptedServer, key: str) -> None:
    """A vLLM that wants this key for everything but its health."""

    def answer(body: bytes) -> Reply:
        return Reply(
            lambda request: (
                body if request.header("authorization") == f"Bearer {key}" else whole(401, ASKS)
            )
        )

    models = {"object": "list", "data": [{"id": QWEN, "object": "model", "owned_by": "vllm"}]}
    server.route("GET", "/health", whole(200, b""))
    server.route("GET", "/v1/models", answer(whole(200, json.dumps(models).encode())))
    server.route("GET", "/version", answer(whole(200, b'{"version":"0.32.0"}')))


async def test_what_stands_there_is_known_by_its_answers() -> None:
    async with ScriptedServer() as one, ScriptedServer() as two, ScriptedServer() as three:
        vllm(one)
        sglang(two)
        llamacpp(three)
        found = await look_at([one.root, f"127.0.0.1:{two.port}", f"{three.root}/v1/"], KEYS)
        assert [(each.type, bool(each.problem)) for each in found] == [
            ("vllm", False),
            ("sglang", False),
            ("llamacpp", False),
        ]
        assert [each.base_url for each in found] == [one.base_url, two.base_url, three.base_url]
        assert found[0].models[0].id == QWEN
        for server in (one, two, three):
            assert sent(server) == {None}
            assert {request.method for request in server.requests} == {"GET"}


async def test_a_key_goes_only_after_it_was_asked_for_and_only_to_this_machine() -> None:
    async with ScriptedServer() as server:
        locked(server, "sk-vllm-own")
        [found] = await look_at([server.root], KEYS)
        assert (found.problem, found.key_variable) == ("", "VLLM_API_KEY")
        first = server.requests[0]
        assert first.header("authorization") is None
        assert sent(server) == {None, "Bearer sk-vllm-own"}


async def test_without_a_key_it_is_said_which_to_set() -> None:
    async with ScriptedServer() as server:
        locked(server, "sk-vllm-own")
        [found] = await look_at([server.root], {})
        assert found.problem == "wants a key"
        assert found.hint.startswith("set VLLM_API_KEY or SGLANG_API_KEY where it is one")
        assert "--key-env NAME" in found.hint
        assert sent(server) == {None}


@pytest.mark.parametrize(
    ("prepare", "named"),
    [(llamacpp, None), (sglang, "SGLANG_API_KEY"), (vllm, "VLLM_API_KEY")],
    ids=["llama.cpp", "SGLang", "vLLM"],
)
async def test_a_variable_of_its_own_is_named_only_where_a_server_has_one(
    prepare: Callable[[ScriptedServer], None], named: str | None
) -> None:
    """llama.cpp's server, as that of the demo, has none: the command line names any."""
    async with ScriptedServer() as server:
        prepare(server)
        # llama.cpp lists its models to all
        for path in ("/props", "/slots", "/metrics", *(["/v1/models"] if named else [])):
            server.route("GET", path, whole(401, ASKS))
        [found] = await look_at([server.root], {})
    assert found.problem == "wants a key"
    assert "add --key-env NAME to the command line" in found.hint
    assert [name for name in ("VLLM_API_KEY", "SGLANG_API_KEY") if name in found.hint] == (
        [named] if named else []
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("agents.invalid", "no such host (and there is no file of that name)"),
        ("no-such-host.invalid:8000", "no such host (and there is no file of that name)"),
        ("http://no-such-host.invalid:8000", "no such host (is its name right?)"),
    ],
)
async def test_a_name_that_nobody_has_may_be_meant_as_a_file(address: str, told: str) -> None:
    [found] = await look_at([address], {})
    assert found.told == f"{address}: {told}"


async def test_a_key_that_is_refused_is_named_by_its_variable_alone() -> None:
    async with ScriptedServer() as server:
        locked(server, "another")
        [found] = await look_at([server.root], KEYS)
        assert found.problem == "refuses the key from VLLM_API_KEY and SGLANG_API_KEY"
        assert "sk-" not in found.told


async def test_a_named_variable_alone_is_tried() -> None:
    async with ScriptedServer() as server:
        locked(server, "sk-mine")
        [found] = await look_at([server.root], KEYS, key_variable="MINE")
        assert (found.problem, found.key_variable) == ("", "MINE")
        assert sent(server) == {None, "Bearer sk-mine"}
        [unset] = await look_at([server.root], KEYS, key_variable="NOT_SET")
        assert (unset.problem, unset.hint) == ("wants a key", "NOT_SET is not set")


async def test_no_key_goes_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedServer() as server:
        locked(server, "sk-vllm-own")
        # this machine under a name that is not its own
        monkeypatch.setattr("massgen_tui.discover.look.is_loopback", lambda host: False)
        [found] = await look_at([server.root], KEYS)
        assert found.problem == "wants a key"
        assert "--key-env NAME" in found.hint
        assert sent(server) == {None}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://user:hunter2@localhost:8000", "in the list of processes"),
        ("user:hunter2@localhost:8000", "in the list of processes"),
        ("http://", "names a host"),
        ("http://localhost:99999", "a port is a number"),
        ("http://localhost:8000/?a=1", "nothing after ?"),
    ],
)
async def test_what_is_no_address_is_refused_with_the_reason(address: str, told: str) -> None:
    [found] = await look_at([address], {})
    assert told in found.problem
    assert "hunter2" not in found.told


async def test_what_is_wrong_is_told_of_each_and_the_others_work() -> None:
    async with ScriptedServer() as good, ScriptedServer() as web:
        vllm(good)
        web.route("GET", "/", whole(200, b"<html>hello</html>"))
        gone = f"127.0.0.1:{free_port()}"
        found = await look_at([gone, web.root, good.root], {})
        assert found[0].problem.startswith("nothing answers there")
        assert found[1].problem.startswith("is no server that prompts can go to")
        assert not found[2].problem


async def test_models_that_answer_no_prompt_are_not_offered() -> None:
    served = tuple(map(ServedModel, ("BAAI/bge-m3", "Qwen/Qwen3-4B", "nomic-embed-text")))
    assert [one.id for one in Found("x", models=served).chat] == ["Qwen/Qwen3-4B"]
    assert not Found("x", models=(ServedModel("nomic-embed-text"),)).chat


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("intfloat/e5-mistral-7b-instruct", False),
        ("Qwen/Qwen3-TTS-12Hz-1.7B", False),
        ("openai/whisper-large-v3-turbo", False),
        ("BAAI/bge-reranker-v2-m3", False),
        ("Alibaba-NLP/gte-Qwen2-7B-instruct", False),
        ("omni-moderation-latest", False),
        ("grok-code5-fast", True),
        ("Qwen/Qwen3.5-35B-A3B", True),
        ("watts-ai/llama", True),
        ("google/gemma-4-e5b", True),
    ],
)
def test_whether_a_model_answers_prompts_is_told_by_its_name(name: str, answers: bool) -> None:
    assert bool(Found("x", models=(ServedModel(name),)).chat) is answers


async def test_a_server_of_embeddings_alone_is_told_as_one() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        models = {"object": "list", "data": [{"id": "BAAI/bge-m3", "owned_by": "vllm"}]}
        server.route("GET", "/v1/models", whole(200, models))
        [found] = await look_at([server.root], {})
    assert found.problem == "serves no model that answers prompts"
    assert "BAAI/bge-m3" in found.hint


def found_at(port: int, *models: str, type: str = "vllm", key: str = "") -> Found:
    served = tuple(ServedModel(model, 4096) for model in models)
    url = f"http://localhost:{port}/v1"
    return Found(f"localhost:{port}", url, type, "vLLM 0.33.0", served, key)


def test_agents_are_named_after_server_and_model() -> None:
    one, two = found_at(8000, QWEN), found_at(30000, QWEN, type="sglang")
    assert names_of([Choice(one, QWEN), Choice(two, QWEN)]) == ["vllm-Qwen3-4B", "sglang-Qwen3-4B"]
    same = [Choice(one, QWEN), Choice(found_at(8001, QWEN), QWEN), Choice(one, QWEN)]
    assert names_of(same) == ["vllm-Qwen3-4B-8000", "vllm-Qwen3-4B-8001", "vllm-Qwen3-4B-8000-2"]


@given(st.lists(st.text(min_size=1, max_size=60).filter(str.isprintable), min_size=1, max_size=6))
def test_every_name_is_unlike_the_others_and_can_be_typed(models: list[str]) -> None:
    names = names_of([Choice(found_at(8000, model), model) for model in models])
    assert len(set(names)) == len(names)
    assert all(name and not set(name) & set(" @:/\\") for name in names)


@pytest.mark.parametrize("model", [QWEN, "my ${HOME} model", 'quo"te', "/models/x: y", "a #b"])
def test_the_file_says_what_was_found(model: str, tmp_path: Path) -> None:
    choices = [Choice(found_at(8000, model, "other", key="MINE"), model)]
    refused = [Found("localhost:1", problem="nothing\x1b[2J\n  - id: evil")]
    text = file_of(choices, refused)
    [agent] = yaml.safe_load(text)["agents"]
    path = tmp_path / "made.yaml"
    path.write_text(text, "utf-8")
    config = load_config(path, {"MINE": "sk-mine"})
    assert config.agents[0].settings.model == model
    assert config.agents[0].problem is None
    assert agent["backend"]["api_key"] == "${MINE}"
    assert config.agents == config_of(choices, {"MINE": "sk-mine"}).agents
    assert "sk-mine" not in text
    assert "\x1b" not in text


def test_the_values_are_those_of_a_config() -> None:
    [agent] = agents_of([Choice(found_at(8000, QWEN), QWEN)])
    assert agent == {
        "id": "vllm-Qwen3-4B",
        "backend": {
            "type": "vllm",
            "model": QWEN,
            "base_url": "http://localhost:8000/v1",
            "api_key": "EMPTY",
        },
    }


@pytest.mark.parametrize("name", ["m\u200b", "\u00ad", "a\u2060b", "\ue000"])
async def test_a_model_whose_name_cannot_be_seen_is_none(name: str) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        data = [{"id": name, "owned_by": "vllm"}, {"id": QWEN, "owned_by": "vllm"}]
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": data}))
        [found] = await look_at([server.root], {})
        assert [one.id for one in found.chat] == [QWEN]
        assert config_of([Choice(found, QWEN)], {}).agents[0].problem is None
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": data[:1]}))
        [found] = await look_at([server.root], {})
        assert found.problem == "lists no model"
