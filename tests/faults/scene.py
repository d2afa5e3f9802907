"""A faulty agent and a healthy one in one session, and a look at what they leave behind."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from massgen_tui.backends.base import Backend
from massgen_tui.backends.inference import InferenceBackend
from massgen_tui.config.model import AgentConfig, Config, Timeouts, UiConfig
from massgen_tui.session import stall
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.session import Session
from massgen_tui.store.schema import attempt_record, event_record
from tests.faults.places import PLACES, Place
from tests.faults.table import Fault
from tests.support.configs import agent_of
from tests.support.hearing import Heard, hear
from tests.support.server import END, ScriptedServer, Wait, chunk, head, sse_chat, sse_events

FAULTY, HEALTHY = "faulty", "healthy"
_GOOD = sse_events(["let me ", "think\x1b[2J"], ["all ", "is ", "well 你好\n"])
Sleep = Callable[[float], Awaitable[object]]


def agent(id: str, root: str, **limits: float) -> AgentConfig:
    return agent_of(id, type="vllm", model="m", base_url=f"{root}/v1", timeout=Timeouts(**limits))


@dataclass
class Scene:
    """What a test looks at."""

    fault: Fault
    place: Place
    healthy: ScriptedServer
    config: Config
    waits: list[float] = field(default_factory=list)
    told: list[dict[str, object]] = field(default_factory=list)
    """Every event of the healthy agent."""
    come: asyncio.Event = field(default_factory=asyncio.Event)
    """The good part of the faulty answer was read."""
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """The healthy agent's second half may come."""
    sleep: Sleep | None = None

    def backend_for(self, agent: AgentConfig) -> Backend:
        return InferenceBackend(agent, sleep=self.sleep or self._no_wait)

    async def _no_wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def prepare_turn(self) -> None:
        """Let the healthy server answer once more, its second half when `go` is set."""
        half = len(_GOOD) // 2
        first, second = map(chunk, _GOOD[:half]), map(chunk, _GOOD[half:])
        self.healthy.answer(head(), *first, Wait(self.go), *second, END)

    def observe(self, observed: Heard) -> None:
        """See what happens, and let the servers go on accordingly."""
        attempt = observed.attempt
        if attempt.agent == HEALTHY:
            if not isinstance(observed.event, SessionEvent) and (
                told := event_record(observed.event)
            ):
                self.told.append(told)
            return
        if attempt.silent.startswith("slow"):
            self.place.seen["slow"].set()
        if self.fault.begins and not self.come.is_set() and self._half_way(attempt):
            self.come.set()
        if attempt.status.ended:
            self.go.set()

    def _half_way(self, attempt: Attempt) -> bool:
        if self.fault.kept is None:
            return attempt.content.length > 0
        return attempt.content.length >= len("half an answer")

    async def follow(self) -> None:
        """Do what happens to the server in the middle of its answer."""
        if self.fault.place == "killed":
            await self.come.wait()
            await self.place.half_way()


@asynccontextmanager
async def scene(fault: Fault, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Set it up; at the end nothing may be left: no task, no socket, no child."""
    patch.setattr(stall, "SILENT_AFTER", 0.03 if fault.quick else 600.0)
    patch.setattr(stall, "PACE", 0.01 if fault.quick else 600.0)
    before = left_over()
    place = PLACES[fault.place](fault, folder, patch)
    async with ScriptedServer() as healthy:
        await place.begin()
        try:
            config = Config(
                name="scene",
                agents=(
                    agent(FAULTY, place.root, **fault.limits),
                    agent(HEALTHY, healthy.root),
                ),
                ui=UiConfig(logging_enabled=False),
            )
            yield Scene(fault, place, healthy, config)
            async with asyncio.timeout(3):
                await healthy.all_closed()
        finally:
            await place.stop()
    for _ in range(5):
        await asyncio.sleep(0)
    assert left_over() == before


def left_over() -> tuple[set[object], set[str], str]:
    """Tasks, open sockets and children of this process."""
    sockets, links = set(), Path("/proc/self/fd")
    for link in links.iterdir() if links.is_dir() else ():
        with suppress(OSError):  # the one that reads this folder
            sockets.add(str(link.readlink()))
    sockets = {name for name in sockets if name.startswith("socket:")}
    mine = Path(f"/proc/self/task/{os.getpid()}/children")
    children = mine.read_text() if mine.exists() else ""
    return {task for task in asyncio.all_tasks() if not task.done()}, sockets, children


@asynccontextmanager
async def asked(one: Scene) -> AsyncIterator[tuple[Session, Turn, Turn]]:
    """A session in which both were asked, after the turns that go well."""
    session = Session(one.config, backend_for=one.backend_for)
    try:
        async with asyncio.timeout(20):
            for _ in range(one.place.good_turns):
                one.healthy.answer(*sse_chat(content=["first turn"]))
                session.ask("first?")
                await session.wait()
                await one.place.between_turns()
            hear(session, one.observe)
            one.prepare_turn()
            faulty, healthy = session.ask("what is it?")
            yield session, faulty, healthy
    finally:
        async with asyncio.timeout(2):
            await session.aclose()


async def alone() -> tuple[dict[str, object], list[dict[str, object]], bytes]:
    """The healthy agent by itself: its record, its events, the body of its request."""
    async with ScriptedServer() as server:
        config = Config(agents=(agent(HEALTHY, server.root),))
        none = Fault("none", "")
        one = Scene(none, PLACES["refused"](none, Path(), pytest.MonkeyPatch()), server, config)
        one.go.set()
        one.prepare_turn()
        session = Session(config, backend_for=one.backend_for)
        hear(session, one.observe)
        (exchange,) = session.ask("what is it?")
        await session.wait()
        await session.aclose()
        return untimed(attempt_record(exchange.attempts[0])), one.told, server.requests[0].body


def untimed(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "timing"}
