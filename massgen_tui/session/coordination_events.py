"""What happens while agents agree on an answer, as values: a part of a session's events."""

from massgen_tui.data_class import dataclass
from massgen_tui.session.coordination import Asks


@dataclass(frozen=True, slots=True)
class CoordinationBegun:
    """These agents are to agree on an answer to a prompt; again, where they did before."""

    turn: int
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepBegun:
    """An attempt is a step of its turn's coordination."""

    attempt: int
    round: int
    asks: Asks
    way: str = ""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An attempt gave an answer that stands for votes."""

    attempt: int
    name: str
    content: str | None = None
    """None: all that the attempt says."""


@dataclass(frozen=True, slots=True)
class VoteGiven:
    """An attempt voted."""

    attempt: int
    answer: str | None
    reason: str = ""
    counted: bool = True


@dataclass(frozen=True, slots=True)
class AgentOut:
    """An agent takes no part any more."""

    turn: int
    agent: str
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer won."""

    turn: int
    answer: str
    by: str
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Concluded:
    """A coordination is over; what it came to is the turn's answer in every conversation."""

    turn: int
    attempt: int | None = None
    """The attempt that presented; None: the answer that won stands, or there is none."""


CoordinationEvent = (
    CoordinationBegun | StepBegun | AnswerGiven | VoteGiven | AgentOut | Decided | Concluded
)
