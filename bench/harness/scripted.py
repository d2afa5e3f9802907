"""Agents that answer at length in this process, a reading whenever they are let; no network.

Answers are of 16.7 kB in 300 pieces, ten of which one reading brings, every 2.5 ms of the session's
clock.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, fields

from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Opened,
    RequestSent,
    StreamEvent,
    UsageReported,
)
from massgen_tui.config.model import AgentConfig
from tests.support.fakes import Backends, FakeBackend, FakeClock

PIECES = 300
READ = 10
"""Pieces that one reading brings."""
STEPS = PIECES // READ
"""Readings of an answer."""
PARAGRAPH = (
    "Turn {turn}, agent {agent}, paragraph {number}: the *cost* of a turn is what it adds and not "
    "what is **already there**, so that a long `conversation` is as quick at its end as it was at "
    "its beginning, whatever was said until then by anyone.\n\n"
)


def _deltas(read: list[str]) -> list[ContentDelta]:
    """The pieces of one reading as this build's backends give them to a console."""
    if any(one.name == "pieces" for one in fields(ContentDelta)):
        return [ContentDelta("".join(read), len(read))]
    return [ContentDelta(text) for text in read]


@dataclass
class Gate:
    """Holds the answers until all requests are sent, and then until each next step."""

    agents: int
    clock: FakeClock = field(default_factory=FakeClock)
    _step: asyncio.Event = field(default_factory=asyncio.Event)
    _all: asyncio.Event = field(default_factory=asyncio.Event)
    _missing: int = 0

    def shut(self) -> None:
        """Hold what all agents say next."""
        self._missing = self.agents
        self._all.clear()

    async def reached(self) -> None:
        """Wait until all agents stand before it."""
        await self._all.wait()

    def open(self) -> None:
        """Let all that stand before it go on until they come to it again."""
        self.shut()
        step, self._step = self._step, asyncio.Event()
        step.set()

    async def passed(self) -> None:
        """Stand before it until it is opened; the last to come says so."""
        self._missing -= 1
        if not self._missing:
            self._all.set()
        await self._step.wait()


class Held(FakeBackend):
    """Answers at length, a reading each time the gate is opened."""

    gate: Gate
    turn: int = 0

    def request(self, call: Call) -> ChatRequest:
        """Keep nothing."""
        self.turn += 1
        body = {
            "model": self.model,
            "messages": [{"role": one.role, "content": one.content} for one in call.messages],
        }
        return ChatRequest(body)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Wait for the gate before each reading."""
        turn = self.turn
        text = "".join(
            PARAGRAPH.format(turn=turn, agent=self.agent, number=number) for number in range(72)
        )
        size = -(-len(text) // PIECES)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        yield RequestSent(request.body)
        yield Opened()
        for at in range(0, len(pieces), READ):
            await self.gate.passed()
            read = pieces[at : at + READ]
            self.gate.clock.tick(0.01 / 4 * len(read))
            for delta in _deltas(read):
                yield delta
        yield Finished("stop")
        yield UsageReported(prompt=turn * 4000, completion=PIECES)


class Scripted(Backends):
    """Makes agents that answer at length."""

    gate: Gate

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        held = Held(agent.id)
        held.gate = self.gate
        self.by_agent[agent.id] = held
        return held
