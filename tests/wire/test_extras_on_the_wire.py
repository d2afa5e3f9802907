"""Headers and parameters of one's own, as they arrive; and that they arrive nowhere else."""

import traceback
from typing import Any

import pytest
from pydantic import SecretStr

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.config.extras import Extra, hides
from massgen_tui.config.model import AgentConfig
from tests.support.asking import Outcome, agent_at, ask
from tests.support.server import ScriptedServer, Step, head, sse, sse_chat, streamed, whole

GOOD = sse_chat(content=["hello"])
SECRET = "tok-distinctive-0123456789"
PARAMETER = "p/distinctive+9876543210"


def header(name: str, value: str) -> Extra:
    return Extra(name=name, value=SecretStr(value), shown=value)


def secret(name: str, value: str) -> Extra:
    return Extra(name=name, value=SecretStr(value), secret=True, hidden=hides(value))


EXTRAS: dict[str, Any] = {
    "extra_headers": (header("x-provider", "openai"), secret("x-token", SECRET)),
    "extra_query": (header("api-version", "2024-05-01"), secret("key", PARAMETER)),
}


async def asked(agent: AgentConfig) -> Outcome:
    backend = ChatCompletionsBackend(agent)
    outcome = await ask(backend)
    await backend.aclose()
    return outcome


async def test_they_go_with_a_prompt(server: ScriptedServer) -> None:
    server.answer(*GOOD)
    assert (await asked(agent_at(server.base_url, key="sk-1", **EXTRAS))).content == "hello"
    arrived = server.requests[0]
    assert arrived.path == (
        "/v1/chat/completions?api-version=2024-05-01&key=p%2Fdistinctive%2B9876543210"
    )
    assert arrived.header("x-provider") == "openai"
    assert arrived.header("x-token") == SECRET
    assert arrived.header("authorization") == "Bearer sk-1"
    assert arrived.json["messages"]


@pytest.mark.parametrize("key", [None, "sk-of-the-environment"])
@pytest.mark.parametrize(
    ("name", "authorization"),
    [("Authorization", ["Basic YTpi"]), ("aUTHORIZATION", ["Basic YTpi"]), ("X-API-Key", [])],
)
async def test_no_other_authorization_goes_beside_one_of_ones_own(
    server: ScriptedServer, key: str | None, name: str, authorization: list[str]
) -> None:
    server.answer(*GOOD)
    own = (secret(name, "Basic YTpi"),)
    await asked(agent_at(server.base_url, key=key, extra_headers=own))
    sent = server.requests[0].headers
    assert [value for name, value in sent if name == "authorization"] == authorization
    assert [value for header, value in sent if header == name.lower()] == ["Basic YTpi"]


async def test_one_of_ones_own_replaces_that_of_the_client(server: ScriptedServer) -> None:
    server.answer(*GOOD)
    own = (header("User-Agent", "mine/1"), header("accept", "text/event-stream"))
    await asked(agent_at(server.base_url, extra_headers=own))
    sent = server.requests[0].headers
    assert [value for name, value in sent if name == "user-agent"] == ["mine/1"]
    assert [value for name, value in sent if name == "accept"] == ["text/event-stream"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_them_to_no_other_origin(
    server: ScriptedServer, status: int
) -> None:
    async with ScriptedServer() as other:
        other.answer(*GOOD)
        where = f"{other.base_url}/chat/completions"
        server.answer(head(status, location=where, content_length="0"))
        outcome = await asked(agent_at(server.base_url, **EXTRAS))
        assert other.requests == []
    assert SECRET not in outcome.failure.message


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_at_the_same_origin_takes_the_headers_along(
    server: ScriptedServer, status: int
) -> None:
    server.answer(head(status, location="/v2/chat/completions?a=1", content_length="0"))
    server.answer(*GOOD)
    assert (await asked(agent_at(server.base_url, **EXTRAS))).content == "hello"
    assert server.requests[1].path == "/v2/chat/completions?a=1", "the server says where, whole"
    assert server.requests[1].header("x-token") == SECRET


async def test_they_go_with_the_question_for_the_names_of_models(server: ScriptedServer) -> None:
    server.answer(whole(404, {"error": {"message": "The model `m` does not exist."}}))
    server.route("GET", "/v1/models", whole(200, {"data": [{"id": "other"}]}))
    outcome = await asked(agent_at(server.base_url, **EXTRAS))
    assert "serves other" in outcome.failure.hint
    arrived = server.requests[1]
    assert arrived.path == "/v1/models?api-version=2024-05-01&key=p%2Fdistinctive%2B9876543210"
    assert arrived.header("x-token") == SECRET


ECHO = f"bad x-token {SECRET} with ?key={PARAMETER} or p%2Fdistinctive%2B9876543210"
ECHOES: dict[str, tuple[Step, ...]] = {
    "a refusal": (whole(400, {"error": {"message": ECHO}}),),
    "plain text": (whole(401, ECHO.encode(), "text/plain"),),
    "an error in the stream": streamed(sse({"error": {"message": ECHO, "code": 401}})),
    "a redirect": (head(307, location=f"http://other.invalid/?t={SECRET}", content_length="0"),),
    "no stream": (whole(200, ECHO.encode(), "text/html"),),
}


@pytest.mark.parametrize("said", ECHOES)
async def test_a_server_that_repeats_a_secret_has_it_told_to_nobody(
    server: ScriptedServer, said: str
) -> None:
    server.answer(*ECHOES[said])
    agent = agent_at(server.base_url, **EXTRAS)
    outcome = await asked(agent)
    told = [repr(outcome.failure), repr(agent), *map(repr, outcome.events)]
    told += traceback.format_exception(outcome.failure)
    everything = "\n".join(told)
    for hidden in (SECRET, PARAMETER, "p%2Fdistinctive%2B9876543210"):
        assert hidden not in everything


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refusal_for_want_of_a_header_says_where_it_is_set(
    server: ScriptedServer, status: int
) -> None:
    words = "Either x-portkey-config or x-portkey-provider header is required"
    server.answer(whole(status, {"status": "failure", "message": words}))
    failure = (await asked(agent_at(server.base_url))).failure
    assert words in failure.message
    wanted = "set x-portkey-config or x-portkey-provider in extra_headers of this agent's backend"
    assert failure.hint == wanted
