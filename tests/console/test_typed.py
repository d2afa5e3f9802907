"""What is typed and pasted, at the real program on a pseudo-terminal."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.server import Hang, ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal

CTRL_Q, CTRL_P, ESC, PANE = "\x11", "\x10", "\x1b", "\x071"


@pytest_asyncio.fixture
async def terminal(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> AsyncIterator[Terminal]:
    """The console, its prompt ready."""
    server.route("POST", "/v1/chat/completions", *sse_chat(content=["the ", "answer"]))
    with Terminal([*START, str(config)], env=env, cwd=tmp_path) as running:
        await asyncio.to_thread(running.until, "ctrl+r rerun")
        yield running


async def sent(terminal: Terminal, server: ScriptedServer) -> str:
    """Send what stands in the prompt, and nothing else was; gives what the server was asked."""
    before = len(server.asked)
    terminal.write("\r")
    await asyncio.to_thread(terminal.until, "· stop")
    assert len(server.asked) == before + 1
    return str(server.asked[-1])


async def quits(terminal: Terminal) -> None:
    """The console quits as it should."""
    terminal.write(CTRL_Q)
    assert await asyncio.to_thread(terminal.ended) == 0
    assert terminal.restored
    assert "Traceback" not in terminal.text


async def test_bytes_that_are_not_utf_8_and_answers_of_the_terminal_harm_nothing(
    terminal: Terminal, server: ScriptedServer
) -> None:
    terminal.write(b"caf\xe9 \x93q\x94 ")
    terminal.write(b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1bP>|tmux 3.3a\x1b\\\x1b[?62;4c\x1b[97;1:3u")
    terminal.write(b"\x1b[99999999999u\x1b[M \xff\xffend\x1b[98:66;2:1u")
    await asyncio.to_thread(terminal.until, "endB")
    assert await sent(terminal, server) == "caf\ufffd \ufffdq\ufffd endB"
    await quits(terminal)


async def test_what_is_typed_is_sent(terminal: Terminal, server: ScriptedServer) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    typed = f"a\u3000b\u00a0c\u202fd\u200ce\u200ff\u00adg\ue0b0h{family}\U00010d50."
    terminal.write(typed)
    assert await sent(terminal, server) == typed
    await quits(terminal)


@pytest.mark.parametrize("focus", ["", PANE])
async def test_a_paste_sends_and_quits_nothing_wherever_the_focus_is(
    terminal: Terminal, server: ScriptedServer, focus: str
) -> None:
    terminal.write(focus)
    terminal.write("\x1b[200~\x1b[31merror\x1b[0m\rnext \x11\x1b[<0;1;1Mrq\r\x1b[201~tail")
    await asyncio.to_thread(terminal.until, "tail")
    assert server.asked == []
    assert await sent(terminal, server) == "[31merror[0m\nnext [<0;1;1Mrq\ntail"
    await quits(terminal)


async def test_a_paste_without_an_end_gives_the_keys_back(terminal: Terminal) -> None:
    terminal.write("\x1b[200~begun, and lost")
    await asyncio.to_thread(terminal.until, "begun, and lost")
    await quits(terminal)


@pytest.mark.parametrize("burst", ["hello", "@with hello", "lictz/?1", "u\x1b[200~r z\x1b[201~y"])
async def test_a_burst_that_begins_with_a_letter_for_the_prompt_goes_there_whole(
    terminal: Terminal, server: ScriptedServer, burst: str
) -> None:
    terminal.write("first")
    await sent(terminal, server)
    terminal.write(PANE + burst)
    plain = burst.replace("\x1b[200~", "").replace("\x1b[201~", "")
    await asyncio.to_thread(terminal.until, f"› {plain}")
    assert server.asked == ["first"], "a letter of it acted in the pane"
    await quits(terminal)


async def test_search_and_palette_take_what_is_typed(terminal: Terminal) -> None:
    terminal.write(f"{PANE}/a\u202fb\ue0b0c")
    terminal.write(b"\x1b[200~d\x1b[31me\r\x1b[201~\xe9")
    await asyncio.to_thread(terminal.until, "not found /a b\ue0b0cd[31me\ufffd")
    terminal.write(f"{ESC}")
    await asyncio.to_thread(terminal.until, "ask …")
    terminal.write(f"{CTRL_P}save\u00a0\ue0b0")
    await asyncio.to_thread(terminal.until, "save\u00a0\ue0b0")
    terminal.write(ESC)
    await quits(terminal)


@pytest.mark.parametrize("stop", [ESC, "\x1b[21~"])
async def test_both_stop_keys_close_and_stop_everywhere(
    terminal: Terminal, server: ScriptedServer, stop: str
) -> None:
    for opens, shows in (("\x1bOP", "esc, f10"), (CTRL_P, "Search for"), (f"{PANE}/", "find in")):
        terminal.write(opens)
        await asyncio.to_thread(terminal.until, shows)
        terminal.write(stop)
        await asyncio.to_thread(terminal.until_gone, shows)
    server.answer(*sse_chat(content=["begun"])[:2], Hang())
    terminal.write("\x070long\r")
    await asyncio.to_thread(terminal.until, "waiting")
    terminal.write(stop)
    await asyncio.to_thread(terminal.until, "■ stopped")
    await quits(terminal)


async def test_in_gnu_screen_the_stop_key_that_arrives_is_named(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    with Terminal([*START, str(config)], env={**env, "STY": "1.pts"}, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "f10 stop")
        terminal.write("\x1bOP")
        await asyncio.to_thread(terminal.until, "f10, esc")
