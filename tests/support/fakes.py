"""Backends without a server: their answers are scripted events, their clock is moved by hand."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    Finished,
    Opened,
    RequestSent,
    Started,
    StreamEvent,
)
from massgen_tui.config.model import AgentConfig, Config, UiConfig
from tests.support.configs import agent_of

Step = StreamEvent | Exception | asyncio.Event | Callable[[], None]
"""An event to give, an error to raise, something to wait for, or something to do."""


class FakeClock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    def tick(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += seconds


class TickingClock(FakeClock):
    """Seconds that pass with each reading, by a prime number of milliseconds: no two are equal."""

    def __call__(self) -> float:
        """The time."""
        self.now += 0.017
        return self.now


@dataclass
class FakeBackend:
    """Answers each request with the next script; without one it says `ok`."""

    agent: str
    provider: str = "vLLM"
    server: str = "http://localhost:8000"
    url: str = "http://localhost:8000/v1/chat/completions"
    model: str = "fake/model"
    scripts: list[Sequence[Step]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    asked: list[list[Message]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    open: int = 0
    """Streams that were begun and not closed yet."""
    closed: bool = False
    holds: list[StreamEvent] = field(default_factory=list)
    """What has come of the running answer and was not given."""

    def request(self, call: Call) -> ChatRequest:
        """Keep the messages."""
        self.asked.append(list(call.messages))
        self.calls.append(call)
        body = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in call.messages],
        }
        return ChatRequest(body | dict(call.settings), self.warnings)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Play the next script."""
        script = self.scripts.pop(0) if self.scripts else answer("ok")
        self.open += 1
        try:
            yield RequestSent(request.body)
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif callable(step):
                    step()
                else:
                    yield step
        finally:
            self.open -= 1

    def drain(self) -> list[StreamEvent]:
        """What was read and is held back; once."""
        held, self.holds = self.holds, []
        return held

    async def aclose(self) -> None:
        """Remember it."""
        self.closed = True


def answer(*pieces: str, finish: str = "stop") -> list[Step]:
    """A script that says these pieces and finishes."""
    return [Opened(), Started("served"), *map(ContentDelta, pieces), Finished(finish)]


def config_of(*ids: str, logging_enabled: bool = False, **agent: object) -> Config:
    """A config with these agents."""
    fields: dict[str, Any] = {
        "type": "vllm",
        "model": "fake/model",
        "base_url": "http://localhost:8000/v1",
        **agent,
    }
    agents = tuple(agent_of(id, **fields) for id in ids)
    return Config(name="test", agents=agents, ui=UiConfig(logging_enabled=logging_enabled))


class Backends:
    """The fake backends of a session, by agent."""

    def __init__(self, **scripts: Sequence[Sequence[Step]]) -> None:
        self.by_agent: dict[str, FakeBackend] = {}
        self._scripts = scripts

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        scripts = list(self._scripts.get(agent.id, ()))
        backend = self.by_agent[agent.id] = FakeBackend(agent.id, scripts=scripts)
        return backend

    def __getitem__(self, id: str) -> FakeBackend:
        """The backend of the agent with this id."""
        return self.by_agent[id]


def failure(**fields: object) -> BackendError:
    """An error of a backend."""
    from massgen_tui.backends.events import ErrorKind

    error = BackendError(ErrorKind.INTERRUPTED, "the connection was cut")
    for name, value in fields.items():
        setattr(error, name, value)
    return error
