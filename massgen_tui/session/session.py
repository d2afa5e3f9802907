"""A session: prompts to several agents at once, each with its own conversation."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence

from massgen_tui.backends.base import Backend
from massgen_tui.backends.factory import make_backend
from massgen_tui.config.schema import AgentConfig, Config
from massgen_tui.session.agent import Agent, Exchange
from massgen_tui.session.attempt import GRAIN, Attempt
from massgen_tui.session.events import Clock, Observed, Observer, Recorder, Stopped
from massgen_tui.session.health import Health, HealthCheck, HealthReport, connect_health
from massgen_tui.session.hold import Hold
from massgen_tui.session.scheduler import Lanes

__all__ = [
    "Clock",
    "Health",
    "HealthCheck",
    "HealthReport",
    "Observed",
    "Observer",
    "Recorder",
    "Session",
    "Stopped",
]

log = logging.getLogger(__name__)

CLOSE_STREAMS = 1.0
CLOSE_CONNECTIONS = 0.7
"""Seconds that closing may take, together under 2 whatever the servers do."""


class Session:
    """Several agents that are asked together.

    All methods must be called on the event loop's thread.
    """

    agents: Sequence[Agent]

    def __init__(
        self,
        config: Config,
        *,
        backend_for: Callable[[AgentConfig], Backend] = make_backend,
        clock: Clock = time.monotonic,
        health: HealthCheck | None = connect_health,
        journal: Recorder | None = None,
        grain: float = GRAIN,
    ) -> None:
        """Make an agent of each in the config; nothing is sent yet.

        Args:
            config: the agents.
            backend_for: makes an agent's backend.
            clock: gives monotonic seconds.
            health: asks a server beside its silent stream; None: nobody asks.
            journal: keeps what happens.
            grain: seconds between two readings of a stream.
        """
        self.config = config
        self.clock = clock
        self.turn = 0
        """The number of the last prompt in this conversation; 0 before the first."""
        self.agents = tuple(Agent(agent, backend_for(agent)) for agent in config.agents)
        self._observers: list[Observer] = []
        self._journal = journal
        self._lanes = Lanes(self.agents, clock, health, self._tell, grain)

    def agent(self, id: str) -> Agent:
        """The agent with this id.

        Raises:
            ValueError: there is none.
        """
        return self._lanes[id].agent

    def observe(self, observer: Observer) -> None:
        """Call `observer` for everything that happens from now on."""
        self._observers.append(observer)

    def ask(self, prompt: str, to: Collection[str] | None = None) -> list[Exchange]:
        """Send a prompt to all agents, or to those with the ids `to`, and return without waiting.

        An agent that still answers takes it when it is free (`queued`).
        """
        self._must_be_open()
        lanes = self._lanes.chosen(to)
        if not lanes:
            return []
        self.turn += 1
        if self._journal is not None:
            self._journal.asked(self.turn, prompt, [lane.agent.id for lane in lanes])
        asked = []
        for lane in lanes:
            exchange = Exchange(turn=self.turn, prompt=prompt)
            lane.agent.exchanges.append(exchange)
            self._lanes.enlist(lane, exchange)
            asked.append(exchange)
        for lane in lanes:
            self._lanes.advance(lane)
        return asked

    def rerun(self, agents: Collection[str] | None = None) -> list[Attempt]:
        """Ask the last prompt of these agents (all by default) again.

        A running attempt is stopped and kept; one that is held is sent at once. The last prompt is
        the one that is being answered or was answered last, not one that still waits.
        """
        self._must_be_open()
        again = []
        for lane in self._lanes.chosen(agents):
            exchange, held = lane.latest, lane.held
            if held is not None:
                self._lanes.release(lane, patient=False)
                again.append(held.attempt)
            elif exchange is not None:
                exchange.front = -1
                again.append(self._lanes.enlist(lane, exchange, first=True))
                self._lanes.stop(lane)
                self._lanes.advance(lane)
        return again

    def hold(self, agents: Collection[str] | None = None) -> list[Attempt]:
        """Add an attempt at the last prompt of these agents (all by default), to be sent later.

        It is held until `release`, `rerun` (both send it) or `cancel` (takes it back). Agents that
        answer, or were asked nothing yet, are left alone; so are those that hold one already.
        Later prompts wait behind it. Nobody releases it here: that is for whoever knows when the
        server is up.
        """
        self._must_be_open()
        held = []
        for lane in self._lanes.chosen(agents):
            exchange = lane.latest
            if exchange is not None and not lane.busy:
                exchange.front = -1
                held.append(self._lanes.hold(lane, exchange))
        return held

    def release(self, agent: str) -> bool:
        """Send what this agent holds, if anything: its server seems to be up.

        Where it is unreachable or still loads after all, the same attempt is held again.
        """
        return self._lanes.release(self._lanes[agent], patient=True)

    def note_wait(self, agent: str, words: str) -> None:
        """Say what is known of the server that this agent's attempt is held for."""
        self._lanes.note(self._lanes[agent], words)

    @property
    def held(self) -> list[tuple[Agent, Hold]]:
        """The agents whose attempt is held, and since when."""
        runs = [lane.held for lane in self._lanes.chosen(None)]
        return [(run.agent, run.attempt.held) for run in runs if run and run.attempt.held]

    def cancel(self, agents: Collection[str] | None = None) -> Stopped:
        """Stop what these agents (all by default) are doing and take back what waits for them."""
        prompts = self.take_back(agents)
        return Stopped(sum(map(self._lanes.stop, self._lanes.chosen(agents))), prompts)

    def take_back(self, agents: Collection[str] | None = None) -> tuple[str, ...]:
        """Take back the prompts that wait for these agents (all by default); what runs goes on.

        Returns:
            Each taken-back prompt once, in the order they were given.
        """
        taken = {
            exchange.turn: exchange.prompt
            for lane in self._lanes.chosen(agents)
            for exchange in self._lanes.take_back(lane)
        }
        return tuple(taken[turn] for turn in sorted(taken))

    def start_over(self, agents: Collection[str] | None = None) -> Stopped:
        """Begin a new conversation with these agents (all by default); what runs is stopped."""
        stopped = self.cancel(agents)
        chosen = [lane.agent for lane in self._lanes.chosen(agents)]
        for agent in chosen:
            agent.exchanges.clear()
            agent.revision += 1
        if not any(agent.exchanges for agent in self.agents):
            self.turn = 0
        if self._journal is not None:
            self._journal.started_over([agent.id for agent in chosen])
        return stopped

    def bring_to_front(self, agent: str, exchange: Exchange, index: int) -> None:
        """Put another attempt at a prompt in front: it is shown, and later requests quote it.

        Raises:
            IndexError: there is no such attempt.
        """
        exchange.front = range(len(exchange.attempts))[index]
        self.agent(agent).revision += 1

    @property
    def busy(self) -> bool:
        """Some attempt has not ended."""
        return not self._lanes.idle.is_set()

    @property
    def active(self) -> bool:
        """Some attempt runs; one that is held, and what waits behind it, does not count."""
        return self._lanes.active

    async def wait(self) -> None:
        """Return when no attempt is running, queued or held."""
        await self._lanes.idle.wait()

    async def aclose(self) -> None:
        """Stop everything and close all connections; returns within 2 s whatever the servers do."""
        await _bounded(self._lanes.close(), CLOSE_STREAMS)
        if self._journal is not None:
            self._journal.close()
        closing = {asyncio.ensure_future(_close(agent)) for agent in self.agents}
        await _bounded(closing, CLOSE_CONNECTIONS)

    def _must_be_open(self) -> None:
        if self._lanes.closed:
            raise RuntimeError("the session is closed")

    def _tell(self, observed: Observed) -> None:
        if self._journal is not None:
            self._journal.observe(observed)
        for observer in self._observers:
            try:
                observer(observed)
            except Exception:
                log.exception("an observer of agent %s failed", observed.agent.id)


async def _close(agent: Agent) -> None:
    try:
        await agent.backend.aclose()
    except Exception:
        log.exception("closing the connections of agent %s failed", agent.id)


async def _bounded(tasks: Collection[asyncio.Future[None]], seconds: float) -> None:
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
