"""Servers and GPUs behind the screen: looked at from the first paint on."""

import asyncio
import contextlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import is_
from types import ModuleType
from typing import TYPE_CHECKING

from massgen_tui.config.model import Config
from massgen_tui.monitor.energy import Energy
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import Health, HealthReport, connect_health
from massgen_tui.supervise.energy_metering import Metering
from massgen_tui.supervise.passive_health import (
    AWAY,
    last_word,
    running_on,
    state_heard,
    status_of,
    statuses_by_agent,
)

if TYPE_CHECKING:
    from massgen_tui.monitor.gpu_processes import GpuProcesses
    from massgen_tui.monitor.gpus import GpuMonitor
    from massgen_tui.monitor.servers import ServerMonitor
    from massgen_tui.session.session import Session

_SERVERS = (
    "massgen_tui.monitor.servers",
    "massgen_tui.monitor.targets",
    "massgen_tui.monitor.dcgm",
    "massgen_tui.monitor.client",
)
_GPUS = ("massgen_tui.monitor.gpus", "massgen_tui.monitor.gpu_processes")
HEAD_START = 0.5
"""Seconds that what was asked at the start has before a GPU driver is opened, which holds up all
threads for 0.2 s (on an H200)."""


class Monitors:
    """The servers' and the GPUs' monitors; `start` imports their libraries, off the event loop."""

    def __init__(self, config: Config, *, gpus_after: float = 0.0) -> None:
        """Know the config; nothing is imported yet. GPUs are looked at so many seconds later."""
        self._config = config
        self._gpus_after = gpus_after
        self._servers: ServerMonitor | None = None
        self._gpus: GpuMonitor | None = None
        self._owners: GpuProcesses | None = None
        self._metering = Metering()
        self._relaxed = False
        self._learned: list[Callable[[], None]] = []

    @property
    def servers(self) -> Mapping[str, ServerStatus]:
        """The statuses; empty until it has started."""
        return self._servers.statuses if self._servers else {}

    @property
    def gpus(self) -> GpuSnapshot:
        """The last sample; empty until there is one."""
        own = self._gpus.snapshot if self._gpus else GpuSnapshot()
        return replace(own, others=self._servers.gpus) if self._servers else own

    @property
    def relaxed(self) -> bool:
        """Servers are looked at less often."""
        return self._relaxed

    @relaxed.setter
    def relaxed(self, value: bool) -> None:
        self._relaxed = value
        if self._servers is not None:
            self._servers.relaxed = value

    def listen(self, learned: Callable[[], None]) -> None:
        """Call this on the event loop after each look that learned something."""
        self._learned.append(learned)

    def _tell(self) -> None:
        for learned in self._learned:
            learned()

    async def start(self) -> None:
        """Import, then look at all servers and GPUs until `stop`."""
        servers, targets, dcgm, *_ = await asyncio.to_thread(_imported, _SERVERS)
        watched: ServerMonitor = servers.ServerMonitor(
            targets.targets_of(self._config),
            exporters=dcgm.exporters_of(self._config),
            learned=self._tell,
        )
        self._servers = watched
        watched.relaxed = self._relaxed
        watched.start()
        gpus, owners = await asyncio.to_thread(_imported, _GPUS)
        self._owners = owners.GpuProcesses(owners.places_of(targets.targets_of(self._config)))
        tell = partial(_in_loop, asyncio.get_running_loop(), self._tell)
        self._gpus = gpus.GpuMonitor(owners=self._owners, delay=self._gpus_after, sampled=tell)
        if self._gpus is not None:
            self._gpus.start()

    async def stop(self) -> None:
        """End both; a GPU driver that hangs is left to its daemon thread."""
        if self._gpus is not None:
            self._gpus.stop(timeout=0.1)
        if self._servers is not None:
            await self._servers.stop()

    async def health(self, agent: Agent) -> HealthReport:
        """Whether the server still takes connections, and what it says of its queue."""
        report = await connect_health(agent)
        if report.health is not Health.ALIVE or self._servers is None:
            return report
        watched = status_of(agent, self._servers.statuses)
        if watched is None or watched.target.hosted:
            return report
        status = await self._servers.look(watched.target)
        if status.condition is Condition.HUNG:
            return HealthReport(Health.HUNG, status.reason)
        words = _words(status) or report.words
        return HealthReport(report.health, words, starts=_may_start(status))

    def watch(self, config: Config) -> None:
        """Look at the servers of this config from now on; what is known of the others stays."""
        self._config = config
        if self._servers is None:
            return  # `start` will
        targets, dcgm, owners = [
            importlib.import_module(f"massgen_tui.monitor.{name}")
            for name in ("targets", "dcgm", "gpu_processes")
        ]
        found = targets.targets_of(config)
        self._servers.set_targets(found, dcgm.exporters_of(config))
        if self._owners is not None:
            self._owners.set_places(owners.places_of(found))

    def heard(self, agent: Agent, attempt: Attempt) -> None:
        """Tell the monitor what a request of our own met: providers' APIs are not probed."""
        status, told = status_of(agent, self.servers), state_heard(attempt)
        if self._servers is not None and status is not None and told is not None:
            code = attempt.error.status if attempt.error else None
            self._servers.heard(status.target.id, *told, code)
            if attempt.error is None:
                self._servers.answered(status.target.id, agent.profile.model)

    def asks(self, agent: Agent) -> None:
        """Tell the monitor, before the request is out, that it must not disturb this server."""
        status = status_of(agent, self.servers)
        if self._servers is not None and status is not None:
            self._servers.await_answer(status.target.id)

    def follow(self, agents: Sequence[Agent]) -> None:
        """Tell the monitor which servers stream to us."""
        if self._servers is None:
            return
        now_running = running_on(agents, self.servers)
        ids = {
            status.target.id
            for attempt, status in now_running
            if status is not None and attempt.retrying is None
        }
        self._servers.await_answers(ids)
        for attempt, status in now_running:
            at = last_word(attempt)
            if status is not None and at is not None:
                self._servers.talked(status.target.id, at)
        if self._gpus is not None:
            self._metering.tick(now_running, self._gpus.snapshot)

    def energy(self, attempt: Attempt) -> Energy | None:
        """What an answer took, as far as this host's GPUs tell."""
        return self._metering.energy(attempt)


def _imported(modules: Sequence[str]) -> list[ModuleType]:
    return [importlib.import_module(module) for module in modules]


def _in_loop(loop: asyncio.AbstractEventLoop, learned: Callable[[], None]) -> None:
    """Call `learned` in the loop, from any thread, unless the loop has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(learned)


def _may_start(status: ServerStatus) -> bool:
    """Whether a prompt may be waiting for a replica there: nothing tells that one runs."""
    runs = bool(status.running) or (status.workers is not None and status.workers.healthy > 0)
    return status.starts_replicas and not runs


def _words(status: ServerStatus) -> str:
    if status.reason or status.state is not ServerState.UP:
        return status.reason.removesuffix(": slow or hung") or status.state.value
    if status.waiting:
        return f"{_requests(status.waiting)} waiting"
    if status.running:
        return f"{_requests(status.running)} running"
    return "the server is up"


def _requests(count: int) -> str:
    return "1 request is" if count == 1 else f"{count} requests are"


Noted = tuple[Agent, object, ServerStatus | None]
"""An agent, what it was asked with, and what was known of its server."""


def note_servers(
    session: "Session", servers: Mapping[str, ServerStatus], noted: dict[str, Noted] | None = None
) -> None:
    """Tell the session of each agent's server: whether it is up, what it is, how long its context.

    What was once known of it stays where a look tells no more. `noted` is what was told the last
    time, where this is called again and again: of most servers nothing is new.
    """
    by_agent = statuses_by_agent(servers)
    noted = {} if noted is None else noted
    for agent in session.agents:
        status = by_agent.get(agent.id)
        now, before = (agent, agent.profile, status), noted.get(agent.id)
        if before is not None and all(map(is_, before, now)):
            continue
        noted[agent.id] = now
        served_by, context = agent.served_by, agent.context_length
        if status is not None and status.kind:
            served_by = " ".join(part for part in (status.kind, status.version) if part)
        for model in status.models if status else ():
            if model.id == agent.profile.model and model.context_length:
                context = model.context_length
        session.notes.server(
            agent.id,
            away=status is not None and status.state in AWAY,
            served_by=served_by,
            context_length=context,
        )
