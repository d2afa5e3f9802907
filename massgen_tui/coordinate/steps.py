"""What a coordination asks of an agent, and what can come of it."""

from dataclasses import dataclass

from massgen_tui.session.coordination import Answer, Verdict


@dataclass(frozen=True, slots=True)
class Ask:
    """An agent is to answer or to vote."""

    agent: str
    round: int
    new: tuple[Answer, ...] = ()
    """Answers of others that it was not told yet."""
    votable: tuple[str, ...] = ()
    """Names of all answers that there are; empty in the first round."""
    may_answer: bool = True
    """False: it may only vote."""
    wrong: str = ""
    """It is asked again: what was wrong with what it said."""


@dataclass(frozen=True, slots=True)
class Present:
    """The agent whose answer won is to give the final one."""

    agent: str
    verdict: Verdict


Step = Ask | Present


@dataclass(frozen=True, slots=True)
class Said:
    """It gave an answer."""

    content: str


@dataclass(frozen=True, slots=True)
class Chose:
    """It voted."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """What it said is neither, or cannot be counted."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing more is to be had of it: an error, a silence, somebody took it out."""

    why: str


Reply = Said | Chose | Unclear | Failed
