"""What each kind of server takes, gives and answers to, as data: no `if provider ==` anywhere else."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Thinking(Enum):
    """Where a dialect wants `enable_thinking` to stand in the request's body."""

    TEMPLATE = "chat_template_kwargs.enable_thinking"
    TOP_LEVEL = "enable_thinking"
    TYPE = "thinking.type"
    """`thinking: {type: enabled | disabled}`."""
    REASONING = "reasoning.enabled"
    EFFORT = "reasoning_effort"
    """Only an effort: off is `none`."""
    NONE = ""
    """No switch."""


class Echo(StrEnum):
    """Whether reasoning goes back to the server in the history."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Probe(StrEnum):
    """How a server of this kind is looked at."""

    VLLM = "vllm"
    SGLANG = "sglang"
    LLAMACPP = "llamacpp"
    OLLAMA = "ollama"
    MODELS = "models"
    """`/models` once, then only what our own requests tell."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server or one hosted API."""

    name: str
    """The config's `type:`."""
    provider: str
    """As people write it: `vLLM`."""
    base_url: str = ""
    """Where it is when the config does not say."""
    hosts: tuple[str, ...] = ()
    """The provider's own hosts, exactly; its key goes to no other, and only over https. Empty: any address."""
    key_vars: tuple[str, ...] = ()
    """Environment variables that may hold its key; the first that is set wins."""
    default_key: str | None = None
    """Sent when there is no key; None: a key is needed."""
    extras: frozenset[str] = frozenset()
    """Parameters beyond OpenAI's that it takes at the top of the body."""
    open: bool = False
    """Unknown parameters are sent as they are, with a warning; else they are an error."""
    thinking: Thinking = Thinking.NONE
    efforts: bool = False
    """It takes `reasoning_effort`."""
    thinking_budget: str = ""
    """The name of its parameter for the most tokens of thought; empty: none."""
    token_limit: str = ""
    """The only name it takes for the token limit; empty: either."""
    stream_options: bool = True
    echo: Echo = Echo.NEVER
    probe: Probe = Probe.MODELS
    start_command: tuple[str, ...] = ()
    """Words that start it, with `{model}` and `{port}`; empty: it cannot be started by the user."""
