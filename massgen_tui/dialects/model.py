"""What is written down about one kind of server."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, StrEnum
from types import MappingProxyType

from massgen_tui.data_class import dataclass


class Thinking(Enum):
    """Where a dialect wants `enable_thinking` to stand in the request's body."""

    TEMPLATE = "chat_template_kwargs.enable_thinking"
    TOP_LEVEL = "enable_thinking"
    TYPE = "thinking.type"
    """`thinking: {type: enabled | disabled}`."""
    REASONING = "reasoning.enabled"
    EFFORT = "reasoning_effort"
    """Only an effort: off is `none`, on is what the model does by itself."""
    NONE = ""
    """No switch."""


class Echo(StrEnum):
    """Whether reasoning goes back to the server in the history."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Structured(StrEnum):
    """What form of JSON a dialect can be held to by `response_format`."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    """Any object: it takes no schema."""


class Cold(StrEnum):
    """The parameter by which a server makes no use of what it computed for earlier prompts."""

    SALT = "cache_salt"
    """Prefixes of another salt are not shared: a fresh one, never empty."""
    UNCACHED = "cache_prompt"
    """False: the cache is left aside."""
    CANNOT = ""
    """There is none."""

    @classmethod
    def is_asked(cls, body: Mapping[str, object]) -> bool:
        """Whether a request's body asks for it, by any of them."""
        return bool(body.get(cls.SALT)) or body.get(cls.UNCACHED) is False


@dataclass(frozen=True, slots=True)
class Continuing:
    """How a server is asked to go on with an answer, which is then the last message."""

    body: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters that say so; none: an assistant's message at the end is always gone on with."""
    mark: str = ""
    """The field of that message that is true; empty: none."""
    only_at: str = ""
    """What the address must hold for it; empty: nothing."""
    answers: bool = False
    """All that comes is answer, whatever its reasoning parser calls it: the thought is closed."""


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables of names."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server or one hosted API."""

    name: str
    """The config's `type:`."""
    provider: str
    """As people write it: `vLLM`."""
    aliases: tuple[str, ...] = ()
    """Other words for it in `type:`."""
    base_url: str = ""
    """Where it is when the config does not say."""
    hosts: tuple[str, ...] = ()
    """The provider's own hosts, exactly: its key goes to no other, and only over https.

    Empty: any address.
    """
    elsewhere: str = ""
    """The dialect that this type speaks at an address not the provider's; empty: this one."""
    key_vars: tuple[str, ...] = ()
    """Environment variables that may hold its key; the first that is set wins."""
    default_key: str | None = None
    """Sent when there is no key; None: a key is needed."""
    extras: frozenset[str] = frozenset()
    """Parameters beyond OpenAI's that it takes at the top of the body."""
    refused: frozenset[str] = frozenset()
    """Parameters that are known elsewhere and mean nothing here: left out, with a warning."""
    ignored: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters that it takes and does nothing with, and what it has instead: sent, and said."""
    open: bool = False
    """Unknown parameters are sent as they are, with a warning; else they are an error."""
    thinking: Thinking = Thinking.NONE
    efforts: bool = False
    """It takes `reasoning_effort`."""
    effort_path: str = "reasoning_effort"
    """Where the effort stands in the body, as a dotted path."""
    thinking_budget: str = ""
    """Where the limit on tokens of thought stands in the body, a dotted path; empty: nowhere."""
    token_limit: str = ""
    """The only name it takes for the token limit; empty: either."""
    stream_options: bool = True
    """It takes `stream_options`; without, usage comes unasked or not at all."""
    finishes: bool = False
    """It says why it stops in every answer: a `[DONE]` without a finish reason is a cut."""
    echo: Echo = Echo.NEVER
    echo_field: str = "reasoning_content"
    """The field of an assistant message that reasoning goes back in."""
    echo_with_calls: bool = False
    """Reasoning goes back with tool calls, whatever `echo`: without it the request is refused."""
    structured: Structured = Structured.SCHEMA
    cold: Cold = Cold.CANNOT
    continuing: Continuing | None = None
    """How a cut answer is gone on with; None: it cannot be, or it is not known how."""
    seed_bits: int = 0
    """How many bits of a seed count, the last number of them being no seed; 0: all."""
    tool_choices: frozenset[str] = frozenset({"auto", "none", "required", "function"})
    """The words of `tool_choice` that it takes; `function`: one that is named."""
    moved: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys as MassGen writes them, as dotted paths, and where they stand in this dialect's body."""
    start_command: tuple[str, ...] = ()
    """Words that start it, with `{model}` and `{port}`; empty: it cannot be started by the user."""
    tool_flags: tuple[str, ...] = ()
    """What it wants beside `--tool-call-parser` before it calls tools."""

    @property
    def hosted(self) -> bool:
        """It is a provider's API at the provider's own hosts."""
        return bool(self.hosts)
