"""A key is in one header of one request and nowhere else, whatever goes wrong."""

import asyncio
import io
import logging
import traceback
from collections.abc import Iterator

import pytest

from massgen_tui.backends.call import Call
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from tests.support.asking import agent_at, ask
from tests.support.server import (
    Close,
    Hang,
    Reset,
    ScriptedServer,
    Step,
    chunk,
    delta,
    free_port,
    head,
    sse,
    sse_chat,
    streamed,
    whole,
)

KEY = "sk-distinctive-0123456789"
ECHO = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": 401}}
FAULTS: dict[str, tuple[Step, ...]] = {
    "good": sse_chat(["thinks"], ["hello"]),
    "401 with the key in it": (whole(401, ECHO),),
    "400": (whole(400, {"error": {"message": f"bad header Bearer {KEY}"}}),),
    "404": (whole(404, {"error": f"no route for {KEY}"}),),
    "500": (whole(500, KEY.encode(), "text/plain"),),
    "503 html": (whole(503, f"<title>{KEY}</title>".encode(), "text/html"),),
    "redirect": (head(307, location=f"http://other.invalid/?key={KEY}", content_length="0"),),
    "reset before headers": (Reset(),),
    "no http": (b"SMTP ready\r\n\r\n", Close()),
    "reset mid-stream": (head(), chunk(sse(delta(content="half"))), Reset()),
    "error in the stream": streamed(sse(ECHO)),
    "unreadable": streamed(f"data: {{{KEY}\n\n".encode(), *[sse(delta("stop", content="x"))]),
    "no stream": (whole(200, f"<html>{KEY}</html>".encode(), "text/html"),),
    "stalled": (head(), chunk(sse(delta(content="half"))), Hang()),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any library says, at its most talkative."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    named = [
        logging.getLogger(name) for name in ("openai", "httpx2", "httpcore2", "aiohttp", "asyncio")
    ]
    levels = [(logger, logger.level) for logger in (root, *named)]
    for logger, _ in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        for logger, level in levels:
            logger.setLevel(level)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_key_is_found_nowhere(
    server: ScriptedServer,
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setenv("OPENAI_LOG", "debug")
    asyncio.get_running_loop().set_debug(True)
    server.answer(*FAULTS[fault])
    agent = agent_at(server.base_url, key=KEY, timeout={"idle": 0.05})
    backend = ChatCompletionsBackend(agent)
    outcome = await ask(backend)
    shown = [repr(agent), repr(backend), repr(vars(backend)), repr(backend.request(Call(())))]
    if outcome.error is not None:
        shown += [repr(outcome.error), str(outcome.error), repr(vars(outcome.error))]
        shown += traceback.format_exception(outcome.error)
    shown += [repr(event) for event in outcome.events]
    await backend.aclose()
    printed = capfd.readouterr()
    everything = "\n".join([*shown, log.getvalue(), printed.out, printed.err])
    assert log.getvalue()  # the loggers were listened to
    assert KEY not in everything
    sent = server.requests[0].raw_head.decode()
    assert sent.count(KEY) == 1
    assert KEY.encode() not in server.requests[0].body


async def test_the_key_is_not_told_when_nothing_is_there(log: io.StringIO) -> None:
    backend = ChatCompletionsBackend(agent_at(f"http://127.0.0.1:{free_port()}/v1", key=KEY))
    outcome = await ask(backend)
    await backend.aclose()
    text = "".join(traceback.format_exception(outcome.failure)) + repr(outcome.failure)
    assert KEY not in text + log.getvalue()


async def test_a_password_in_the_address_is_not_told(log: io.StringIO) -> None:
    base_url = f"http://ann:{KEY}@127.0.0.1:{free_port()}/v1"
    backend = ChatCompletionsBackend(agent_at(base_url))
    outcome = await ask(backend)
    await backend.aclose()
    text = "".join(traceback.format_exception(outcome.failure)) + repr(outcome.failure)
    assert KEY not in text + log.getvalue() + backend.server


@pytest.mark.parametrize("before", [0, *range(370, 402, 4)])
async def test_a_key_that_a_limit_cuts_leaves_no_piece(before: int) -> None:
    async with ScriptedServer() as server:
        said = f"{'x' * before} {KEY if before else KEY[:-4]}"
        server.answer(whole(400, {"error": {"message": said}}))
        backend = ChatCompletionsBackend(agent_at(server.base_url, key=KEY))
        outcome = await ask(backend)
        await backend.aclose()
    assert outcome.error is not None
    assert KEY[:8] not in str(outcome.error)
