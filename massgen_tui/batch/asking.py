"""Asks one agent for one answer, and tells a failure from a server that went away."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from massgen_tui.backends.base import Backend
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import BackendError, ErrorKind, Opened, StreamEvent, Warned
from massgen_tui.batch.book import Book
from massgen_tui.batch.lane import Unit
from massgen_tui.batch.prompts import OnePrompt, Prompt, Prompts
from massgen_tui.pulse import pulse
from massgen_tui.session import events
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cold import cold_settings
from massgen_tui.session.connections import Connections
from massgen_tui.session.generate import generate, gone
from massgen_tui.session.health import Health, HealthCheck, ask_health, connect_health
from massgen_tui.session.outcome import NOT_UP
from massgen_tui.session.queue import Job
from massgen_tui.session.stall import StallDetector
from massgen_tui.session.status import Status

LOOKS = 2
"""Looks at a server that cut an answer; one that is being ended may still take connections."""
BETWEEN = 0.5
"""Seconds between two of them."""

Ended = Callable[[Unit, Attempt, Prompt], None]


class Asker:
    """Asks for answers; what is under way when it is stopped counts as not asked."""

    def __init__(
        self,
        book: Book,
        connections: Connections,
        prompts: Prompts | OnePrompt,
        *,
        among: Iterable[str],
        cold: bool,
        ended: Ended,
        health: HealthCheck = connect_health,
    ) -> None:
        """Make ready.

        Args:
            book: what happens is written there.
            connections: the agents' backends.
            prompts: what is asked.
            among: the agents that are asked.
            cold: whether the server's prefix cache is to be of no use.
            ended: told of each answer, before it is let go.
            health: looks at a server whose stream broke off or says nothing.
        """
        self._book = book
        self._connections = connections
        self._prompts = prompts
        self._among = tuple(among)
        self._cold = cold
        self._ended = ended
        self._health = health
        self._jobs: dict[int, Job] = {}
        self._lost: dict[int, BackendError] = {}
        """Why streams were given up, by their attempts."""
        self._watch = StallDetector(
            lambda: tuple(self._jobs.values()), health, book.clock, self._silent, self._lose
        )

    def start(self) -> None:
        """Look after silent streams from now on."""
        self._watch.start()
        pulse().listen(self._stood_still)

    def stop(self) -> None:
        """Look after nothing more."""
        self._watch.stop()
        pulse().leave(self._stood_still)

    async def ask(self, unit: Unit, began: Callable[[], None]) -> BackendError | None:
        """Ask for one answer, and return when it has ended.

        Args:
            unit: the answer that is wanted.
            began: called when its first byte comes.

        Returns:
            Why the server is away, where it is: the answer is to be asked for again.
        """
        prompt, changes = self._prompts[unit.place], self._changes(unit.agent)
        cold: events.Cold = "" if not self._cold else "no" if changes is None else "yes"
        attempt = self._book.begin(unit.agent, prompt, unit.repeat, self._among, cold)
        job = self._job(unit, attempt)
        self._jobs[attempt.serial] = job
        failure: BackendError | None = None
        try:
            call = Call(prompt.messages, changes or {})
            failure = await self._outcome(job, call, began)
            if failure is not None and await self._away(job, failure):
                self._book.end(attempt, events.Withdrawn(attempt.serial))
                return failure
        except asyncio.CancelledError:
            self._book.end(attempt, events.Withdrawn(attempt.serial))
            raise
        finally:
            del self._jobs[attempt.serial]
            self._lost.pop(attempt.serial, None)
        self._tell(unit, prompt, attempt, failure)
        return None

    def _tell(
        self, unit: Unit, prompt: Prompt, attempt: Attempt, failure: BackendError | None
    ) -> None:
        status = Status.DONE if failure is None else Status.FAILED
        self._book.end(attempt, events.Ended(attempt.serial, status, failure))
        self._ended(unit, attempt, prompt)

    def _job(self, unit: Unit, attempt: Attempt) -> Job:
        agent = self._book.state.agents[unit.agent]
        turn = self._book.state.place(attempt.serial)[1]
        return Job(agent, self._connections[unit.agent], turn, attempt)

    def _changes(self, agent: str) -> Mapping[str, object] | None:
        """Changes to an agent's settings, for this answer; None: it is to be cold and cannot be."""
        return cold_settings(self._book.state.agents[agent].config) if self._cold else {}

    async def _outcome(
        self, job: Job, call: Call, began: Callable[[], None]
    ) -> BackendError | None:
        """What went wrong; None: the answer is whole."""
        take = partial(self._take, job.attempt, began)
        job.task = asyncio.create_task(generate(job.backend, call, take), name="answer")
        try:
            await job.task
        except BackendError as error:
            return error
        except asyncio.CancelledError:
            lost = self._lost.get(job.attempt.serial)
            if lost is None:
                await _ended(job.task)
                raise
            return lost
        return None

    def _take(self, attempt: Attempt, began: Callable[[], None], event: StreamEvent) -> None:
        if isinstance(event, Warned) and event.text in attempt.warnings:
            return
        if isinstance(event, Opened):
            began()
        self._book.emit(events.Streamed(attempt.serial, event))

    async def _away(self, job: Job, failure: BackendError) -> bool:
        """Whether a failure is that of a server that has gone away, which may come again."""
        if failure.kind in NOT_UP:
            return True
        if failure.kind is not ErrorKind.INTERRUPTED:
            return False
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(BETWEEN)
            if (await ask_health(self._health, job.agent)).health is Health.GONE:
                return True
        return False

    def _silent(self, job: Job, words: str) -> None:
        self._book.emit(events.Silent(job.attempt.serial, words))

    def _lose(self, job: Job, words: str) -> None:
        self._lost[job.attempt.serial] = gone(job.backend, words)
        if job.task is not None:
            job.task.cancel()

    def _stood_still(self, seconds: float) -> None:
        for job in self._jobs.values():
            job.looked_at += seconds
            self._book.emit(events.StoodStill(job.attempt.serial, seconds))


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait until a task that is being cancelled has let go of its socket, for a moment."""
    task.cancel()
    await asyncio.wait((task,), timeout=0.5)


def backend_server(backend: Backend) -> str:
    """What the limit of prompts at once is for: the server's root, or whatever is known of it."""
    return backend.server or backend.url or backend.agent
