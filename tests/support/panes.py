"""Fake agents and attempts for tests of the stream view: no server, no clock but a number."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from massgen_tui.backends import events
from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import StreamEvent
from massgen_tui.config.model import AgentProblem
from massgen_tui.console.frame_loop import SLOWEST
from massgen_tui.console.stream.document import Document
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from tests.support.configs import agent_of


@dataclass
class SilentBackend:
    """A backend that is only looked at."""

    agent: str = "qwen1"
    provider: str = "vLLM"
    server: str = "http://localhost:8000"
    url: str = "http://localhost:8000/v1/chat/completions"
    model: str = "Qwen/Qwen3-4B"

    def request(self, call: Call) -> ChatRequest:
        return ChatRequest({})

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        if request.body:
            yield events.Heartbeat()

    def drain(self) -> list[events.StreamEvent]:
        return []

    async def aclose(self) -> None:
        return


def agent(id: str = "qwen1", problem: AgentProblem | None = None) -> Agent:
    """An agent nobody has asked yet."""
    config = agent_of(id, type="vllm", model="Qwen/Qwen3-4B", problem=problem)
    return Agent(config, SilentBackend(agent=id))


def ask(to: Agent, prompt: str = "why?") -> Attempt:
    """Begin an exchange; gives its first attempt, sent at 1.0 and opened at 1.1."""
    exchange = Turn(len(to.turns) + 1, prompt)
    to.turns.append(exchange)
    return rerun(to)


def rerun(to: Agent) -> Attempt:
    """Begin another attempt at the last prompt."""
    exchange = to.turns[-1]
    attempt = Attempt(to.id, len(exchange.attempts) + 1, Times(1.0), SLOWEST)
    exchange.attempts.append(attempt)
    exchange.front = -1
    to.revision += 1
    attempt.apply(events.RequestSent({}), 1.0)
    attempt.apply(events.Opened(), 1.1)
    return attempt


def think(attempt: Attempt, text: str, at: float = 1.25) -> None:
    attempt.apply(events.ReasoningDelta(text), at)


def say(attempt: Attempt, text: str, at: float = 2.25) -> None:
    attempt.apply(events.ContentDelta(text), at)


def finish(attempt: Attempt, reason: str | None = "stop", at: float = 5.0) -> None:
    if reason is not None:
        attempt.apply(events.Finished(reason), at)
    attempt.end(Status.DONE, at)


def shown(rows: Sequence[Row]) -> list[str]:
    """What rows say, without the spaces at their end."""
    return [row.text.rstrip() for row in rows]


def look(row: Row) -> tuple[object, ...]:
    return row.spans, row.join, row.fill, row.bare


class Page:
    """A document with a window high enough for all of it."""

    def __init__(self, to: Agent, width: int = 40, height: int = 1000) -> None:
        self.scroll = Scroll()
        self.scroll.resize(height)
        self.document = Document(to, self.scroll)
        self.document.set_width(width, 3.0)

    def read(self, now: float = 3.0) -> list[str]:
        self.document.flush(now)
        while self.document.waiting:
            self.document.flush(now)
        self.document.settle()
        return shown(self.scroll.rows)
