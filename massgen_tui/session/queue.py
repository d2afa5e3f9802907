"""One agent's work: the attempt under way, and the line of those that wait behind it."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field, replace

from massgen_tui.backends.base import Backend
from massgen_tui.backends.call import Call
from massgen_tui.data_class import dataclass
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.rest import Rest


@dataclass(frozen=True, slots=True)
class Wish:
    """How an agent is to be asked, where that is not as ever."""

    call: Call | None = None
    """What is asked in place of the conversation's next request."""
    cold: bool = False
    """Without use of the server's prefix cache, where that can be."""
    continues: Attempt | None = None
    """Whose answer is gone on with."""


AS_EVER = Wish()


@dataclass(slots=True, eq=False)
class Job:
    """One attempt that waits, or is under way."""

    agent: Agent
    backend: Backend
    turn: Turn
    attempt: Attempt
    call: Call | None = None
    """What is asked where that is not the conversation's next request."""
    rest: Rest | None = None
    """Reads what goes on with another answer."""
    changes: Mapping[str, object] = field(default_factory=dict)
    """Changes to the agent's settings for this one."""
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

    def asked(self) -> Call:
        """What is asked now."""
        call = self.call or self.agent.call(self.turn)
        if self.changes:
            call = replace(call, settings={**call.settings, **self.changes})
        return call


@dataclass(slots=True, eq=False)
class AgentQueue:
    """One agent's work: what runs, and what waits for it."""

    agent: Agent
    backend: Backend
    job: Job | None = None
    waiting: deque[Job] = field(default_factory=deque)

    @property
    def busy(self) -> bool:
        """Something runs or waits."""
        return self.job is not None or bool(self.waiting)

    @property
    def deferred(self) -> Job | None:
        """What waits for the server to be up."""
        job = self.job
        return job if job is not None and job.attempt.deferral is not None else None

    @property
    def latest(self) -> Turn | None:
        """The turn that runs, or the last that did."""
        if self.job is not None:
            return self.job.turn
        return self.agent.turns[-1] if self.agent.turns else None


class Queues:
    """The queues of all agents, by id, in the agents' order."""

    def __init__(self, queues: Iterable[AgentQueue] = ()) -> None:
        """Hold these."""
        self._queues = {queue.agent.id: queue for queue in queues}

    def __getitem__(self, id: str) -> AgentQueue:
        """The queue of the agent with this id.

        Raises:
            ValueError: there is none.
        """
        try:
            return self._queues[id]
        except KeyError:
            known = ", ".join(self._queues)
            raise ValueError(f"no agent is called {id!r}; there are: {known}") from None

    def __iter__(self) -> Iterator[AgentQueue]:
        """All of them."""
        return iter(tuple(self._queues.values()))

    def chosen(self, ids: Collection[str] | None) -> list[AgentQueue]:
        """The queues of these agents in the agents' order, or all.

        Raises:
            ValueError: an id is no agent's.
        """
        if ids is None:
            return list(self._queues.values())
        wanted = {self[id].agent.id for id in ids}
        return [queue for id, queue in self._queues.items() if id in wanted]

    def asked(self, ids: Collection[str] | None) -> list[AgentQueue]:
        """Likewise, without those whose agent is paused.

        Raises:
            ValueError: an id is no agent's.
        """
        return [queue for queue in self.chosen(ids) if not queue.agent.paused]

    def add(self, queue: AgentQueue) -> None:
        """Hold one more, behind the others."""
        self._queues[queue.agent.id] = queue

    def remove(self, id: str) -> None:
        """Hold this one no more."""
        del self._queues[id]
