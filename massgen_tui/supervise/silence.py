"""Looks after the servers of silent streams where nothing watches them: of one prompt (`run`)."""

import time
from dataclasses import replace

from massgen_tui.config.model import Config
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.kinds import stacks
from massgen_tui.monitor.probe_client import ProbeClient
from massgen_tui.monitor.targets import targets_of
from massgen_tui.session.agent import Agent
from massgen_tui.session.health import Health, HealthReport, connect_health


class Lookout:
    """Asks whether a server still takes connections, and once whether it may start replicas."""

    def __init__(self, config: Config, fetcher: Fetcher | None = None) -> None:
        """Know the servers; nothing is asked yet."""
        targets = [target for target in targets_of(config) if not target.hosted]
        self._targets = {agent: target for target in targets for agent in target.agents}
        self._fetcher = fetcher or Fetcher()
        self._starts: dict[str, bool] = {}

    async def health(self, agent: Agent) -> HealthReport:
        """Look after the server of an agent whose stream is silent."""
        report = await connect_health(agent)
        target = self._targets.get(agent.id)
        if report.health is not Health.ALIVE or target is None or target.problem:
            return report
        if target.id not in self._starts:
            asking = ProbeClient(target, self._fetcher, time.monotonic)
            asking.begin(patient=False)
            self._starts[target.id] = await stacks.starts_replicas(asking)
        return replace(report, starts=self._starts[target.id])

    async def aclose(self) -> None:
        """Close all connections."""
        await self._fetcher.aclose()
