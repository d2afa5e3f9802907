"""What happens in a session, as values: the sequence of these events is the session.

Turns and attempts are named by serials, which are never used again; what a person reads
("turn 3", "attempt 2 of 2") is derived. Only `SessionState.apply` changes anything by an event.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from massgen_tui.backends.events import BackendError, StreamEvent
from massgen_tui.config.model import AgentConfig
from massgen_tui.data_class import dataclass
from massgen_tui.session.agent import KeptProfile
from massgen_tui.session.coordination_events import CoordinationEvent
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.stalls import Stall
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times

Cold = Literal["", "yes", "no"]
Clock = Callable[[], float]
"""Gives monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A prompt was given to these agents."""

    turn: int
    text: str
    agents: tuple[str, ...]
    id: str = ""
    """Of one of many prompts, each for itself and no part of a conversation: what it is called."""
    digest: str = ""
    """Names all that is asked with it: another prompt of the same id has another one."""
    edits: int | None = None
    """The turn that it takes the place of: that and what came after it is set aside."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An agent is to answer (again) at this turn; the new attempt comes to the front."""

    attempt: int
    agent: str
    turn: int
    repeat: int = 1
    """Which of several answers to the same prompt, where several are wanted."""
    cold: Cold = ""
    """Asked without use of the prefix cache: `yes`, or `no` where this server cannot be."""
    continues: int | None = None
    """The attempt that it goes on with: it begins with what that one said."""


@dataclass(frozen=True, slots=True)
class Begun:
    """It is this attempt's turn: its request is about to go out."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Deferred:
    """An attempt waits for its server to be up, or does so again after a failed sending."""

    attempt: int
    error: BackendError | None = None
    tries: int = 0
    """How often it was sent in vain."""


@dataclass(frozen=True, slots=True)
class DeferralNoted:
    """What is known of the server that a deferred attempt waits for."""

    attempt: int
    words: str


@dataclass(frozen=True, slots=True)
class Silent:
    """What is known of a server whose stream says nothing; empty words: it goes on."""

    attempt: int
    words: str


@dataclass(frozen=True, slots=True)
class StoodStill:
    """The program itself was stopped (SIGSTOP, ctrl+z) for so many seconds while this ran."""

    attempt: int
    seconds: float


class Streamed(NamedTuple):
    """One event of an attempt's stream. A tuple, since thousands come in a second."""

    attempt: int
    event: StreamEvent


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of an attempt that ended: exact, while a kept stream is not."""

    times: Times
    stopped_s: float = 0.0
    dated: bool = False
    stalls: tuple[Stall, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of an attempt."""

    attempt: int
    status: Status
    error: BackendError | None = None
    measured: Measured | None = None
    """Of a kept session; None: what the stream told is what was measured."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An attempt that was never sent is taken out of its turn."""

    attempt: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A turn that waited is taken out of an agent's conversation."""

    turn: int
    agent: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """These agents begin a new conversation."""

    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WentBack:
    """An agent's conversation is the one that ends with this turn; others are set aside."""

    turn: int
    agent: str


@dataclass(frozen=True, slots=True)
class BroughtToFront:
    """Another attempt of a turn is shown, and quoted by later requests."""

    turn: int
    agent: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """The session has another title."""

    title: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The session ended in order: `quit`, or `failed` where a fault of the program ended it."""

    how: str


@dataclass(frozen=True, slots=True)
class ServerNoted:
    """What is known of the server of an agent."""

    agent: str
    away: bool = False
    """It is known not to be up."""
    served_by: str = ""
    """What it proved to be, with its version: `vLLM 0.33.0`."""
    context_length: int | None = None
    """Tokens that the model takes."""


@dataclass(frozen=True, slots=True)
class AgentAdded:
    """An agent has come. Its config may hold a key; what is kept of it does not."""

    config: AgentConfig
    profile: KeptProfile


@dataclass(frozen=True, slots=True)
class AgentRemoved:
    """An agent has gone, and its conversation with it; nothing of it runs or waits any more."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentPaused:
    """Prompts go to an agent no more, or again; what it was asked before goes on."""

    agent: str
    paused: bool = True


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """What an agent is asked from now on, and where; what runs goes on as it was sent."""

    config: AgentConfig
    profile: KeptProfile


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the servers and GPUs that are looked at are like; unknown is None."""

    servers: tuple[ServerSample, ...] = ()
    gpus: tuple[GpuSample, ...] = ()


RosterEvent = AgentAdded | AgentRemoved | AgentPaused | SettingsChanged

SessionEvent = (
    Prompted
    | Queued
    | Begun
    | Deferred
    | DeferralNoted
    | Silent
    | StoodStill
    | Streamed
    | Ended
    | Withdrawn
    | TakenBack
    | Cleared
    | WentBack
    | BroughtToFront
    | ServerNoted
    | AgentAdded
    | AgentRemoved
    | AgentPaused
    | SettingsChanged
    | Sampled
    | Renamed
    | Closed
    | CoordinationEvent
)


class Entry(NamedTuple):
    """An event, when it happened, and its place in the session."""

    seq: int
    """From 0, without gaps."""
    at: float
    """Seconds of the session's clock."""
    event: SessionEvent


Listener = Callable[[Entry], None]
"""Called for everything that happens, after the state has taken it in."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a cancel did; true when it did anything."""

    attempts: int = 0
    """How many running attempts were stopped."""
    prompts: tuple[str, ...] = ()
    """The queued prompts that were taken back, in the order given, so that no draft is lost."""

    def __bool__(self) -> bool:
        return bool(self.attempts or self.prompts)
