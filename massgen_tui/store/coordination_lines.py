"""The lines of a session's file that tell of coordinations."""

from typing import Literal

from massgen_tui.session import coordination_events
from massgen_tui.session.coordination import Asks
from massgen_tui.store.lines import EventLine


class BeginCoordination(EventLine):
    """These agents are to agree on an answer to a turn's prompt."""

    e: Literal["coordination"] = "coordination"
    turn: int
    agents: tuple[str, ...]
    makes = coordination_events.CoordinationBegun


class BeginStep(EventLine):
    """An attempt is a step of its turn's coordination."""

    e: Literal["step"] = "step"
    a: int
    round: int
    asks: Asks
    way: str = ""
    makes = coordination_events.StepBegun


class GiveAnswer(EventLine):
    """An attempt gave an answer; without a content it is all that the attempt says."""

    e: Literal["answer"] = "answer"
    a: int
    name: str
    content: str | None = None
    makes = coordination_events.AnswerGiven


class GiveVote(EventLine):
    """An attempt voted for an answer, or for none."""

    e: Literal["vote"] = "vote"
    a: int
    answer: str | None = None
    reason: str = ""
    counted: bool = True
    makes = coordination_events.VoteGiven


class LeaveOut(EventLine):
    """An agent takes no part in a coordination any more."""

    e: Literal["out"] = "out"
    turn: int
    agent: str
    why: str
    makes = coordination_events.AgentOut


class Decide(EventLine):
    """An answer won."""

    e: Literal["decided"] = "decided"
    turn: int
    answer: str
    by: str
    limit: str = ""
    makes = coordination_events.Decided


class Conclude(EventLine):
    """A coordination is over; `a` presented its outcome."""

    e: Literal["concluded"] = "concluded"
    turn: int
    a: int | None = None
    makes = coordination_events.Concluded
