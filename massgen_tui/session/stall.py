"""Watches streams that have fallen silent and asks after their servers, beside them."""

import asyncio
from collections.abc import Callable, Iterable

from massgen_tui.session.agent import Agent
from massgen_tui.session.health import (
    HUNG,
    Health,
    HealthCheck,
    HealthReport,
    ask_health,
    connect_health,
)
from massgen_tui.session.queue import Job
from massgen_tui.session.times import Times

SILENT_AFTER = 5.0
"""Seconds without a byte after which a server is asked; again after as many."""
STRIKES = 2
"""Looks in a row that must find the server gone before its stream is given up."""
STARTS_AFTER = 10.0
"""Seconds without any byte after which a replica that may be starting is the likely reason."""
STARTING = "no byte yet, may be starting a replica"
PACE = 1.0
"""Seconds between two rounds."""


class StallDetector:
    """Asks after servers whose streams say nothing.

    Slow is never ended here; only gone is, and only when found twice.
    """

    def __init__(
        self,
        runs: Callable[[], Iterable[Job]],
        health: HealthCheck,
        clock: Callable[[], float],
        changed: Callable[[Job, str], None],
        gone: Callable[[Job, str], None],
    ) -> None:
        """Watch what `runs` gives.

        `changed` is called with what is newly known of a silent stream's server, `gone` when
        the server is.
        """
        self._runs = runs
        self._health = health
        self._clock = clock
        self._changed = changed
        self._gone = gone
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch, if it does not yet."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="silence watch")

    def stop(self) -> asyncio.Task[None] | None:
        """Stop watching; gives the task that is ending, if there was one."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def look(self) -> None:
        """Ask after every stream that is due for it, all at once."""
        now = self._clock()
        due = [job for job in self._runs() if _due(job, now)]
        if due:
            await asyncio.gather(*(self._look_at(job, now) for job in due))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(PACE)
            await self.look()

    async def _look_at(self, job: Job, now: float) -> None:
        heard = job.attempt.times.last_event
        if heard != job.heard:
            job.strikes = 0
        job.looked_at, job.heard = now, heard
        report = await ask_health(*self._asks(job))
        if job.attempt.status.ended or job.attempt.times.last_event != heard:
            return
        job.strikes = job.strikes + 1 if report.health is Health.GONE else 0
        if job.strikes >= STRIKES:
            self._gone(job, report.words)
        elif job.attempt.silent != (words := _words(report, job.attempt.times, now)):
            self._changed(job, words)

    def _asks(self, job: Job) -> tuple[HealthCheck, Agent]:
        """How to ask, and as which agent: what was sent to another server is asked after there.

        What is known of an agent's present server tells nothing of a stream of the one before.
        """
        if job.agent.profile.server == job.backend.server:
            return self._health, job.agent
        return connect_health, Agent(job.agent.config, job.backend)


def _due(job: Job, now: float) -> bool:
    attempt = job.attempt
    heard = attempt.times.last_event
    if heard is None or attempt.status.ended or attempt.retrying is not None:
        return False
    return now - max(heard, job.looked_at) >= SILENT_AFTER


def _words(report: HealthReport, times: Times, now: float) -> str:
    if report.health is Health.GONE:
        return f"gone? {report.words}"
    if report.starts and report.health is not Health.HUNG and times.unanswered:
        waited = now - (times.asked or now)
        return STARTING if waited >= STARTS_AFTER else ""
    word = HUNG if report.health is Health.HUNG else "slow"
    return f"{word}: {report.words}" if report.words else word
