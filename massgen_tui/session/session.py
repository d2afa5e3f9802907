"""A session: prompts to several agents at once, each with its own conversation."""

import time
from collections.abc import Callable, Collection

from massgen_tui.backends.base import Backend
from massgen_tui.backends.call import Call
from massgen_tui.backends.factory import make_backend
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.session import coordination_events, events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import GRAIN, Attempt
from massgen_tui.session.connections import Connections, bounded
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.events import Clock, Entry, Listener, SessionEvent, Stopped
from massgen_tui.session.health import HealthCheck, connect_health
from massgen_tui.session.listeners import Listeners
from massgen_tui.session.members import Members
from massgen_tui.session.notes import Notes
from massgen_tui.session.queue import AgentQueue, Queues, Wish
from massgen_tui.session.roster import Roster
from massgen_tui.session.scheduler import Scheduler
from massgen_tui.session.state import SessionState

CLOSE_STREAMS = 1.0
"""Seconds that streams may take to end; with what is behind them under 2, whatever servers do."""


class Session(Members):
    """Several agents that are asked together.

    Whatever happens becomes an event: the state takes it in first, then the listeners hear of it.
    All methods must be called on the event loop's thread.
    """

    def __init__(
        self,
        config: Config,
        *,
        backend_for: Callable[[AgentConfig], Backend] = make_backend,
        clock: Clock = time.monotonic,
        health: HealthCheck | None = connect_health,
        resolution_s: float = GRAIN,
    ) -> None:
        """Make an agent of each in the config; nothing is sent yet.

        Args:
            config: the agents.
            backend_for: makes an agent's backend.
            clock: gives monotonic seconds.
            health: asks a server beside its silent stream; None: nobody asks.
            resolution_s: seconds between two readings of a stream.
        """
        self.clock = clock
        self.resolution_s = resolution_s
        self._connections = Connections(backend_for)
        agents = [Agent(agent, self._connections.open(agent)) for agent in config.agents]
        self.state = SessionState(agents, resolution_s)
        self._listeners = Listeners()
        self._queues = Queues(AgentQueue(one, self._connections[one.id]) for one in agents)
        self._scheduler = Scheduler(self.state, self._queues, clock, health, self._emit)
        self._roster = Roster(
            config,
            self.state,
            queues=self._queues,
            connections=self._connections,
            users=self._scheduler.users,
            emit=self._emit,
        )
        self.notes = Notes(self._queues, self._scheduler, self._emit)

    def listen(self, listener: Listener, *, streams: bool = True) -> None:
        """Call `listener` for what happens from now on, with `streams` for pieces too."""
        self._listeners.add(listener, streams=streams)

    def leave(self, listener: Listener) -> None:
        """Call `listener` no more."""
        self._listeners.remove(listener)

    def ask(
        self,
        prompt: str,
        to: Collection[str] | None = None,
        *,
        defer: bool = False,
        cold: bool = False,
    ) -> list[Turn]:
        """Send a prompt to all agents, or to those with the ids `to`, and return without waiting.

        Paused ones are left out.

        An agent that still answers takes it when it is free (`queued`). With `defer` a free agent
        holds it until `release`, as after `defer`. `cold`: as `rerun` has it.
        """
        self._must_be_open()
        queues = self._queues.asked(to)
        if not queues:
            return []
        asked = self._prompted(prompt, queues)
        for queue, turn in zip(queues, asked, strict=True):
            if defer and not queue.busy:
                self._scheduler.defer(queue, turn, Wish(cold=cold))
            else:
                self._scheduler.enlist(queue, turn, Wish(cold=cold))
        for queue in queues:
            self._scheduler.advance(queue)
        return asked

    def begin_turn(
        self, prompt: str, to: Collection[str], *, edits: int | None = None
    ) -> list[Turn]:
        """Take a prompt in for these agents without asking them; `step` asks.

        Where it `edits` a turn, nothing of these agents may run or wait.
        """
        self._must_be_open()
        return self._prompted(prompt, self._queues.chosen(to), edits)

    def go_back(self, agent: str, turn: int) -> Stopped:
        """Let an agent's conversation end with this turn, which was set aside; what runs stops."""
        self._must_be_open()
        stopped = self.cancel([agent])
        self._emit(events.WentBack(turn, agent))
        return stopped

    def _prompted(
        self, prompt: str, queues: Collection[AgentQueue], edits: int | None = None
    ) -> list[Turn]:
        ids = tuple(queue.agent.id for queue in queues)
        self._emit(events.Prompted(self.state.next_turn, prompt, ids, edits=edits))
        return [queue.agent.turns[-1] for queue in queues]

    def step(
        self,
        agent: str,
        turn: Turn,
        call: Call | None = None,
        *,
        defer: bool = False,
        cold: bool = False,
        continues: Attempt | None = None,
    ) -> Attempt:
        """Ask an agent something of one's own at a turn, as another attempt at it.

        Without a `call` it asks what its conversation asks next, or it `continues` an attempt.
        With `defer` a free agent holds it until `release`. `cold`: as `rerun` has it.
        """
        self._must_be_open()
        queue = self._queues[agent]
        wish = Wish(call, cold, continues)
        if defer and not queue.busy:
            return self._scheduler.defer(queue, turn, wish)
        attempt = self._scheduler.enlist(queue, turn, wish)
        self._scheduler.advance(queue)
        return attempt

    def rerun(self, agents: Collection[str] | None = None, *, cold: bool = False) -> list[Attempt]:
        """Ask the last prompt of these agents (all by default) again.

        `cold`: without use of what servers computed for it before, where they can be asked so.

        A running attempt is stopped and kept, a held one sent at once. The last prompt is the one
        that is being answered or was answered last, not one that still waits.
        """
        self._must_be_open()
        again = []
        for queue in self._queues.asked(agents):
            turn, held = queue.latest, queue.deferred
            if held is not None:
                self._scheduler.release(queue, patient=False)
                again.append(held.attempt)
            elif turn is not None:
                again.append(self._scheduler.enlist(queue, turn, Wish(cold=cold), first=True))
                self._scheduler.stop(queue)
                self._scheduler.advance(queue)
        return again

    def defer(self, agents: Collection[str] | None = None) -> list[Attempt]:
        """Add an attempt at the last prompt of these agents (all by default), to be sent later.

        It is held until `release`, `rerun` (both send it) or `cancel` (takes it back), and later
        prompts wait behind it. Agents that answer, hold one or were asked nothing are left alone.
        """
        self._must_be_open()
        return [
            self._scheduler.defer(queue, queue.latest)
            for queue in self._queues.asked(agents)
            if queue.latest is not None and not queue.busy
        ]

    def release(self, agent: str) -> bool:
        """Send what this agent holds, if anything: its server seems to be up.

        Where it is unreachable or still loads after all, the same attempt is held again.
        """
        return self._scheduler.release(self._queues[agent], patient=True)

    def wait_no_more(self) -> None:
        """Send what is held; nothing of what was asked until now is held again."""
        for queue in self._queues.chosen(None):
            self._scheduler.wait_no_more(queue)

    @property
    def deferred(self) -> list[tuple[Agent, Deferral]]:
        """The agents whose attempt is held, and since when."""
        jobs = [queue.deferred for queue in self._queues.chosen(None)]
        return [(job.agent, job.attempt.deferral) for job in jobs if job and job.attempt.deferral]

    def cancel(self, agents: Collection[str] | None = None) -> Stopped:
        """Stop what these agents (all by default) are doing and take back what waits for them."""
        prompts = self.take_back(agents)
        return Stopped(sum(map(self._scheduler.stop, self._queues.chosen(agents))), prompts)

    def stop(self, attempt: int) -> None:
        """Stop one attempt, or let it never begin; prompts that wait behind it are asked."""
        self._scheduler.stop_attempt(attempt)

    def take_back(self, agents: Collection[str] | None = None) -> tuple[str, ...]:
        """Take back the prompts that wait for these agents (all by default); what runs goes on.

        Returns:
            Each taken-back prompt once, in the order they were given.
        """
        chosen = self._queues.chosen(agents)
        turns = (turn for queue in chosen for turn in self._scheduler.take_back(queue))
        taken = {turn.serial: turn.prompt for turn in turns}
        return tuple(taken[serial] for serial in sorted(taken))

    def start_over(self, agents: Collection[str] | None = None) -> Stopped:
        """Begin a new conversation with these agents (all by default); what runs is stopped."""
        stopped = self.cancel(agents)
        self._emit(events.Cleared(tuple(one.agent.id for one in self._queues.chosen(agents))))
        return stopped

    def bring_to_front(self, agent: str, turn: Turn, index: int) -> None:
        """Put another attempt at a prompt in front: it is shown, and later requests quote it.

        Raises:
            IndexError: there is no such attempt.
        """
        self._emit(events.BroughtToFront(turn.serial, agent, turn.attempts[index].serial))

    def rename(self, title: str) -> None:
        """Call the session by another title."""
        self._emit(events.Renamed(title))

    def break_off(self) -> int:
        """End what had not ended when a session that was read in was cut off.

        Returns:
            How many attempts that were.
        """
        broken_off = self._scheduler.break_off()
        for turn, [*_, last] in self.state.agreements.items():
            if not last.ended:
                self.notes.coordination(coordination_events.Concluded(turn))
        return broken_off

    @property
    def busy(self) -> bool:
        """Some attempt has not ended."""
        return not self._scheduler.idle.is_set()

    @property
    def active(self) -> bool:
        """Some attempt runs; one that is held, and what waits behind it, does not count."""
        return self._scheduler.active

    async def wait(self) -> None:
        """Return when no attempt is running, queued or held."""
        await self._scheduler.idle.wait()

    async def aclose(self) -> None:
        """Stop everything and close all connections; returns within 2 s whatever the servers do."""
        await bounded(self._scheduler.close(), CLOSE_STREAMS)
        await self._connections.aclose()

    def _must_be_open(self) -> None:
        if self._scheduler.closed:
            raise RuntimeError("the session is closed")

    def _emit(self, event: SessionEvent) -> None:
        entry = Entry(self.state.seq, self.clock(), event)
        self.state.apply(entry)
        self._listeners.tell(entry)
