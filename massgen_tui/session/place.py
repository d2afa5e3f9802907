"""Where prompts go, and what is there."""

from typing import Protocol

from massgen_tui.data_class import dataclass


class Profile(Protocol):
    """Where an agent's prompts go, for people; a backend is one."""

    @property
    def provider(self) -> str:
        """The kind of server as people call it: `vLLM`, `SGLang`, `Cerebras`."""
        ...

    @property
    def server(self) -> str:
        """The server's root; empty when it has none."""
        ...

    @property
    def url(self) -> str:
        """Where prompts are posted, whole; empty when it has none."""
        ...

    @property
    def model(self) -> str:
        """The model that is asked for."""
        ...


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """The profile of an agent that has no connection: of a kept session."""

    provider: str = ""
    server: str = ""
    url: str = ""
    model: str = ""


@dataclass(slots=True)
class Place:
    """Where attempts of an agent were sent, and what proved to be there; they share it."""

    profile: KeptProfile
    served_by: str = ""
    """What the server proved to be, with its version, once a probe has told: `vLLM 0.33.0`."""

    @property
    def words(self) -> str:
        """What is there, as far as is known."""
        return self.served_by or self.profile.provider


def place_at(profile: Profile, served_by: str = "") -> Place:
    """The place that a profile tells of."""
    kept = KeptProfile(profile.provider, profile.server, profile.url, profile.model)
    return Place(kept, served_by)
