"""The console on a real backend and a scripted server: what was corrected, what came up late."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from massgen_tui.backends.events import ErrorKind
from massgen_tui.config.model import Config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.services import Services
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.supervise import deferred
from massgen_tui.supervise.watching import NoMonitoring
from tests.support.configs import agent_of
from tests.support.hearing import Heard, hear
from tests.support.server import ScriptedServer, free_port, sse_chat, whole


def config_at(base_url: str, **parameters: object) -> Config:
    """One agent there that never asks twice."""
    agent = agent_of(
        "a", type="vllm", model="m", base_url=base_url, retries=0, parameters=parameters
    )
    return Config.model_validate(
        {
            "path": Path("c.yaml"),
            "agents": [agent],
            "ui": {"logging_enabled": False},
            "monitor": False,
        }
    )


@asynccontextmanager
async def console(config: Config) -> AsyncIterator[ConsoleApp]:
    """A console with nothing in it that is not real."""
    watching = NoMonitoring()
    session = Session(config, health=watching.health)
    app = ConsoleApp(config, Services(session, watching))
    app.animation_level = "none"
    async with asyncio.timeout(30), app.run_test(size=(100, 30)):
        yield app


async def ended(app: ConsoleApp) -> Attempt:
    """The last attempt, once it has ended."""
    await app.session.wait()
    attempt = app.session.agent("a").current
    assert attempt is not None
    return attempt


async def test_what_was_left_out_stands_over_the_body_as_sent_of_every_later_request() -> None:
    async with ScriptedServer() as server:
        server.answer(whole(400, {"message": "top_k is not permitted"}))
        server.answer(*sse_chat(content=["one"]))
        server.answer(*sse_chat(content=["two"]))
        async with console(config_at(server.base_url, top_k=5, temperature=0.5)) as app:
            for prompt in ("first", "second"):
                app.desk.ask(prompt)
                assert (await ended(app)).status is Status.DONE
                await app.action_request()
                sheet = app.screen
                assert isinstance(sheet, TextModal)
                sent, _, came = sheet.body.plain.partition("\n\nWhat came\n")
                head, _, body = sent.partition("\n\nWhat was sent\n")
                assert "the server refused `top_k` (400): sent again without `top_k`" in head
                assert json.loads(body) == server.requests[-1].json
                assert "top_k" not in body
                assert came
                sheet.action_close()
        assert ["top_k" in request.json for request in server.requests] == [True, False, False]


async def test_a_server_that_starts_loads_and_is_up_gets_the_prompt_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deferred, "PACE", 0.02)
    monkeypatch.setattr(deferred, "OWN_LOOKS", 0.02)
    monkeypatch.setattr(deferred, "AGAIN", 0.1)
    port = free_port()
    async with console(config_at(f"http://127.0.0.1:{port}/v1")) as app:
        app.desk.ask("hi")
        failed = await ended(app)
        assert failed.error is not None
        assert failed.error.kind is ErrorKind.UNREACHABLE
        looked = asyncio.Event()

        def look(observed: Heard) -> None:
            if observed.attempt.deferral is not None and observed.attempt.deferral.words:
                looked.set()

        hear(app.session, look)
        app.action_wait()
        await looked.wait()
        assert [hold.words for _, hold in app.session.deferred] == [
            "the server refuses connections"
        ]
        async with ScriptedServer(port=port) as server:
            loading = {"error": {"message": "Loading model", "code": 503}}
            server.answer(whole(503, loading))
            server.answer(*sse_chat(content=["at last"]))
            await app.session.wait()
            attempts = app.session.agent("a").turns[0].attempts
            assert [attempt.status for attempt in attempts] == [Status.FAILED, Status.DONE]
            assert str(attempts[-1].content) == "at last"
            posted = [request for request in server.requests if request.method == "POST"]
            assert len(posted) == 2, "one was told to wait, one was answered"
