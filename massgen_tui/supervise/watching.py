"""What the console wants to know of servers and GPUs; and what it is told where none is watched."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from massgen_tui.config.model import Config
from massgen_tui.monitor.energy import Energy
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import HealthReport, connect_health


class Watching(Protocol):
    """What the console wants to know of servers and GPUs."""

    @property
    def servers(self) -> Mapping[str, ServerStatus]:
        """The status of each server by its root, in the config's order."""
        ...

    @property
    def gpus(self) -> GpuSnapshot:
        """The GPUs of this host."""
        ...

    @property
    def relaxed(self) -> bool:
        """Look less often, since nobody sees it."""
        ...

    @relaxed.setter
    def relaxed(self, value: bool) -> None: ...

    def listen(self, learned: Callable[[], None]) -> None:
        """Call this on the event loop whenever something new is known."""
        ...

    async def start(self) -> None:
        """Begin to look."""
        ...

    async def stop(self) -> None:
        """Look no more."""
        ...

    async def health(self, agent: Agent) -> HealthReport:
        """Look after the server of an agent whose stream is silent."""
        ...

    def watch(self, config: Config) -> None:
        """Look at the servers of this config from now on: agents have come, gone or changed."""
        ...

    def heard(self, agent: Agent, attempt: Attempt) -> None:
        """Learn from an attempt that ended what a server that is not probed is like."""
        ...

    def asks(self, agent: Agent) -> None:
        """Learn that a request of this agent is about to be sent."""
        ...

    def follow(self, agents: Sequence[Agent]) -> None:
        """Once a second: learn what streams tell of servers."""
        ...

    def energy(self, attempt: Attempt) -> Energy | None:
        """What an answer that ended took, where that can be told."""
        ...


class NoMonitoring:
    """Looks at nothing (`monitor: false`); a silent stream is asked after all the same."""

    def __init__(self) -> None:
        """Know nothing."""
        self.relaxed = False

    @property
    def servers(self) -> Mapping[str, ServerStatus]:
        """None."""
        return {}

    @property
    def gpus(self) -> GpuSnapshot:
        """None."""
        return GpuSnapshot()

    def listen(self, learned: Callable[[], None]) -> None:
        """Nothing is ever learned."""

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""

    async def health(self, agent: Agent) -> HealthReport:
        """Whether the server still takes connections."""
        return await connect_health(agent)

    def watch(self, config: Config) -> None:
        """Nothing to do."""

    def heard(self, agent: Agent, attempt: Attempt) -> None:
        """Nobody asks for it."""

    def asks(self, agent: Agent) -> None:
        """Nobody is in its way."""

    def follow(self, agents: Sequence[Agent]) -> None:
        """Nothing is known, nothing to be told."""

    def energy(self, attempt: Attempt) -> Energy | None:
        """Nobody measures."""
        return None
