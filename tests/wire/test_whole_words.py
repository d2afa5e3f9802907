"""Long words of a server: the cause at once, all of it kept for whoever wants to read it."""

import json

import pytest

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.session.agent import Agent
from massgen_tui.session.status import Status
from tests.support.asking import agent_at, ask_at
from tests.support.asking import ask as ask_with
from tests.support.panes import Page, agent, ask
from tests.support.server import END, ScriptedServer, chunk, head, sse, whole

FRAMES = "\n".join(f'  File "engine.py", line {n}, in step' for n in range(60))
TRACE = (
    "Message: Internal Server Error (Request ID: r-1), Internal exception: "
    f"\x1b[36mray::LLMServer.chat()\x1b[39m (pid=1)\n{FRAMES}\n"
    "vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue."
)
"""As of Ray Serve LLM 2.60 with a dead engine."""
CAUSE = "EngineDeadError: EngineCore encountered an issue."


@pytest.mark.parametrize("shape", ["status", "stream", "plain"])
async def test_the_cause_is_told_and_all_of_it_is_kept(server: ScriptedServer, shape: str) -> None:
    body = json.dumps({"error": {"message": TRACE, "code": 500}}).encode()
    if shape == "stream":
        server.answer(head(), chunk(sse({"error": {"message": TRACE, "code": 500}})), END)
    else:
        server.answer(whole(500, body if shape == "status" else TRACE.encode()))
    outcome = await ask_at(server.base_url)
    error = outcome.failure
    assert CAUSE in error.message[:300]
    assert "line 59, in step" in error.detail
    assert error.detail.count("File ") == 60
    assert "\x1b" not in error.detail
    assert "[36m" not in error.detail


async def test_words_of_a_line_are_kept_once(server: ScriptedServer) -> None:
    server.answer(whole(500, b'{"error": "it broke"}'))
    assert (await ask_at(server.base_url)).failure.detail == ""


async def test_a_key_is_in_no_part_of_it(server: ScriptedServer) -> None:
    body = {"error": {"message": f"{TRACE} sk-planted-0123456"}}
    server.answer(whole(500, json.dumps(body).encode()))
    server.route("GET", "/v1/models", whole(404, b""))
    backend = ChatCompletionsBackend(agent_at(server.base_url, key="sk-planted-0123456"))
    error = (await ask_with(backend)).failure
    await backend.aclose()
    assert "line 59, in step" in error.detail
    assert "planted" not in error.detail + error.message


def failed(detail: str) -> Agent:
    one = agent()
    error = BackendError(ErrorKind.SERVER_ERROR, CAUSE, status=500, detail=detail)
    ask(one).end(Status.FAILED, 4.0, error)
    return one


def test_the_pane_says_that_there_is_more() -> None:
    more = "it said more: ctrl+g and the pane's number, then i shows all of it"
    assert more in " ".join(" ".join(Page(failed("long words")).read()).split())
    assert "it said more" not in " ".join(Page(failed("")).read())
