"""The models of a config file, as the rest of the program sees it once it is read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.config.extras import Extra
from massgen_tui.config.merge import patched
from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.dialects import GENERIC, Dialect, resolve

NOT_OF_A_REQUEST = frozenset({"type", "base_url", "api_key", "timeout", "retries", "parameters"})
"""Keys that say where and how a request is sent, not what it asks for."""


class Checked(BaseModel):
    """Values that are checked, and do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Timeouts(Checked):
    """How long a request may take, in seconds; None means no limit."""

    connect: float | None = Field(default=5, gt=0)
    first_token: float | None = Field(default=600, gt=0)
    idle: float | None = Field(default=300, gt=0)
    total: float | None = Field(default=None, gt=0)


class Exporters(Checked):
    """Pages beside a server's own that tell of the machine it runs on."""

    gpu_metrics_url: str = Field(default="", description="A DCGM exporter on the server's host.")


class Endpoint(Exporters):
    """Where a server is and how it is reached: address, key, dialect, headers of one's own."""

    type: str = "chatcompletion"
    """The name of a dialect in `massgen_tui.dialects`, or whatever else the file says."""
    base_url: str = ""
    """Scheme, host, port and path up to `/v1` (or the provider's own), no trailing slash."""
    base_url_default: bool = False
    """The file names no address: `base_url` is where the type's server is by default."""
    api_key: SecretStr | None = None
    """The key that goes to this server, from the file, the environment or `.env`; None: `EMPTY`."""
    key_source: str = ""
    """Where the key came from (`VLLM_API_KEY`, `api_key in the config`), for people."""
    key_template: str = ""
    """What may be kept of `api_key` as it is written: its `${VAR}`, `***` for the rest."""
    extra_headers: tuple[Extra, ...] = ()
    """Sent with every request to this server's origin, and to no other."""
    extra_query: tuple[Extra, ...] = ()
    """Likewise, behind each address."""
    metrics_pages: tuple[MetricsPage, ...] = ()
    """Where its engine's numbers are told in its stead."""

    secrets: tuple[tuple[str, SecretStr], ...] = ()
    """Variables that hold a secret, wherever its agent uses them, and what they hold."""

    @property
    def dialect(self) -> Dialect:
        """What is spoken there; the generic dialect where the type is none that is known."""
        return resolve(self.type, self.base_url) or GENERIC


class RequestOptions(Checked):
    """What every agent takes besides its model, whatever its server."""

    tools: list[dict[str, Any]] = Field(
        default=[], description="Function tools as OpenAI writes them; sent, never executed."
    )
    tool_choice: str | dict[str, Any] | None = None
    timeout: Timeouts = Timeouts()
    retries: int = Field(default=2, ge=0, le=10, description="Only before the first byte.")
    extra_body: dict[str, Any] = Field(
        default={}, description="Merged deeply into the request's body, and wins."
    )
    echo_reasoning: bool | None = Field(
        default=None, description="Send reasoning back in later turns; by default as needed."
    )


class Settings(RequestOptions):
    """What an agent's server is asked for. Holds no key."""

    model: str = ""
    """The name the server knows it by."""
    system_message: str = ""
    parameters: Mapping[str, Any] = {}
    """Every other key of the backend that is meant for the server, as written."""

    def patched(self, patch: Mapping[str, object]) -> "Settings":
        """The settings with changes, as `backend:` in a config writes them.

        None takes a key away, mappings are merged. How a request is sent is no part of it.

        Raises:
            ValueError: a change is of no setting that a request has, or of another type.
        """
        if unfit := sorted(NOT_OF_A_REQUEST.intersection(patch)):
            raise ValueError(f"no setting of a request: {', '.join(unfit)}")
        named = type(self).model_fields.keys() - {"parameters"}
        own = {name: getattr(self, name) for name in self.model_fields_set & named}
        others = {name: value for name, value in patch.items() if name not in named}
        changes = {name: value for name, value in patch.items() if name in named}
        parameters = patched(self.parameters, others)
        return type(self).model_validate(patched(own, changes) | {"parameters": parameters})


class AgentProblem(Checked):
    """Why one agent cannot be asked, though the file is fine."""

    message: str
    hint: str = ""
    unset: tuple[str, ...] = ()
    """Variables without a value, with their place: what they should have filled in is not known."""


class AgentConfig(Checked):
    """One agent."""

    id: str
    endpoint: Endpoint
    settings: Settings = Settings()
    voting_sensitivity: str = ""
    """How good an answer must be for its vote: lenient, balanced or strict; empty: as all."""
    problem: AgentProblem | None = None
    """Set when this agent is unusable: no key, an unset variable, a type that is not spoken."""


class UiConfig(Checked):
    """How the console looks and what it keeps."""

    display_type: str = "textual_terminal"
    logging_enabled: bool = True
    theme: str = ""
    keymap: dict[str, str] = Field(default={}, description="Binding id: keys.")
    bell: bool = False
    terminal_title: bool = Field(
        default=True, description="Name the terminal's window after the config, and who answers."
    )
    notify: Literal["osc9", "osc777"] | None = Field(
        default=None,
        description="Notify the desktop when all answers have ended and the terminal has no focus.",
    )
    layout: Literal["grid", "columns"] | None = Field(
        default=None, description="In what the panes stand; by default as it was chosen last."
    )


class GpuSource(Checked):
    """GPUs of another machine, through its DCGM exporter."""

    dcgm: str = Field(description="A DCGM exporter, such as http://host:9400/metrics.")
    label: str = ""
    """What to call the machine; empty: its host name."""


class Config(Checked):
    """A whole config file."""

    path: Path | None = None
    name: str = ""
    """What the title says: the file's name without its ending."""
    agents: tuple[AgentConfig, ...]
    ui: UiConfig = UiConfig()
    """With what the user's own settings add to the file's."""
    file_ui: UiConfig | None = None
    """What the file itself says, where the user's settings add to it."""
    own_places: Mapping[str, str] = {}
    """Where in the user's settings a value of `ui` stands, by its path: `ui.keymap.rerun`."""
    monitor: bool = True
    """Whether servers and GPUs are looked at in the background."""
    servers: tuple[Endpoint, ...] = ()
    """Servers to look at that no agent uses."""
    gpus: tuple[GpuSource, ...] = ()
    coordination: CoordinationConfig = CoordinationConfig()
    """Whether agents agree on an answer, and how."""
    warnings: tuple[str, ...] = ()
    """What was ignored or looks wrong; to be shown once."""
