"""The first line of a session's file: what the session is, without a key."""

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from massgen_tui import __version__
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.session.agent import KeptProfile, Profile

FORMAT = 1
_ALPHABET = string.ascii_lowercase + string.digits


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class KeptAgent(_Part):
    """One agent's settings, as they stood in the config."""

    id: str
    provider: str = ""
    server: str = ""
    url: str = ""
    model: str = ""
    system_message: str = ""
    settings: Mapping[str, object] = {}
    """The agent as a config file says it, without a key."""

    @property
    def profile(self) -> KeptProfile:
        """Where its prompts went."""
        return KeptProfile(self.provider, self.server, self.url, self.model)


class Head(_Part):
    """What a session is."""

    format: int = FORMAT
    id: str
    """Eight lower-case letters or digits."""
    version: str = __version__
    """Of the program that wrote the file."""
    at: datetime
    """When the session began; `t` counts from here."""
    resolution_s: float
    """Seconds between two readings of a stream."""
    config: str = ""
    """The config's path, or its name."""
    title: str = ""
    agents: tuple[KeptAgent, ...]
    servers: tuple[Mapping[str, object], ...] = ()
    """Those of the config that no agent uses."""
    continues: str = ""
    """The session that this one goes on with; all of it is in this file."""
    resumed: datetime | None = None


def new_id() -> str:
    """A session's name."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def head_of(
    config: Config,
    profiles: Mapping[str, Profile],
    resolution_s: float,
    at: datetime | None = None,
) -> Head:
    """The head of a session of this config, begun `at` (now).

    Args:
        config: whose agents it has.
        profiles: where the prompts of each agent go.
        resolution_s: seconds between two readings of a stream.
        at: when it began.
    """
    return Head(
        id=new_id(),
        at=at or datetime.now(UTC),
        resolution_s=resolution_s,
        config=str(config.path) if config.path else config.name,
        title=config.name,
        agents=tuple(_kept(agent, profiles[agent.id]) for agent in config.agents),
        servers=tuple({"base_url": one.base_url, "type": one.type} for one in config.servers),
    )


def _kept(agent: AgentConfig, profile: Profile) -> KeptAgent:
    return KeptAgent(
        id=agent.id,
        provider=profile.provider,
        server=profile.server,
        url=profile.url,
        model=profile.model,
        system_message=agent.settings.system_message,
        settings=settings_of(agent),
    )


def settings_of(agent: AgentConfig) -> Mapping[str, object]:
    """An agent as a config file says it, without a key and without headers of its own."""
    endpoint, settings = agent.endpoint, agent.settings
    told: dict[str, object] = {"type": endpoint.type, "base_url": endpoint.base_url}
    asked = settings.model_dump(mode="json", exclude_defaults=True, exclude={"system_message"})
    return told | asked
