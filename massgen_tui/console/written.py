"""The agents as the config says them, beside which they may have been changed by now."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from massgen_tui.config.difference import differences
from massgen_tui.config.model import AgentConfig, Config, Settings
from massgen_tui.config.serialise import settings_values
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.store import kept_config
    from massgen_tui.store.resume import Resumed
else:
    kept_config = late("massgen_tui.store.kept_config")

ADDED = "not in the config"


def written_agents(config: Config, resumed: "Resumed | None") -> Sequence[AgentConfig]:
    """The agents as the config of a session has them, or had when a kept session began.

    Args:
        config: what the session runs with.
        resumed: the session that it goes on with.
    """
    if resumed is None or config.path is not None:
        return config.agents
    try:
        # its own settings go on, which are those of its end
        return kept_config.config_of(resumed.kept.head).agents
    except kept_config.NoConfigError:
        return config.agents


class AsWritten:
    """The settings of a config's agents."""

    def __init__(self, agents: Iterable[AgentConfig]) -> None:
        """Hold those of these agents."""
        self.renew(agents)

    def renew(self, agents: Iterable[AgentConfig]) -> None:
        """Hold those of these from now on: the config was read anew."""
        self._agents = {agent.id: agent for agent in agents}
        self._told: dict[str, tuple[AgentConfig, tuple[str, ...]]] = {}

    def settings(self, id: str) -> Settings | None:
        """The settings of an agent; None where the config has no agent of this id."""
        agent = self._agents.get(id)
        return agent.settings if agent is not None else None

    def differences(self, agent: AgentConfig) -> tuple[str, ...]:
        """What an agent is asked otherwise than the config says: `temperature 0.3 → 1`."""
        known = self._told.get(agent.id)
        if known is None or known[0] is not agent:
            known = self._told[agent.id] = agent, self._compared(agent)
        return known[1]

    def _compared(self, agent: AgentConfig) -> tuple[str, ...]:
        written = self._agents.get(agent.id)
        if written is None:
            return (ADDED,)
        if written.settings == agent.settings:
            return ()
        return tuple(differences(settings_values(written), settings_values(agent)))
