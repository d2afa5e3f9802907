"""All agents of a check, probed: servers at the same time, the agents of one after the other."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from massgen_tui.check.ask.finding import Finding, Result
from massgen_tui.check.ask.subject import Running, Subject, unknown
from massgen_tui.check.ask.table import examine, unprobed
from massgen_tui.config.model import AgentConfig
from massgen_tui.monitor.elsewhere import Elsewhere
from massgen_tui.monitor.fetch import PATIENCE, Fetcher
from massgen_tui.monitor.poller import ServerPoller
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.net.address import root_of

UNANSWERED: Final = 3
"""The exit code where nothing is as wanted; above it are those of signals."""
_SIGNALS: Final = {signal.SIGINT: 130, signal.SIGTERM: 143} | (
    {signal.SIGHUP: 129} if sys.platform != "win32" else {}
)


@dataclass(eq=False)
class Job:
    """One agent, what was known of its server when it was looked at, and what was found."""

    agent: AgentConfig
    status: ServerStatus | None
    found: list[Finding] = field(default_factory=list)


async def ask_all(jobs: Sequence[Job]) -> int:
    """Probe them all, and give the exit code.

    0: all as wanted; 2: some is not; 3: nothing is; 130, 143, 129: interrupted, and what was not
    probed yet is told as skipped.
    """
    stop, fetcher = asyncio.Event(), Fetcher()
    # who asks once waits for an answer
    elsewhere = Elsewhere(fetcher, time.monotonic, wait=PATIENCE)
    with _stopping(stop) as codes:
        asking = asyncio.ensure_future(_by_servers(jobs, fetcher, elsewhere))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asking, stopping):
                task.cancel()
            await asyncio.gather(asking, stopping, return_exceptions=True)
            await elsewhere.aclose()
            await fetcher.aclose()
    for job in jobs:
        job.found = unprobed(job.found, "interrupted")
    return codes[0] if codes else _code(jobs)


async def _by_servers(jobs: Sequence[Job], fetcher: Fetcher, elsewhere: Elsewhere) -> None:
    servers: dict[str, list[Job]] = {}
    for job in jobs:
        servers.setdefault(root_of(job.agent.endpoint.base_url), []).append(job)

    async def one(jobs: Sequence[Job]) -> None:
        for job in jobs:
            await examine(_subject(job, fetcher, elsewhere), job.found)

    await asyncio.gather(*(one(server) for server in servers.values()))


def _subject(job: Job, fetcher: Fetcher, elsewhere: Elsewhere) -> Subject:
    status, model = job.status, job.agent.settings.model
    if status is None:
        return Subject(job.agent)
    lengths = {card.id: card.context_length for card in status.models}
    # a server of one model answers by it, whatever it is asked for
    only = next(iter(lengths.values())) if len(lengths) == 1 else None
    return Subject(
        job.agent,
        status.kind or "",
        lengths.get(model, only),
        _running(status, fetcher, elsewhere),
    )


def _running(status: ServerStatus, fetcher: Fetcher, elsewhere: Elsewhere) -> Running:
    if status.target.hosted:
        return unknown
    watch = ServerPoller(status.target, fetcher, time.monotonic, elsewhere=elsewhere)

    async def running() -> int | None:
        return (await watch.look()).running

    return running


def _code(jobs: Sequence[Job]) -> int:
    results = {one.verdict.result for job in jobs for one in job.found}
    if Result.FAILED not in results:
        return 0
    return 2 if Result.OK in results else UNANSWERED


@contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[list[int]]:
    """Signals end the asking in order; gives the exit code of the one that came."""
    loop, codes = asyncio.get_running_loop(), list[int]()

    def stopped(number: signal.Signals) -> None:
        codes.append(_SIGNALS[number])
        stop.set()
        loop.remove_signal_handler(number)  # the same again ends the program as it always does

    with suppress(NotImplementedError):  # Windows: ctrl+c raises KeyboardInterrupt there
        for number in _SIGNALS:
            loop.add_signal_handler(number, stopped, number)
    try:
        yield codes
    finally:
        with suppress(NotImplementedError):
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
