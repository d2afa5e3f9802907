"""Whatever is typed, clicked, pasted and resized: no exception, no lost draft, and it ends at once.

`make monkey` plays more and longer: `MONKEY_SEEDS`, `MONKEY_EVENTS`; one seed is `MONKEY_FIRST`.
"""

import asyncio
import logging
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.history import History
from massgen_tui.console.services import Services
from massgen_tui.console.watch import WatchApp
from massgen_tui.session.session import Session
from tests.support import scenes
from tests.support.console import NO_GPU, FixedWatching
from tests.support.fakes import FakeClock, config_of
from tests.support.monkey import Monkey, WildBackends

SEEDS = int(os.environ.get("MONKEY_SEEDS", "20"))
EVENTS = int(os.environ.get("MONKEY_EVENTS", "2000"))
FIRST = int(os.environ.get("MONKEY_FIRST", "1"))
ENDS = 2.0
"""CPU seconds in which an app ends."""
HANGS = 30
"""Seconds after which it is taken not to end at all."""
DRAFT = "a draft that must not be lost"

pytestmark = pytest.mark.timeout(60 + EVENTS // 5)
Watched = FixedWatching


@asynccontextmanager
async def told(monkey: Monkey, seed: int) -> AsyncIterator[None]:
    """Say the seed and the last events when something fails."""
    try:
        yield
    except BaseException:
        print(f"seed {seed}, the last of what was done:", *monkey.done, sep="\n  ")
        raise


def change(watching: FixedWatching, chance: random.Random) -> None:
    """Servers and GPUs come and go."""
    if chance.random() < 0.02:
        watching.servers = chance.choice((scenes.both_up(), scenes.one_down(), {}))
        watching.gpus = chance.choice((scenes.two_gpus(), NO_GPU))


def come_and_go(app: ConsoleApp, chance: random.Random) -> None:
    """Agents are added, changed and removed."""
    workspace = app.workspace
    ids = [agent.id for agent in workspace.session.agents]
    drawn = chance.random()
    if drawn < 0.004 and len(ids) < 6:
        free = next(id for id in "abcdefgh" if id not in ids)
        workspace.add_agent(config_of(free).agents[0])
    elif drawn < 0.008 and len(ids) > 1:
        workspace.remove_agent(chance.choice(ids))
    elif drawn < 0.012:
        one = workspace.session.agent(chance.choice(ids)).config
        settings = one.settings.patched({"temperature": chance.random()})
        workspace.change_agent(one.model_copy(update={"settings": settings}))


async def ends(app: ConsoleApp | WatchApp) -> None:
    """It ends, and soon."""
    before = time.process_time()
    app.exit()
    assert app._task is not None
    async with asyncio.timeout(HANGS):
        await asyncio.wait([app._task])
    assert time.process_time() - before < ENDS


def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing was logged that should not have been."""
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
async def test_the_console(
    seed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    # a session that somebody kept on this machine would be gone on with, elsewhere
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(ConsoleApp, "leave", lambda self, sure: None)
    clock, backends, watching = FakeClock(), WildBackends(seed), FixedWatching(scenes.both_up())
    config = config_of(*"abc"[: 1 + seed % 3])
    session = Session(config, clock=clock, backend_for=backends, health=None)
    app = ConsoleApp(config, Services(session, watching, history=History(tmp_path / "history")))
    app.animation_level = "none"

    def each(chance: random.Random) -> None:
        clock.tick(chance.choice((0.01, 0.1, 2.0)))
        backends.beat.tick()
        change(watching, chance)
        come_and_go(app, chance)

    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        monkey = Monkey(app, seed, each=each)
        async with told(monkey, seed):
            await pilot.pause()
            await monkey.act(EVENTS * 4 // 5)
            await to_the_prompt(app, monkey)
            app.prompt.load_text("")
            app.prompt.put(DRAFT)
            await monkey.act(EVENTS // 5, harmless=True)
            await monkey.settle()
            app.prompt.leave_edit()  # a click in the palette may have begun one
            assert DRAFT in app.prompt.text
            await ends(app)
    assert DRAFT in (tmp_path / "history").read_text(encoding="utf-8")
    quiet(caplog)


async def to_the_prompt(app: ConsoleApp, monkey: Monkey) -> None:
    """Close what is open."""
    monkey.resize(100, 30)
    while app.screen is not app.main:
        monkey.press("escape")
        await monkey.settle()
    app.prompt.leave_edit()
    app.main.set_focus(app.prompt)
    await monkey.settle()


@pytest.mark.parametrize("seed", range(FIRST, FIRST + (SEEDS + 4) // 5))
async def test_watch(
    seed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def stay(self: WatchApp) -> None:
        """Quit nothing."""

    monkeypatch.setattr(WatchApp, "action_quit", stay)
    watching, clock = FixedWatching(scenes.both_up(), scenes.two_gpus()), FakeClock()
    app = WatchApp(config_of("a"), watching, clock=clock)
    app.animation_level = "none"

    def each(chance: random.Random) -> None:
        clock.tick(0.5)
        change(watching, chance)
        app.show_monitors()

    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        monkey = Monkey(app, seed, each=each)
        async with told(monkey, seed):
            await pilot.pause()
            await monkey.act(EVENTS)
            await ends(app)
    quiet(caplog)
