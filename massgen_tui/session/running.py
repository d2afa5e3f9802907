"""Attempts under way: one task each, and the line of prompts that wait behind it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent, Warned
from massgen_tui.session.agent import Agent, Exchange
from massgen_tui.session.attempt import Attempt

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Run:
    """One attempt under way."""

    agent: Agent
    exchange: Exchange
    attempt: Attempt
    task: asyncio.Task[None] | None = None
    patient: bool = False
    """It waits, or waited, for its server: where that is not up after all, it waits on."""
    tries: int = 0
    """How often it was sent to a server that was not up."""
    ending: bool = False
    """It is being ended from outside: what is held back is still told, and no more comes."""
    looked_at: float = 0.0
    """When the server was last asked beside this stream's silence."""
    heard: float | None = None
    """When the stream had last said something, at that look."""
    strikes: int = 0
    """How many looks in a row said that the server is gone."""


@dataclass(slots=True, eq=False)
class Lane:
    """One agent's work: what runs, and what waits for it."""

    agent: Agent
    run: Run | None = None
    waiting: deque[Run] = field(default_factory=deque)

    @property
    def busy(self) -> bool:
        """Something runs or waits."""
        return self.run is not None or bool(self.waiting)

    @property
    def held(self) -> Run | None:
        """What waits for the server to be up."""
        run = self.run
        return run if run is not None and run.attempt.held is not None else None

    @property
    def latest(self) -> Exchange | None:
        """The exchange that runs, or the last that did."""
        if self.run is not None:
            return self.run.exchange
        return self.agent.exchanges[-1] if self.agent.exchanges else None


async def stream_into(run: Run, take: Callable[[StreamEvent], None]) -> None:
    """Ask the backend for this run's answer and hand on its events, until either ends.

    Raises:
        BackendError: the answer failed, whatever went wrong in the backend.
    """
    backend = run.agent.backend
    try:
        request = backend.request(run.agent.messages(run.exchange))
        for text in request.warnings:
            if text not in run.attempt.warnings:
                take(Warned(text))
        async with aclosing(backend.stream(request)) as events:
            async for event in events:
                if run.attempt.status.ended:
                    return
                take(event)
    except BackendError as error:
        error.agent = error.agent or run.agent.id
        error.server = error.server or backend.server
        raise
    except Exception as error:
        log.exception("the backend of agent %s failed in an unforeseen way", run.agent.id)
        raise _unforeseen(error, run.agent) from error


def _unforeseen(error: Exception, agent: Agent) -> BackendError:
    return BackendError(
        kind=ErrorKind.MALFORMED,
        message=f"the answer could not be handled ({type(error).__name__})",
        agent=agent.id,
        server=agent.backend.server,
        hint="this is a fault of massgen-tui: its log says more",
    )


def gone(agent: Agent, words: str) -> BackendError:
    """The error of a stream whose server went away without ending it."""
    return BackendError(
        kind=ErrorKind.INTERRUPTED,
        message=f"the stream fell silent and {words or 'the server is gone'}",
        agent=agent.id,
        server=agent.backend.server,
        hint="start the server again, then rerun",
    )
