"""What is begun behind the screen, and in which order."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.console.services import Services
from massgen_tui.session.session import Session
from tests.support.console import FixedWatching
from tests.support.fakes import Backends, FakeClock, config_of


class Told(FixedWatching):
    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self.order = order

    async def start(self) -> None:
        self.order.append("looks")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(False, ["looks", "imports"]), (True, ["imports", "looks"])],
    ids=["nothing is asked", "a prompt waits"],
)
async def test_what_is_asked_comes_before_what_is_looked_at(
    asked: bool, expected: list[str]
) -> None:
    order: list[str] = []

    async def warm_up() -> None:
        order.append("imports")

    backends = Backends(qwen1=[[asyncio.Event()]])
    session = Session(config_of("qwen1"), clock=FakeClock(), backend_for=backends, health=None)
    services = Services(session, Told(order), warm_up=warm_up)
    if asked:
        session.ask("go")
    await services.start()
    await services.stop()
    assert order == expected


@pytest.mark.parametrize("kept", [False, True])
async def test_what_ended_is_held_in_memory_where_no_file_keeps_it(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)
    config = config_of("qwen1", logging_enabled=kept)
    services = Services.of(config, warn=pytest.fail)
    assert services.session.state.holds_ended is not kept
    await services.stop()
