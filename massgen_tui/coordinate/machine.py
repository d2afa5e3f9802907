"""The rules of a coordination, without any request: rounds of answers and votes until one wins.

All agents of a round are asked at once, and the next round begins when each has replied. It always
ends: a round asks an agent twice at most, rounds are bounded, and a last round takes votes only.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from massgen_tui.coordinate.limits import Limits
from massgen_tui.coordinate.novelty import like
from massgen_tui.coordinate.steps import (
    Ask,
    Chose,
    Failed,
    Present,
    Reply,
    Said,
    Step,
    Unclear,
)
from massgen_tui.coordinate.tally import decide
from massgen_tui.session.coordination import Answer, Out, Verdict, Vote

NO_VOTE_TWICE = "it did not vote, twice"


class Coordination:
    """What was answered and voted so far, and what comes next. Takes replies, gives steps."""

    def __init__(self, agents: Sequence[str], limits: Limits | None = None) -> None:
        """Begin with these agents, at least one, in the config's order."""
        self.agents = tuple(agents)
        self.limits = limits or Limits()
        self.round = 0
        self.answers: list[Answer] = []
        self.votes: list[Vote] = []
        """All that were given, those that do not count too."""
        self.out: list[Out] = []
        self.verdict: Verdict | None = None
        self.final: str | None = None
        """The final answer, once there is one."""
        self.ended = False
        """Nothing more is asked; without a final answer nobody gave any."""
        self._open: dict[str, Step] = {}
        self._known: dict[str, int] = dict.fromkeys(agents, 0)
        """How many of the answers each agent was told, or gave."""
        self._voted: dict[str, Vote] = {}
        """The votes that count, one an agent."""
        self._abstained: Counter[str] = Counter()

    @property
    def taking_part(self) -> tuple[str, ...]:
        """The agents that are not out."""
        gone = {one.agent for one in self.out}
        return tuple(agent for agent in self.agents if agent not in gone)

    @property
    def open(self) -> tuple[Step, ...]:
        """What was asked and has no reply yet."""
        return tuple(self._open.values())

    def begin(self) -> tuple[Step, ...]:
        """Ask everybody for a first answer."""
        self.round = 1
        return self._ask(Ask(agent, 1) for agent in self.agents)

    def take(self, agent: str, reply: Reply) -> tuple[Step, ...]:
        """Take in what came of the step that is open for `agent`, and give those that follow.

        What comes of a step that is not open any more is of no account.
        """
        step = self._open.pop(agent, None)
        if step is None:
            return ()
        if isinstance(step, Present):
            said = reply.content.strip() if isinstance(reply, Said) else ""
            return self._end(reply.content if said and isinstance(reply, Said) else None)
        checked = self._checked(step, reply)
        match checked:
            case Said(content=content):
                self._answered(agent, content)
            case Chose(name=name, reason=reason):
                self._abstained[agent] = 0
                self._vote(agent, name, reason)
            case Unclear(why=why) if not step.wrong:
                return self._ask([replace(step, wrong=why)])
            case Unclear(why=why):
                self._unclear_again(agent, step, why)
            case Failed(why=why):
                self._leave(agent, why)
        return self._go_on()

    def drop(self, agent: str, why: str) -> tuple[Step, ...]:
        """Take an agent out, whatever it is doing."""
        if self.ended or agent not in self.taking_part:
            return ()
        if agent in self._open:
            return self.take(agent, Failed(why))
        self._leave(agent, why)
        return self._go_on()

    def stop_at(self, limit: str) -> tuple[Step, ...]:
        """A limit is reached: present the best there is; what is open is of no account."""
        if self.ended:
            return ()
        if self.verdict is not None:
            return self._end(None)
        self._open.clear()
        if not self.answers:
            return self._end(None)
        return self._present(self._decided(limit))

    def choose(self, name: str) -> tuple[Step, ...]:
        """The user decides, over the agents' heads.

        Raises:
            ValueError: there is no such answer, or it is decided already.
        """
        chosen = next((one for one in self.answers if one.name == name), None)
        if chosen is None or self.verdict is not None or self.ended:
            raise ValueError(f"{name} cannot be chosen")
        self._open.clear()
        return self._present(replace(self._decided(""), answer=chosen, by="user", reasons=()))

    def _ask(self, steps: Iterator[Step] | Sequence[Step]) -> tuple[Step, ...]:
        asked = tuple(steps)
        for step in asked:
            self._open[step.agent] = step
            if isinstance(step, Ask) and not step.wrong:  # asked again, it is told nothing new
                self._known[step.agent] = len(self.answers)
        return asked

    def _checked(self, step: Ask, reply: Reply) -> Reply:
        """The reply, or why it cannot be counted."""
        match reply:
            case Said(content=content) if not content.strip():
                return Unclear("it was empty")
            case Said() if not step.may_answer:
                return Unclear("only a vote is taken now")
            case Said(content=content) if self.round > 1:
                same = like(content, tuple(self.answers), self.limits.novelty)
                return Unclear(f"that is {same.name} again") if same is not None else reply
            case Chose(name=name) if name not in step.votable:
                return Unclear(f"no answer is called {name[:40]!r}")
            case _:
                return reply

    def _answered(self, agent: str, content: str) -> None:
        number = self.agents.index(agent) + 1
        count = self._count(agent) + 1
        self.answers.append(Answer(f"agent{number}.{count}", agent, self.round, content))
        self._voted.clear()
        if self.round > 1:  # in the first round nobody could have voted
            self.votes = [replace(vote, counted=False) for vote in self.votes]

    def _vote(self, agent: str, name: str | None, reason: str) -> None:
        counts = self._knows_all(agent)
        vote = Vote(agent, name, reason, self.round, counts)
        self.votes.append(vote)
        if counts:
            self._voted[agent] = vote

    def _knows_all(self, agent: str) -> bool:
        unknown = self.answers[self._known[agent] :]
        return all(answer.agent == agent for answer in unknown)

    def _unclear_again(self, agent: str, step: Ask, why: str) -> None:
        if step.round == 1:
            self._leave(agent, f"no answer: {why}")
            return
        self._abstained[agent] += 1
        self._vote(agent, None, why)
        if self._abstained[agent] > 1:
            self._leave(agent, NO_VOTE_TWICE)

    def _leave(self, agent: str, why: str) -> None:
        self.out.append(Out(agent, why))
        self._open.pop(agent, None)

    def _go_on(self) -> tuple[Step, ...]:
        """Begin the next round, or decide, once nothing is open."""
        if self._open or self.ended:
            return ()
        return self._after_round(self.taking_part) if self.answers else self._end(None)

    def _after_round(self, left: tuple[str, ...]) -> tuple[Step, ...]:
        if len(left) <= 1:
            return self._alone(left)
        if self.limits.skip_rounds:
            return self._first_presents(left)
        pending = [agent for agent in left if agent not in self._voted]
        if not pending:
            return self._present(self._decided(""))
        if self.round >= self.limits.max_rounds:
            return self._present(self._decided("max_rounds"))
        self.round += 1
        return self._ask([self._asked(agent) for agent in pending])

    def _asked(self, agent: str) -> Ask:
        new = self.answers[self._known[agent] :]
        others = tuple(answer for answer in new if answer.agent != agent)
        may = self._count(agent) < self.limits.max_answers and self.round < self.limits.max_rounds
        return Ask(agent, self.round, others, tuple(one.name for one in self.answers), may)

    def _alone(self, left: tuple[str, ...]) -> tuple[Step, ...]:
        """One agent is left, or none: nobody is there to vote."""
        own = [answer for answer in self.answers if answer.agent in left]
        answer = own[-1] if own else self._decided("").answer
        verdict = replace(self._decided(""), answer=answer, by="only", reasons=())
        if len(self.agents) == 1:
            self.verdict = verdict
            return self._end(None)
        return self._present(verdict)

    def _first_presents(self, left: tuple[str, ...]) -> tuple[Step, ...]:
        first = next((one for one in self.answers if one.agent == left[0]), self.answers[0])
        verdict = Verdict(first, "limit", "skip_coordination_rounds")
        return self._present(verdict)

    def _decided(self, limit: str) -> Verdict:
        return decide(self.agents, self.answers, tuple(self._voted.values()), limit)

    def _present(self, verdict: Verdict) -> tuple[Step, ...]:
        self.verdict = verdict
        author = verdict.answer.agent
        if self.limits.skip_presentation or author not in self.taking_part:
            return self._end(None)
        return self._ask([Present(author, verdict)])

    def _end(self, presented: str | None) -> tuple[Step, ...]:
        """Nothing more is asked; without a presentation the answer that won is the final one."""
        self.ended = True
        self._open.clear()
        if self.verdict is not None:
            self.final = self.verdict.answer.content if presented is None else presented
        return ()

    def _count(self, agent: str) -> int:
        return sum(answer.agent == agent for answer in self.answers)
