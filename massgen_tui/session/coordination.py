"""A coordination as its events tell of it: answers, votes, who is out, what won."""

from dataclasses import field, replace
from typing import Literal

from massgen_tui.data_class import dataclass

Asks = Literal["answer", "vote", "present"]
"""What a step asks for: a first answer, a vote or another answer, the final one."""
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


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a coordination."""

    attempt: int
    """The attempt's serial."""
    agent: str
    round: int
    asks: Asks
    way: str
    """How the reply was to be said: `tools`, `structured`, `text`; empty: a plain prompt."""


@dataclass(slots=True, eq=False)
class Agreement:
    """What is known of one coordination; only `SessionState.apply` changes it."""

    turn: int
    """The turn's serial."""
    agents: tuple[str, ...]
    steps: list[Step] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    out: list[Out] = field(default_factory=list)
    given_by: dict[str, int] = field(default_factory=dict)
    """The serials of the attempts that gave the answers, by their names."""
    winner: str = ""
    """The name of the answer that won."""
    by: str = ""
    limit: str = ""
    final: str | None = None
    """The final answer, once it is there."""
    ended: bool = False
    revision: int = 0
    """Grows with each change."""

    def step_of(self, attempt: int) -> Step:
        """The step that an attempt is.

        Raises:
            KeyError: it is none of this coordination.
        """
        for step in reversed(self.steps):
            if step.attempt == attempt:
                return step
        raise KeyError(attempt)

    def give(self, answer: Answer, attempt: int) -> None:
        """An answer came by an attempt: votes that had not seen it do not count."""
        self.answers.append(answer)
        self.given_by[answer.name] = attempt
        self.votes = [replace(vote, counted=False) for vote in self.votes]

    @property
    def tally(self) -> dict[str, int]:
        """Votes that count, by the answer's name."""
        counted: dict[str, int] = {}
        for vote in self.votes:
            if vote.counted and vote.answer is not None:
                counted[vote.answer] = counted.get(vote.answer, 0) + 1
        return counted
