"""All agents' work: starts and ends attempts, lets the next in line begin, tells what happened."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from massgen_tui.backends.events import Arrived, BackendError, StreamEvent
from massgen_tui.backends.finishes import failure_of, worst
from massgen_tui.pulse import pulse
from massgen_tui.session.agent import Agent, Exchange
from massgen_tui.session.attempt import Attempt, Status
from massgen_tui.session.events import Clock, Observed
from massgen_tui.session.health import HealthCheck
from massgen_tui.session.hold import Hold
from massgen_tui.session.outcome import NOT_UP
from massgen_tui.session.running import Lane, Run, gone, stream_into
from massgen_tui.session.stall import SilenceWatch
from massgen_tui.session.times import Times

log = logging.getLogger(__name__)


class Lanes:
    """One lane an agent: at most one attempt runs or is held in it, the others wait behind."""

    def __init__(
        self,
        agents: Sequence[Agent],
        clock: Clock,
        health: HealthCheck | None,
        tell: Callable[[Observed], None],
        grain: float,
    ) -> None:
        """Make an empty lane for each agent; `tell` hears of everything that happens in them."""
        self._lanes = {agent.id: Lane(agent) for agent in agents}
        self._grain = grain
        self._clock = clock
        self._report = tell
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.idle = asyncio.Event()
        """Set while nothing runs or waits."""
        self.idle.set()
        self._listening = False
        self._watch = self._watching(health) if health is not None else None

    def __getitem__(self, id: str) -> Lane:
        """The lane of the agent with this id.

        Raises:
            ValueError: there is none.
        """
        try:
            return self._lanes[id]
        except KeyError:
            known = ", ".join(self._lanes)
            raise ValueError(f"no agent is called {id!r}; there are: {known}") from None

    def chosen(self, ids: Collection[str] | None) -> list[Lane]:
        """The lanes of these agents in the config's order, or all.

        Raises:
            ValueError: an id is no agent's.
        """
        if ids is None:
            return list(self._lanes.values())
        wanted = {self[id].agent.id for id in ids}
        return [lane for id, lane in self._lanes.items() if id in wanted]

    @property
    def closed(self) -> bool:
        """Nothing begins any more."""
        return self._closed

    @property
    def active(self) -> bool:
        """Something runs: what only waits for its server does not count."""
        return any(True for _ in self._running())

    def enlist(self, lane: Lane, exchange: Exchange, *, first: bool = False) -> Attempt:
        """Add an attempt at a prompt to the end of the line, or to its head."""
        run = self._added(lane, exchange)
        if first:
            lane.waiting.appendleft(run)
        else:
            lane.waiting.append(run)
        self.idle.clear()
        self._tell(run, None)
        return run.attempt

    def hold(self, lane: Lane, exchange: Exchange) -> Attempt:
        """Add an attempt at a prompt to a free lane and hold it back until `release`."""
        run = self._added(lane, exchange)
        run.patient = True
        run.attempt.hold(Hold(self._clock()))
        lane.run = run
        self.idle.clear()
        self._tell(run, None)
        return run.attempt

    def note(self, lane: Lane, words: str) -> None:
        """Say what is known of the server that the lane waits for."""
        run = lane.held
        hold = run.attempt.held if run is not None else None
        if run is not None and hold is not None and run.attempt.hold(replace(hold, words=words)):
            self._tell(run, None)

    def release(self, lane: Lane, *, patient: bool) -> bool:
        """Send what is held, if something is; if `patient`, a server not up is waited for again."""
        run = lane.held
        if run is None or self._closed:
            return False
        run.patient = patient
        self._begin(lane, run)
        return True

    def advance(self, lane: Lane) -> None:
        """Let the next in line begin if the lane is free."""
        if lane.run is None and lane.waiting and not self._closed:
            self._begin(lane, lane.waiting.popleft())
        elif not any(lane.busy for lane in self._lanes.values()):
            self._rest()

    def stop(self, lane: Lane) -> bool:
        """End what runs, without waiting for its socket; an answer that was whole is `done`."""
        run = lane.run
        if run is None or run.ending:
            return False
        if run.attempt.held is not None:
            self._let_go(lane, run, run.attempt.held)
            return True
        self._finish(lane, run, Status.CANCELLED)
        return True

    def take_back(self, lane: Lane) -> list[Exchange]:
        """Take all that waits out of the line and out of the conversation."""
        taken = []
        while lane.waiting:
            run = lane.waiting.popleft()
            lane.agent.exchanges.remove(run.exchange)
            lane.agent.revision += 1
            taken.append(run.exchange)
            self._end(run, Status.CANCELLED)
        return taken

    def close(self) -> set[asyncio.Task[None]]:
        """Stop everything for good; gives the tasks that are ending."""
        self._closed = True
        for lane in self._lanes.values():
            self.take_back(lane)
            self.stop(lane)
        watching = self._rest()
        return self._tasks | ({watching} if watching is not None else set())

    def _begin(self, lane: Lane, run: Run) -> None:
        lane.run = run
        run.attempt.begin()
        run.task = asyncio.get_running_loop().create_task(
            self._drive(lane, run), name=f"agent {lane.agent.id}"
        )
        self._tasks.add(run.task)
        run.task.add_done_callback(self._tasks.discard)
        self._tell(run, None)
        if not self._listening:
            self._listening = True
            pulse().listen(self._stood_still)
        if self._watch is not None:
            self._watch.start()

    def _rest(self) -> asyncio.Task[None] | None:
        """Nothing runs or waits: look after nothing; gives what is ending of that."""
        self.idle.set()
        if self._listening:
            self._listening = False
            pulse().leave(self._stood_still)
        return self._watch.stop() if self._watch is not None else None

    def _stood_still(self, seconds: float) -> None:
        """Let what runs know that the program did not, for so long."""
        for run in self._running():
            run.looked_at += seconds
            run.attempt.note_stop(seconds)
            self._tell(run, None)

    async def _drive(self, lane: Lane, run: Run) -> None:
        status: Status = Status.DONE
        failure: BackendError | None = None
        try:
            await stream_into(run, partial(self._take, run))
        except BackendError as error:
            status, failure = Status.FAILED, error
            if self._waits_on(run, error):
                return
        except asyncio.CancelledError:
            if not run.attempt.status.ended:
                # Not our own doing: the loop is being torn down, and nothing more may begin on it.
                self._closed = True
            status = Status.CANCELLED
            raise
        finally:
            if run.attempt.held is None:
                self._end(run, status, failure)
                self._free(lane, run)

    def _waits_on(self, run: Run, error: BackendError) -> bool:
        """Hold back again what was sent to a server that is not up after all."""
        attempt = run.attempt
        if not run.patient or self._closed or attempt.status.ended:
            return False
        if error.kind not in NOT_UP or not attempt.empty:
            return False
        run.tries += 1
        run.task = None
        attempt.hold(Hold(self._clock(), error.message, error, run.tries))
        self._tell(run, None)
        return True

    def _let_go(self, lane: Lane, run: Run, hold: Hold) -> None:
        """Take back what is held: nothing is left of what was never sent."""
        if hold.error is not None:
            self._end(run, Status.FAILED, hold.error)
        else:
            run.exchange.attempts.remove(run.attempt)
            run.exchange.front = -1
            lane.agent.revision += 1
            self._end(run, Status.CANCELLED)
        self._free(lane, run)

    def _added(self, lane: Lane, exchange: Exchange) -> Run:
        number = len(exchange.attempts) + 1
        times = Times(created=self._clock())
        attempt = Attempt(lane.agent.id, number, times, self._grain)
        exchange.attempts.append(attempt)
        lane.agent.revision += 1
        return Run(lane.agent, exchange, attempt)

    def _take(self, run: Run, event: StreamEvent) -> None:
        if isinstance(event, Arrived):
            run.attempt.date(event, self._clock())
            return
        run.attempt.apply(event, self._clock())
        self._tell(run, event)

    def _finish(
        self, lane: Lane, run: Run, status: Status, error: BackendError | None = None
    ) -> None:
        run.ending = True
        for event in run.agent.backend.held():
            self._take(run, event)
        if (reason := run.attempt.finish_reason) is not None:
            error = failure_of(worst(reason, run.attempt.native_reason))
            status = Status.DONE if error is None else Status.FAILED
            if error is not None:
                error.agent, error.server = run.agent.id, run.agent.backend.server
        self._end(run, status, error)
        if run.task is not None:
            run.task.cancel()
        self._free(lane, run)

    def _end(self, run: Run, status: Status, error: BackendError | None = None) -> None:
        if not run.attempt.status.ended:
            run.attempt.end(status, self._clock(), error)
            self._tell(run, None)

    def _free(self, lane: Lane, run: Run) -> None:
        if lane.run is run:
            lane.run = None
            self.advance(lane)

    def _tell(self, run: Run, event: StreamEvent | None) -> None:
        self._report(Observed(run.agent, run.exchange, run.attempt, event, self._clock()))

    def _running(self) -> Iterator[Run]:
        runs = (lane.run for lane in self._lanes.values() if lane.held is None)
        return (run for run in runs if run is not None)

    def _watching(self, health: HealthCheck) -> SilenceWatch:
        def changed(run: Run) -> None:
            self._tell(run, None)

        def lost(run: Run, words: str) -> None:
            self._finish(self[run.agent.id], run, Status.FAILED, gone(run.agent, words))

        return SilenceWatch(self._running, health, self._clock, changed, lost)
