"""What many prompts go through: events, the state of those under way, and who hears of them."""

import time
from collections.abc import Callable, Sequence

from massgen_tui.batch.prompts import Prompt
from massgen_tui.config.model import Config
from massgen_tui.session import events
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import GRAIN, Attempt
from massgen_tui.session.connections import Connections
from massgen_tui.session.events import Clock, Entry, Listener, SessionEvent
from massgen_tui.session.listeners import Listeners
from massgen_tui.session.redact import redactor_of
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status


class Book:
    """A session of prompts that stand for themselves: what has ended is heard of, and let go."""

    def __init__(
        self,
        config: Config,
        connections: Connections,
        *,
        clock: Clock = time.monotonic,
        resolution_s: float = GRAIN,
    ) -> None:
        """Begin with the agents of a config, each of which has a backend then."""
        self.config = config
        self.clock = clock
        self.resolution_s = resolution_s
        self.redact = redactor_of(config)
        self.state = SessionState(
            (Agent(one, connections.open(one)) for one in config.agents), resolution_s
        )
        self._turns: dict[tuple[str, str], int] = {}
        """The turn of each prompt's id and agent."""
        self._listeners = Listeners()

    @property
    def agents(self) -> Sequence[Agent]:
        """The agents, in their order."""
        return tuple(self.state.agents.values())

    def listen(self, listener: Listener) -> None:
        """Call `listener` for everything that happens from now on."""
        self._listeners.add(listener)

    def emit(self, event: SessionEvent, at: float | None = None) -> None:
        """Make something happen."""
        entry = Entry(self.state.seq, self.clock() if at is None else at, event)
        self.state.apply(entry)
        self._listeners.tell(entry)

    def begin(
        self,
        agent: str,
        prompt: Prompt,
        repeat: int,
        among: Sequence[str],
        cold: events.Cold = "",
    ) -> Attempt:
        """Begin an answer of an agent to a prompt, which is written down for all `among` it first.

        Args:
            agent: who answers.
            prompt: what is asked.
            repeat: which of its answers it is, from 1.
            among: the agents that are to answer it.
            cold: whether it is asked without use of the prefix cache.
        """
        id = prompt.id
        if (id, agent) not in self._turns:
            turn = self.state.next_turn
            new = tuple(one for one in among if (id, one) not in self._turns)
            self.emit(events.Prompted(turn, prompt.text, new, id, prompt.digest))
            self._know(turn, id, new)
        turn, serial = self._turns[id, agent], self.state.next_attempt
        self.state.recall(agent, turn, prompt.text)
        self.emit(events.Queued(serial, agent, turn, repeat, cold))
        self.emit(events.Begun(serial))
        return self.state.attempt(serial)

    def end(self, attempt: Attempt, event: events.Ended | events.Withdrawn) -> None:
        """End an attempt, and let go of it once all have heard."""
        _, turn, _ = self.state.place(attempt.serial)
        self.emit(event)
        self.state.shelve(attempt.agent, turn.serial)

    def take_kept(self, at: float, event: SessionEvent, hear: Callable[[Entry], None]) -> None:
        """Take in what a file tells, let `hear` hear of it, and let go of what has ended."""
        if isinstance(event, events.Queued):
            self.state.recall(event.agent, event.turn, "")
        turn = self._turn_of(event)
        entry = Entry(self.state.seq, at, event)
        self.state.apply(entry)
        hear(entry)
        if isinstance(event, events.Prompted):
            self._know(event.turn, event.id, event.agents)
        elif turn is not None:
            self.state.shelve(*turn)

    def withdraw_open(self) -> None:
        """Take back what was under way when the file was cut off: it counts as not asked."""
        open_ones = [
            attempt
            for agent in self.agents
            for turn in agent.turns
            for attempt in turn.attempts
            if attempt.status is not Status.DONE
        ]
        for attempt in open_ones:
            self.end(attempt, events.Withdrawn(attempt.serial))

    def _turn_of(self, event: SessionEvent) -> tuple[str, int] | None:
        if isinstance(event, events.Ended | events.Withdrawn):
            agent, turn, _ = self.state.place(event.attempt)
            return agent.id, turn.serial
        return None

    def _know(self, turn: int, prompt: str, agents: Sequence[str]) -> None:
        for agent in agents:
            self._turns[prompt, agent] = turn
            self.state.shelve(agent, turn)
