"""What a coordination has come to, as values: answers, votes, who is out, what won."""

from dataclasses import dataclass
from typing import Literal

By = Literal["votes", "tie", "limit", "user", "only"]
"""Why an answer won: more votes than any other, one of them from another agent; a tie by the rule;
a limit was reached before all had voted; the user chose it; nobody else was left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent answered in a round."""

    name: str
    """`agent1.2`: the second answer of the first agent. It never changes."""
    agent: str
    """The agent's id, which no agent is told."""
    round: int
    content: str


@dataclass(frozen=True, slots=True)
class Vote:
    """What an agent voted for."""

    agent: str
    answer: str | None
    """An answer's name; None: it abstained, or said nothing that could be counted."""
    reason: str
    round: int
    counted: bool
    """False: an answer came that this agent had not seen."""


@dataclass(frozen=True, slots=True)
class Out:
    """An agent that takes no part any more."""

    agent: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which answer won."""

    answer: Answer
    by: By
    limit: str = ""
    """Which limit was reached, where one was."""
    tally: tuple[tuple[str, int], ...] = ()
    """Names of answers and their votes, most first; answers without a vote are left out."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Who voted for it, and why."""

    @property
    def agreed(self) -> bool:
        """Agents voted for it, and not each for its own."""
        return self.by == "votes"
