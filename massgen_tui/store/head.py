"""The first line of a session's file: what the session is, without a key."""

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, field_validator

from massgen_tui import __version__
from massgen_tui.config.model import AgentConfig, Config, Endpoint, Settings
from massgen_tui.config.serialise import endpoint_values, kept_values
from massgen_tui.session.agent import KeptProfile, Profile
from massgen_tui.store.formats import FORMAT

_ALPHABET = string.ascii_lowercase + string.digits


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", from_attributes=True, allow_inf_nan=False
    )


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

    @property
    def config(self) -> AgentConfig:
        """An agent that can be looked at; to ask it, its settings are read anew."""
        endpoint = Endpoint(type=str(self.settings.get("type", "")))
        backend = self.settings.get("backend")
        settings = Settings(
            model=self.model,
            system_message=self.system_message,
            # whole, so that two can be told apart
            parameters=dict(backend) if isinstance(backend, Mapping) else {},
        )
        return AgentConfig(id=self.id, endpoint=endpoint, settings=settings)


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
    gpus: tuple[Mapping[str, object], ...] = ()
    ui: Mapping[str, object] = {}
    monitor: bool = True
    continues: str = ""
    """The session that this one goes on with; all of it is in this file."""
    resumed: datetime | None = None
    """When this file was begun, of a session that goes on with another one."""

    @field_validator("at", "resumed")
    @classmethod
    def _on_a_wall(cls, at: datetime | None) -> datetime | None:
        """A moment that every time zone has; of UTC where the file names none."""
        if at is None:
            return None
        if not 1 < at.year < 9999:
            raise ValueError("no clock showed this")
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def new_id() -> str:
    """A session's name."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def head_of(
    config: Config,
    profiles: Mapping[str, Profile],
    resolution_s: float,
    before: Head | None = None,
) -> Head:
    """The head of a session of this config that begins now, or goes on.

    Args:
        config: whose agents it has.
        profiles: where the prompts of each agent go.
        resolution_s: seconds between two readings of a stream.
        before: the head of the session that this one goes on with, whose agents it begins with.
    """
    now = datetime.now(UTC)
    return Head(
        id=new_id(),
        at=before.at if before else now,
        continues=before.id if before else "",
        resumed=now if before else None,
        resolution_s=resolution_s,
        config=_source(config, before),
        title=config.name,
        agents=before.agents
        if before
        else tuple(kept_agent(agent, profiles[agent.id]) for agent in config.agents),
        servers=tuple(endpoint_values(one) for one in config.servers),
        gpus=tuple(one.model_dump(exclude_defaults=True) for one in config.gpus),
        ui=(config.file_ui or config.ui).model_dump(exclude_defaults=True),
        monitor=config.monitor,
    )


def _source(config: Config, before: Head | None) -> str:
    """The config's whole path, so that it is found again from any folder; without one, its name."""
    if config.path is not None:
        return str(config.path.absolute())
    return (before.config if before else "") or config.name


def kept_agent(agent: AgentConfig, profile: Profile) -> KeptAgent:
    """What is kept of an agent."""
    return KeptAgent(
        id=agent.id,
        provider=profile.provider,
        server=profile.server,
        url=profile.url,
        model=profile.model,
        system_message=agent.settings.system_message,
        settings=kept_values(agent),
    )
