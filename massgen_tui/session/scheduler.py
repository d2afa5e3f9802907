"""All agents' work: starts and ends attempts, and lets the next in line begin."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial

from massgen_tui.backends.base import Backend
from massgen_tui.backends.events import BackendError, StreamEvent, Warned
from massgen_tui.backends.finishes import failure_of, worst
from massgen_tui.pulse import pulse
from massgen_tui.session import events
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cold import cold_settings
from massgen_tui.session.events import Clock, SessionEvent
from massgen_tui.session.generate import generate, gone
from massgen_tui.session.health import HealthCheck
from massgen_tui.session.outcome import NOT_UP
from massgen_tui.session.queries import unended
from massgen_tui.session.queue import AS_EVER, AgentQueue, Job, Queues, Wish
from massgen_tui.session.rest import Rest
from massgen_tui.session.stall import StallDetector
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status

log = logging.getLogger(__name__)


class Scheduler:
    """One queue an agent: at most one attempt runs or is held in it, the others wait behind.

    It reads the state and emits events; it changes neither agents nor attempts.
    """

    def __init__(
        self,
        state: SessionState,
        queues: Queues,
        clock: Clock,
        health: HealthCheck | None,
        emit: Callable[[SessionEvent], None],
    ) -> None:
        """Work on the agents' queues; `emit` makes an event happen."""
        self._state = state
        self._queues = queues
        self._clock = clock
        self._emit = emit
        self._tasks: dict[asyncio.Task[None], Backend] = {}
        self._closed = False
        self.idle = asyncio.Event()
        """Set while nothing runs or waits."""
        self.idle.set()
        self._listening = False
        self._watch = self._watching(health) if health is not None else None

    @property
    def closed(self) -> bool:
        """Nothing begins any more."""
        return self._closed

    @property
    def active(self) -> bool:
        """Something runs: what only waits for its server does not count."""
        return any(True for _ in self._running())

    def enlist(
        self, queue: AgentQueue, turn: Turn, wish: Wish = AS_EVER, *, first: bool = False
    ) -> Attempt:
        """Add an attempt at a turn to the end of the line, or to its head."""
        job = self._added(queue, turn, wish)
        if first:
            queue.waiting.appendleft(job)
        else:
            queue.waiting.append(job)
        return job.attempt

    def defer(self, queue: AgentQueue, turn: Turn, wish: Wish = AS_EVER) -> Attempt:
        """Add an attempt at a turn to a free queue and hold it back until `release`."""
        job = self._added(queue, turn, wish)
        job.patient = True
        queue.job = job
        self._emit(events.Deferred(job.attempt.serial))
        return job.attempt

    def note(self, queue: AgentQueue, words: str) -> None:
        """Say what is known of the server that the queue waits for."""
        job = queue.deferred
        hold = job.attempt.deferral if job is not None else None
        if job is not None and hold is not None and hold.words != words:
            self._emit(events.DeferralNoted(job.attempt.serial, words))

    def release(self, queue: AgentQueue, *, patient: bool) -> bool:
        """Send what is held, if something is; if `patient`, a server not up is waited for again."""
        job = queue.deferred
        if job is None or self._closed:
            return False
        job.patient = patient
        self._begin(queue, job)
        return True

    def wait_no_more(self, queue: AgentQueue) -> None:
        """Send what is held, and let what runs fail where its server is not up."""
        if queue.job is not None:
            queue.job.patient = False
            self.release(queue, patient=False)

    def advance(self, queue: AgentQueue) -> None:
        """Let the next in line begin if the queue is free."""
        if queue.job is None and queue.waiting and not self._closed:
            self._begin(queue, queue.waiting.popleft())
        elif not any(queue.busy for queue in self._queues):
            self._rest()

    def stop(self, queue: AgentQueue) -> bool:
        """End what runs, without waiting for its socket; an answer that was whole is `done`."""
        job = queue.job
        if job is None or job.ending:
            return False
        if job.attempt.deferral is not None:
            self._let_go(queue, job, job.attempt.deferral.error)
            return True
        self._finish(queue, job, Status.CANCELLED)
        return True

    def stop_attempt(self, serial: int) -> None:
        """End this one, whether it runs, is held or waits; what else waits goes on."""
        for queue in self._queues:
            if queue.job is not None and queue.job.attempt.serial == serial:
                self.stop(queue)
            for job in [job for job in queue.waiting if job.attempt.serial == serial]:
                queue.waiting.remove(job)
                self._end(job, Status.CANCELLED)

    def take_back(self, queue: AgentQueue) -> list[Turn]:
        """Take all that waits out of the line and out of the conversation."""
        taken = []
        while queue.waiting:
            job = queue.waiting.popleft()
            self._end(job, Status.CANCELLED)
            self._emit(events.TakenBack(job.turn.serial, job.agent.id))
            taken.append(job.turn)
        return taken

    def break_off(self) -> int:
        """End what had not ended when a session that was read in was cut off; gives how many."""
        open = unended(self._state.agents.values())
        for attempt in open:
            self._emit(events.Ended(attempt.serial, Status.CANCELLED))
        return len(open)

    def close(self) -> set[asyncio.Task[None]]:
        """Stop everything for good; gives the tasks that are ending."""
        self._closed = True
        for queue in self._queues:
            self.take_back(queue)
            self.stop(queue)
        watching = self._rest()
        return set(self._tasks) | ({watching} if watching is not None else set())

    def users(self, backend: Backend) -> list[asyncio.Task[None]]:
        """The tasks that ask this backend, or are ending."""
        return [task for task, used in self._tasks.items() if used is backend]

    def _begin(self, queue: AgentQueue, job: Job) -> None:
        queue.job = job
        job.backend = queue.backend
        self._emit(events.Begun(job.attempt.serial))
        job.task = asyncio.get_running_loop().create_task(
            self._drive(queue, job), name=f"agent {queue.agent.id}"
        )
        self._tasks[job.task] = job.backend
        job.task.add_done_callback(self._tasks.pop)
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
        for job in self._running():
            job.looked_at += seconds
            self._emit(events.StoodStill(job.attempt.serial, seconds))

    async def _drive(self, queue: AgentQueue, job: Job) -> None:
        status: Status = Status.DONE
        failure: BackendError | None = None
        try:
            await generate(job.backend, job.asked(), partial(self._take, job))
        except BackendError as error:
            status, failure = Status.FAILED, error
            if self._waits_on(job, error):
                return
        except asyncio.CancelledError:
            if not job.attempt.status.ended:
                # Not our own doing: the loop is being torn down, and nothing more may begin on it.
                self._closed = True
            status = Status.CANCELLED
            raise
        finally:
            if job.attempt.deferral is None:
                self._end(job, status, failure)
                self._free(queue, job)

    def _waits_on(self, job: Job, error: BackendError) -> bool:
        """Hold back again what was sent to a server that is not up after all."""
        attempt = job.attempt
        if not job.patient or self._closed or attempt.status.ended:
            return False
        if error.kind not in NOT_UP or not error.passing or not attempt.empty:
            return False
        job.tries += 1
        job.task = None
        self._emit(events.Deferred(attempt.serial, error, job.tries))
        return True

    def _let_go(self, queue: AgentQueue, job: Job, error: BackendError | None) -> None:
        """Take back what is held: nothing is left of what was never sent."""
        if error is not None:
            self._end(job, Status.FAILED, error)
        else:
            self._end(job, Status.CANCELLED)
            self._emit(events.Withdrawn(job.attempt.serial))
        self._free(queue, job)

    def _added(self, queue: AgentQueue, turn: Turn, wish: Wish) -> Job:
        serial, agent, other = self._state.next_attempt, queue.agent, wish.continues
        changes = cold_settings(agent.config, agent.served_by) if wish.cold else {}
        told: events.Cold = "" if not wish.cold else "no" if changes is None else "yes"
        self.idle.clear()
        before = other.serial if other is not None else None
        self._emit(events.Queued(serial, agent.id, turn.serial, cold=told, continues=before))
        attempt = self._state.attempt(serial)
        call = wish.call
        how = call.continuing if call is not None else None
        rest = Rest(str(other.content), how) if other is not None else None
        return Job(agent, queue.backend, turn, attempt, call, rest, changes or {})

    def _take(self, job: Job, event: StreamEvent) -> None:
        attempt = job.attempt
        if attempt.status.ended or (isinstance(event, Warned) and event.text in attempt.warnings):
            return
        for one in (event,) if job.rest is None else job.rest.read(event):
            self._emit(events.Streamed(attempt.serial, one))

    def _finish(
        self, queue: AgentQueue, job: Job, status: Status, error: BackendError | None = None
    ) -> None:
        job.ending = True
        for event in job.backend.drain():
            self._take(job, event)
        if (reason := job.attempt.finish_reason) is not None:
            error = failure_of(worst(reason, job.attempt.native_reason))
            status = Status.DONE if error is None else Status.FAILED
            if error is not None:
                error.agent, error.server = job.agent.id, job.backend.server
        self._end(job, status, error)
        if job.task is not None:
            job.task.cancel()
        self._free(queue, job)

    def _end(self, job: Job, status: Status, error: BackendError | None = None) -> None:
        if not job.attempt.status.ended:
            for event in job.rest.end() if job.rest is not None else ():
                self._emit(events.Streamed(job.attempt.serial, event))
            self._emit(events.Ended(job.attempt.serial, status, error))

    def _free(self, queue: AgentQueue, job: Job) -> None:
        if queue.job is job:
            queue.job = None
            self.advance(queue)

    def _running(self) -> Iterator[Job]:
        jobs = (queue.job for queue in self._queues if queue.deferred is None)
        return (job for job in jobs if job is not None)

    def _watching(self, health: HealthCheck) -> StallDetector:
        def changed(job: Job, words: str) -> None:
            self._emit(events.Silent(job.attempt.serial, words))

        def lost(job: Job, words: str) -> None:
            self._finish(self._queues[job.agent.id], job, Status.FAILED, gone(job.backend, words))

        return StallDetector(self._running, health, self._clock, changed, lost)
