"""A notification of the desktop when all have ended and the terminal has no focus."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta, Opened
from massgen_tui.config.model import Config
from massgen_tui.console.terminal.notification import notification
from tests.console.test_coordinating import agree, until_agreed
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of, failure
from tests.support.server import ScriptedServer, Wait, sse_events, streamed
from tests.support.terminal import START, Terminal

AWAY, BACK = "\x1b[O", "\x1b[I"


@pytest.mark.parametrize(
    ("way", "environ", "written"),
    [
        ("osc9", {}, "\x1b]9;a; b: 2 answered\a"),
        ("osc777", {}, "\x1b]777;notify;a, b;2 answered\a"),
        ("osc9", {"TMUX": "x"}, "\x1bPtmux;\x1b\x1b]9;a; b: 2 answered\a\x1b\\"),
        ("osc777", {"STY": "x"}, "\x1bP\x1b]777;notify;a, b;2 answered\a\x1b\\"),
    ],
)
def test_it_is_written_as_terminals_and_multiplexers_take_it(
    way: str, environ: Mapping[str, str], written: str
) -> None:
    assert notification(way, "a; b", "2 answered", environ) == written


def test_nothing_in_it_acts_on_the_terminal() -> None:
    written = notification("osc777", "a\x07\x1b]0;b", "c\x9c\n" + "d" * 500, {})
    assert written.startswith("\x1b]777;notify;a]0,b;c d")
    assert written.count("\x1b") == written.count("\a") == 1
    assert len(written) < 300


def wanted(*ids: str, **ui: object) -> Config:
    """Agents whose user wants to be notified."""
    config = config_of(*ids)
    return config.model_copy(update={"ui": config.ui.model_copy(update={"notify": "osc9", **ui})})


def heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What the app is asked to notify of from now on."""
    found: list[tuple[str, str, str]] = []
    monkeypatch.setattr(stage.app, "notify_desktop", lambda *what: found.append(what))
    return found


async def test_it_comes_once_when_the_last_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()
    failed = failure()
    backends = Backends(a=[answer("yes")], b=[[Opened(), ContentDelta("half"), go_on, failed]])
    async with staged(wanted("a", "b"), backends=backends) as stage:
        found = heard(stage, monkeypatch)
        await stage.ask("why?")
        assert found == []
        go_on.set()
        await stage.settle()
        assert found == [("osc9", "massgen-tui · test", "1 answered, 1 failed")]
        await stage.ask("@a again")
        assert found[1:] == [("osc9", "massgen-tui · test", "1 answered")]


async def test_the_bell_rings_once_when_all_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bool] = []
    async with staged(wanted("a", "b", bell=True, notify=None)) as stage:
        monkeypatch.setattr(stage.app, "bell", lambda: rung.append(True))
        await stage.ask("why?")
        assert rung == [True]
        await stage.ask("@a again")
        assert rung == [True, True]


async def test_what_waits_for_its_turn_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()
    backends = Backends(a=[[Opened(), ContentDelta("half"), go_on], answer("second")])
    async with staged(wanted("a"), backends=backends) as stage:
        found = heard(stage, monkeypatch)
        await stage.ask("one")
        await stage.ask("two")
        go_on.set()
        await stage.settle()
        assert [how for _, _, how in found] == ["1 answered"]


async def test_nobody_is_notified_who_does_not_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged() as stage:
        found = heard(stage, monkeypatch)
        await stage.ask("why?")
        assert found == []


async def test_agents_that_agree_are_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(wanted("a", "b"), backends=Backends(**agree())) as stage:
        found = heard(stage, monkeypatch)
        await stage.press("f8")
        await stage.ask("why?")
        await until_agreed(stage)
        assert len(found) == 1


def cursor_shown(terminal: Terminal) -> bool:
    """The prompt shows its cursor: the terminal has the focus."""
    row = next(y for y, line in enumerate(terminal.screen.display) if line.startswith(" ›"))
    cells = terminal.screen.buffer[row]
    return bool(cells[3].reverse) or cells[3].bg != cells[4].bg


async def until_shown(terminal: Terminal, shown: bool) -> None:
    """Wait until the prompt shows its cursor, or no more."""
    for _ in range(400):
        if cursor_shown(terminal) is shown:
            return
        await asyncio.to_thread(terminal.read)
    raise AssertionError(terminal.text)


@pytest.mark.parametrize("focus", [AWAY, AWAY + BACK, ""])
async def test_the_real_program_notifies_where_the_terminal_has_no_focus(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    focus: str,
) -> None:
    settings = tmp_path / "config" / "massgen-tui" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    await asyncio.to_thread(settings.write_text, "notify: osc9\n")
    go_on = asyncio.Event()
    first, *rest = sse_events(content=["the ", "answer"])
    server.answer(*streamed(first, Wait(go_on), *rest))
    with Terminal([*START, str(config), "why?"], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "waiting")
        await until_shown(terminal, True)
        if focus:
            terminal.write(AWAY)
            await until_shown(terminal, False)
        if focus == AWAY + BACK:
            terminal.write(BACK)
            await until_shown(terminal, True)
        go_on.set()
        await asyncio.to_thread(terminal.until, "· stop")
        if focus == AWAY:
            terminal.write(BACK)
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        there = b"\x1b]9;massgen-tui \xc2\xb7 one: 1 answered\a" in terminal.raw
        assert there == (focus == AWAY)
