"""The bytes that arrive: the body as built, one key in one header, nothing of the environment."""

import importlib
import os
import subprocess
import sys

import pytest

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import BackendError, RequestSent
from massgen_tui.backends.factory import make_backend
from massgen_tui.backends.inference import InferenceBackend
from massgen_tui.config.model import AgentProblem
from tests.support.asking import QUESTION, agent_at, ask
from tests.support.server import ScriptedServer, sse_chat

GOOD = sse_chat(content=["hello"])
PLANTED = {
    "OPENAI_API_KEY": "sk-planted-key",
    "OPENAI_ADMIN_KEY": "sk-planted-admin",
    "OPENAI_ORG_ID": "org-planted",
    "OPENAI_PROJECT_ID": "proj-planted",
    "OPENAI_WEBHOOK_SECRET": "whsec-planted",
    "OPENAI_BASE_URL": "http://planted.invalid/v1",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer planted\nX-Planted: planted",
}


async def test_the_environment_of_another_account_never_arrives(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    server.answer(*GOOD)
    backend = ChatCompletionsBackend(agent_at(server.base_url, key="sk-mine"))
    assert (await ask(backend)).content == "hello"
    await backend.aclose()
    arrived = server.requests[0].raw_head + server.requests[0].body
    assert b"planted" not in arrived.lower()
    assert b"openai-" not in arrived.lower()
    assert server.requests[0].header("authorization") == "Bearer sk-mine"
    assert {name: os.environ[name] for name in PLANTED} == PLANTED


async def test_the_body_is_the_request(server: ScriptedServer) -> None:
    parameters = {"top_k": 50, "enable_thinking": True, "temperature": 0.5}
    agent = agent_at(server.base_url, model="Qwen/Qwen3-4B", parameters=parameters)
    backend = ChatCompletionsBackend(agent)
    conversation = (
        Message("system", "be\u2028short"),
        Message("user", "é 漢 🙂"),
        Message("assistant", "so"),
        Message("user", "go on"),
    )
    request = backend.request(Call(conversation))
    server.answer(*GOOD)
    events = [event async for event in backend.stream(request)]
    await backend.aclose()
    arrived = server.requests[0]
    assert arrived.json == dict(request.body)
    assert events[0] == RequestSent(request.body)
    assert arrived.json["top_k"] == 50
    assert arrived.json["chat_template_kwargs"] == {"enable_thinking": True}
    assert arrived.json["messages"][1]["content"] == "é 漢 🙂"
    assert (arrived.method, arrived.path) == ("POST", "/v1/chat/completions")
    assert arrived.header("content-type") == "application/json"


@pytest.mark.parametrize(
    ("key", "arrives"),
    [
        (None, "Bearer EMPTY"),
        ("EMPTY", "Bearer EMPTY"),
        ("sk-1 \n", "Bearer sk-1"),
        ("", "Bearer EMPTY"),
    ],
)
async def test_the_key_travels_in_one_header(
    server: ScriptedServer, key: str | None, arrives: str
) -> None:
    server.answer(*GOOD)
    backend = ChatCompletionsBackend(agent_at(server.base_url, key=key))
    await ask(backend)
    await backend.aclose()
    named = [value for name, value in server.requests[0].headers if name == "authorization"]
    assert named == [arrives]


async def test_name_and_password_of_an_address_become_basic_authorization(
    server: ScriptedServer,
) -> None:
    server.answer(*GOOD)
    base_url = server.base_url.replace("http://", "http://ann:p%40ss@")
    backend = ChatCompletionsBackend(agent_at(base_url))
    assert (await ask(backend)).content == "hello"
    await backend.aclose()
    assert server.requests[0].header("authorization") == "Basic YW5uOnBAc3M="
    assert server.requests[0].header("host") == server.root.removeprefix("http://")
    assert backend.server == server.root


async def test_one_connection_serves_a_conversation(server: ScriptedServer) -> None:
    backend = ChatCompletionsBackend(agent_at(server.base_url))
    for _ in range(3):
        server.answer(*GOOD)
        assert (await ask(backend)).content == "hello"
    await backend.aclose()
    assert server.connections == 1


async def test_two_agents_send_each_their_own_key(server: ScriptedServer) -> None:
    for key in ("sk-one", "sk-two"):
        server.answer(*GOOD)
        backend = ChatCompletionsBackend(agent_at(server.base_url, key=key))
        await ask(backend)
        await backend.aclose()
    keys = [request.header("authorization") for request in server.requests]
    assert keys == ["Bearer sk-one", "Bearer sk-two"]


@pytest.mark.parametrize(
    ("kind", "provider", "room"),
    [
        ("vllm", "vLLM", InferenceBackend),
        ("sglang", "SGLang", InferenceBackend),
        ("chatcompletion", None, ChatCompletionsBackend),
    ],
)
def test_the_factory_gives_each_type_its_backend(
    kind: str, provider: str | None, room: type[ChatCompletionsBackend]
) -> None:
    backend = make_backend(agent_at("http://gpu-box:8000/v1", type=kind))
    assert type(backend) is room
    assert backend.agent == "qwen1"
    assert backend.server == "http://gpu-box:8000"
    assert backend.model == "m"
    if provider is not None:
        assert backend.provider == provider


@pytest.mark.parametrize("kind", ["claude_code", "nonsense"])
async def test_a_type_that_is_not_spoken_fails_when_it_is_asked(kind: str) -> None:
    backend = make_backend(agent_at("", type=kind))
    with pytest.raises(BackendError) as caught:
        backend.request(QUESTION)
    assert caught.value.kind == "config"
    assert kind in caught.value.message


async def test_an_agent_with_a_problem_sends_nothing(server: ScriptedServer) -> None:
    problem = AgentProblem(message="CEREBRAS_API_KEY is not set", hint="set it in .env")
    agent = agent_at(server.base_url).model_copy(update={"problem": problem})
    good = make_backend(agent_at(server.base_url)).request(QUESTION)
    with pytest.raises(BackendError) as caught:
        async for _ in make_backend(agent).stream(good):
            pass
    assert caught.value.kind == "config"
    assert "CEREBRAS_API_KEY" in caught.value.message
    assert caught.value.hint == "set it in .env"
    assert server.requests == []


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    program = (
        "import sys, massgen_tui.backends.factory\n"
        "heavy = {'openai', 'httpx2', 'aiohttp', 'textual'}\n"
        "print(sorted(heavy.intersection(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert importlib.util.find_spec("massgen_tui.backends.client") is not None
