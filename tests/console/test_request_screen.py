"""What was sent and what came, by the keys of a pane: bounded, harmless, without keys."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, Opened, RequestSent
from massgen_tui.backends.exchange import HEAD, Exchange
from massgen_tui.backends.factory import make_backend
from massgen_tui.config.loader import load_config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.request import RequestScreen, curl_of, request_text
from massgen_tui.console.services import Services
from massgen_tui.session.place import KeptProfile, Place
from massgen_tui.session.session import Session
from tests.support.console import Stage, staged
from tests.support.exchanges import came
from tests.support.fakes import Backends, Step, config_of
from tests.support.panes import agent as asked_agent
from tests.support.panes import ask
from tests.support.server import END, ScriptedServer, chunk, head, sse_events, whole

ONE = config_of("qwen1", api_key="sk-Planted0123456789", key_source="BOX_KEY")
BODY = {"model": "m", "messages": [{"role": "user", "content": "what's it?"}], "stream": True}


def script(*exchanges: Exchange, end: bool = True) -> list[Step]:
    sent: list[Step] = [RequestSent(BODY, one) for one in exchanges]
    ending: list[Step] = [Finished("stop")] if end else [asyncio.Event()]
    return [*sent, Opened(), ContentDelta("so"), *ending]


def sheet(stage: Stage) -> str:
    screen = stage.app.screen
    assert isinstance(screen, RequestScreen)
    return screen.body.plain


async def opened(stage: Stage) -> str:
    await stage.ask("what's it?")
    await stage.press("ctrl+g", "1", "i")
    return sheet(stage)


def part(text: str) -> list[str]:
    return text.partition("\nWhat came\n")[2].split("\n")


async def test_events_stand_as_they_came_behind_their_times() -> None:
    exchange = came(
        (0.25, b'data: {"id": 1}\n\ndata: {"id'),
        (0.5, b'": 2}\n\n: ping\n\n'),
        (0.75, b"data: [DONE]\n\n"),
        ended=0.8,
    )
    async with staged(ONE, backends=Backends(qwen1=[script(exchange)])) as stage:
        text = await opened(stage)
        assert part(text) == [
            "  0.250 s  HTTP/1.1 200 OK",
            "           Content-Type: text/event-stream",
            '  0.250 s  data: {"id": 1}',
            '  0.500 s  data: {"id": 2}',
            "           : ping",
            "  0.750 s  data: [DONE]",
            "  0.800 s  ended, 56 bytes in 3 readings",
        ]
        assert "POST http://localhost:8000/v1/chat/completions (vLLM)" in text
        assert '"content": "what\'s it?"' in text


async def test_an_answer_that_still_comes_says_so_and_is_looked_at_again() -> None:
    exchange = came((0.25, b"data: 1\n\nda"))
    async with staged(ONE, backends=Backends(qwen1=[script(exchange, end=False)])) as stage:
        text = await opened(stage)
        assert "           da" in text
        assert "11 bytes in 1 reading so far: it still comes, open this again for more" in text
        exchange.take(b"ta: 2\n\n")
        await stage.press("escape", "i")
        assert "  data: 2\n" in sheet(stage)


async def test_of_a_long_answer_begin_and_end_stand_and_how_much_was_left_out() -> None:
    pieces = [(float(n), f"data: {n:06} {'x' * 200}\n\n".encode()) for n in range(1, 2001)]
    exchange = came(*pieces, ended=2001.0)
    size = sum(len(data) for _, data in pieces)
    async with staged(ONE, backends=Backends(qwen1=[script(exchange)])) as stage:
        text = await opened(stage)
        lines = part(text)
        (gap,) = [line for line in lines if "left out" in line]
        left = int(gap.split()[2].replace(",", ""))
        assert size - 2 * HEAD < left < size
        assert "data: 000001 " in lines[2]
        assert "data: 002000 " in lines[-2]
        assert len("\n".join(lines)) < 3 * HEAD
        for line in lines[2:-1]:
            assert line == gap or line.endswith("x" * 200)


async def test_what_came_moves_no_terminal_and_tells_no_key() -> None:
    exchange = came(
        (0.5, b"data: \x1b[2J\x07[b]bold[/b] sk-Planted0123456789 \xff\xfe\xe2\x80\xae\n\n"),
        (0.6, b"data: sk-Planted01"),
        headers=[("X-Echo", "sk-Planted0123456789"), ("Set-Cookie", "a=b"), ("X-\x1b[1m", "y")],
        ended=1.0,
    )
    async with staged(ONE, backends=Backends(qwen1=[script(exchange)])) as stage:
        text = await opened(stage)
        assert "[b]bold[/b]" in text
        await stage.press("end")
        assert "[b]bold[/b]" in stage.screen_text
        assert "Set-Cookie: ***" in text
        for harm in ("\x1b", "\x07", "\u202e", "sk-Planted01"):
            assert harm not in text
        await stage.press("c")
        assert stage.app.clipboard == text


async def test_tries_before_the_last_stand_above_it() -> None:
    first = came((0.1, b'{"error": "busy"}'), status=503, reason="", ended=0.2)
    async with staged(ONE, backends=Backends(qwen1=[script(first, came(ended=1.0))])) as stage:
        lines = part(await opened(stage))
        assert lines[0] == "try 1 of 2"
        assert "HTTP/1.1 503" in lines[1]
        assert '           {"error": "busy"}' in lines or '  0.100 s  {"error": "busy"}' in lines
        assert lines[-2:] == ["try 2 of 2", "  1.000 s  no answer came"]


async def test_of_answers_long_past_only_numbers_are_known() -> None:
    exchanges = [came((0.5, b"data: %d\n\n" % n), ended=1.0) for n in range(3)]
    backends = Backends(qwen1=[script(one) for one in exchanges])
    async with staged(ONE, backends=backends) as stage:
        await opened(stage)
        await stage.press("escape", "r", "r", "left_square_bracket", "left_square_bracket", "i")
        lines = part(sheet(stage))
        assert lines[0] == "  0.500 s  HTTP/1.1 200 OK"
        assert "let go of" in lines[1]
        assert lines[2] == "  1.000 s  ended, 9 bytes in 1 reading"
        await stage.press("escape", "right_square_bracket", "i")
        assert "data: 1" in sheet(stage)


async def test_it_is_copied_as_curl_from_the_sheet_and_from_the_palette() -> None:
    backends = Backends(qwen1=[script(came((0.5, b"x"), ended=1.0))])
    async with staged(ONE, backends=backends) as stage:
        await stage.press("ctrl+p", *"copy as curl", "enter")
        assert "no request to copy yet" in stage.screen_text
        await opened(stage)
        assert "u copy as curl" in stage.screen_text
        await stage.press("u")
        copied = stage.app.clipboard
        assert copied.startswith(
            "curl -sSN --noproxy '*' 'http://localhost:8000/v1/chat/completions'"
        )
        assert '"$BOX_KEY"' in copied
        assert "what\\u0027s it?" in copied
        assert "sk-Planted" not in copied
        assert "curl command; set BOX_KEY before it (" in stage.screen_text
        await stage.press("escape", "ctrl+p", *"copy as curl", "enter")
        assert stage.app.clipboard == copied


def test_an_agent_that_is_asked_elsewhere_by_now_sends_nothing_of_its_own_there() -> None:
    agent = asked_agent()
    attempt = ask(agent)
    attempt.place = Place(KeptProfile("vLLM", "http://before", "http://before/v1/chat", "m"))
    _, text = request_text(agent)
    assert "POST http://before/v1/chat; by now the agent is asked elsewhere" in text
    command, variables = curl_of(agent)
    assert "'http://before/v1/chat'" in command
    assert variables == ("API_KEY",)


async def test_what_comes_of_a_real_server_is_on_the_screen(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        server.answer(head(), *map(chunk, sse_events(["hm"], ["so"])), END)
        server.answer(whole(404, {"detail": "no such model"}))
        file = tmp_path / "agents.yaml"
        file.write_text(
            f"agents: [{{id: a, backend: {{type: vllm, model: m, base_url: {server.base_url}}}}}]",
            "utf-8",
        )
        config = load_config(file)
        session = Session(config, backend_for=partial(make_backend, recording=True), health=None)
        app = ConsoleApp(config, Services(session))
        app.animation_level = "none"
        async with asyncio.timeout(60), app.run_test(size=(120, 40)) as pilot:
            app.desk.ask("what is it?")
            await session.wait()
            await pilot.press("ctrl+g", "1", "i")
            await pilot.pause()
            assert isinstance(app.screen, RequestScreen)
            text = app.screen.body.plain
            assert "HTTP/1.1 200 Scripted" in text
            assert 'data: {"id": "chatcmpl-1"' in text
            assert "data: [DONE]" in text
            await pilot.press("escape")
            app.desk.ask("again?")
            await session.wait()
            await pilot.press("i")
            await pilot.pause()
            assert isinstance(app.screen, RequestScreen)
            assert "HTTP 404" in app.screen.body.plain
            assert '{"detail": "no such model"}' in app.screen.body.plain


async def test_of_a_kept_session_there_is_what_was_read() -> None:
    async with staged(ONE, backends=Backends(qwen1=[script()])) as stage:
        text = await opened(stage)
        assert part(text)[0] == "as it came it is not kept: this is what was read of it"
        assert any("finish_reason: stop" in line for line in part(text))
        assert any("ended: done" in line for line in part(text))


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_it_is_read_in_a_small_terminal_too(size: tuple[int, int]) -> None:
    exchange = came((0.25, b"data: 1\n\n"), ended=0.8)
    async with staged(ONE, backends=Backends(qwen1=[script(exchange)]), size=size) as stage:
        await opened(stage)
        await stage.press("end")
        assert "ended, 9 bytes" in stage.screen_text
