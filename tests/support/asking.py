"""Ask a backend and keep everything that comes: events, the error, the waits between tries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ReasoningDelta,
    Retrying,
    StreamEvent,
    Warned,
)
from massgen_tui.config.model import AgentConfig
from tests.support.configs import agent_of

QUESTION = Call((Message("user", "what is machine learning?"),))


def agent_at(base_url: str, *, key: str | None = None, **backend: object) -> AgentConfig:
    """An agent `qwen1` on a server; `backend` is more of its config."""
    settings: dict[str, Any] = {"type": "vllm", "model": "m", "retries": 0} | backend
    secret = SecretStr(key) if key is not None else None
    return agent_of("qwen1", base_url=base_url, api_key=secret, **settings)


@dataclass(slots=True)
class Outcome:
    """What came of one question."""

    events: list[StreamEvent] = field(default_factory=list)
    error: BackendError | None = None

    @property
    def content(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ContentDelta))

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def failure(self) -> BackendError:
        assert self.error is not None, f"it went well: {self.events}"
        return self.error

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]

    @property
    def retries(self) -> list[Retrying]:
        return [event for event in self.events if isinstance(event, Retrying)]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


async def ask(
    backend: ChatCompletionsBackend, *, seen: Callable[[StreamEvent], None] | None = None
) -> Outcome:
    """Ask and wait for the end."""
    outcome = Outcome()
    try:
        async for event in backend.stream(backend.request(QUESTION)):
            outcome.events.append(event)
            if seen is not None:
                seen(event)
    except BackendError as error:
        outcome.error = error
    return outcome


def no_wait(waits: list[float]) -> Callable[[float], Awaitable[None]]:
    """A sleep that only notes how long it should have been."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    return sleep


async def ask_at(base_url: str, *, key: str | None = None, **backend: object) -> Outcome:
    """Ask a fresh agent at an address and close everything; fails when a task is left behind."""
    before = asyncio.all_tasks()
    one = ChatCompletionsBackend(agent_at(base_url, key=key, **backend), sleep=no_wait([]))
    try:
        return await ask(one)
    finally:
        await one.aclose()
        await asyncio.sleep(0)
        mine = {task for task in asyncio.all_tasks() - before if not _of_server(task)}
        assert not mine, mine


def _of_server(task: asyncio.Task[Any]) -> bool:
    return any(name in repr(task.get_coro()) for name in ("ScriptedServer", "_accept_connection"))
