"""Backends whose streams say what a test hands them, when it does."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import StreamEvent
from massgen_tui.config.model import AgentConfig

Said = StreamEvent | Exception | None
"""An event, a failure, or None: the end."""


@dataclass
class ManualBackend:
    """One agent's; all of an instance share the list of open streams."""

    agent: str
    streams: list[asyncio.Queue[Said]]
    provider: str = "vLLM"
    server: str = "http://localhost:8000"
    url: str = "http://localhost:8000/v1/chat/completions"
    model: str = "fake/model"

    def request(self, call: Call) -> ChatRequest:
        """A request with these messages."""
        return ChatRequest({"messages": [[one.role, one.content] for one in call.messages]})

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Say what is handed over."""
        own: asyncio.Queue[Said] = asyncio.Queue()
        self.streams.append(own)
        try:
            while (said := await own.get()) is not None:
                if isinstance(said, Exception):
                    raise said
                yield said
        finally:
            self.streams.remove(own)

    def drain(self) -> list[StreamEvent]:
        """Nothing."""
        return []

    async def aclose(self) -> None:
        """Do nothing."""


@dataclass
class ManualBackends:
    """Makes them, and says things in their streams."""

    open: list[asyncio.Queue[Said]] = field(default_factory=list)

    def __call__(self, config: AgentConfig) -> ManualBackend:
        """A backend for an agent."""
        return ManualBackend(config.id, self.open, model=config.settings.model)

    def send(self, which: int, said: Said) -> None:
        """Say something in one of the open streams."""
        self.open[which % len(self.open)].put_nowait(said)
