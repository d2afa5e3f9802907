"""Which answers can be compared, and which two are compared first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_in_reasoning, answer_text
from massgen_tui.session.repeats import FEWEST, repeats_of
from massgen_tui.text import one_line


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One answer that can be compared."""

    agent: Agent
    turn: Turn
    attempt: Attempt
    session: str = ""
    """The id of the kept session that it is of; empty: of the one that runs."""

    @property
    def id(self) -> str:
        """Names it among all."""
        return f"{self.session}:{self.attempt.serial}"

    @property
    def number(self) -> int:
        """Which attempt at its prompt it is, from 1."""
        return self.turn.attempts.index(self.attempt) + 1

    @property
    def name(self) -> str:
        """`qwen1 #2`, with the kept session before it."""
        kept = f"{self.session[:8]} " if self.session else ""
        return f"{kept}{one_line(self.agent.id, 24)} #{self.number}"

    @property
    def running(self) -> bool:
        """It goes on."""
        return not self.attempt.status.ended

    @property
    def content(self) -> str:
        """The answer with the tools it calls, as it came."""
        attempt = self.attempt
        calls = [f"{call.name}({call.arguments})" for call in attempt.tool_calls]
        return "\n".join(part for part in (answer_text(attempt), *calls) if part)

    @property
    def reasoning(self) -> str:
        """What was thought apart from the answer, as it came."""
        attempt = self.attempt
        return "" if answer_in_reasoning(attempt) else str(attempt.reasoning)


def sides_of(agents: Iterable[Agent], session: str = "") -> list[Side]:
    """All answers of these agents, the newest prompts first, agents in their order."""
    sides = [
        Side(agent, turn, attempt, session)
        for agent in agents
        for turn in (*agent.past, *agent.aside, *agent.turns)
        for attempt in turn.attempts
    ]
    return sorted(sides, key=lambda side: -side.turn.serial)


def first_two(sides: Sequence[Side], agent: str) -> tuple[Side, Side] | None:
    """The answer of an agent that is in front, and what it is compared with at first.

    That is the attempt before it, or another at the same prompt, else the next agent's. What came
    earlier stands on the left. None: there are no two answers.
    """
    own = next((side for side in sides if side.agent.id == agent), None)
    own = own or (sides[0] if sides else None)
    if own is None:
        return None
    front = own.turn.attempt
    here = next(side for side in sides if _is(side, own) and side.attempt is front)
    siblings = [side for side in sides if _is(side, own) and side is not here]
    if siblings:
        before = [side for side in siblings if side.number < here.number]
        return (before[-1], here) if before else (here, siblings[0])
    fronts = [side for side in of_turn(sides, here) if side is not here]
    at = [side.agent.id for side in of_turn(sides, here)].index(here.agent.id)
    fronts = [*fronts[at:], *fronts[:at]]
    others = fronts or [side for side in sides if side is not here]
    return (here, others[0]) if others else None


def against(kept: Sequence[Side], own: Sequence[Side]) -> tuple[Side, Side] | None:
    """The last answer of a kept session, and one here to the same prompt, best of the same agent.

    Where nothing was said here, two answers of the kept session.
    """
    fronts = [side for side in kept if side.attempt is side.turn.attempt]
    here = [side for side in own if side.attempt is side.turn.attempt]
    if not fronts or not here:
        return first_two(kept, "")
    pairs = [(left, right) for left in fronts for right in here]
    return max(
        pairs,
        key=lambda two: (
            two[0].turn.prompt == two[1].turn.prompt,
            two[0].agent.id == two[1].agent.id,
        ),
    )


def of_turn(sides: Iterable[Side], one: Side) -> list[Side]:
    """What all agents said to the prompt of one, as far as it is in front."""
    return [
        side
        for side in sides
        if side.session == one.session
        and side.turn.serial == one.turn.serial
        and side.attempt is side.turn.attempt
    ]


def repeats_told(two: tuple[Side, Side]) -> tuple[str, ...]:
    """What the attempts at the prompt of each side are like together, where there are several."""
    told = {}
    for side in two:
        ended = [attempt for attempt in side.turn.attempts if attempt.status.ended]
        if len(ended) >= FEWEST:
            name = side.name.rpartition(" #")[0]
            told[id(side.turn)] = f"   {name}: {repeats_of(ended).line}"
    return tuple(told.values())


def _is(side: Side, other: Side) -> bool:
    """Both are attempts of one agent at one prompt."""
    return side.turn is other.turn and side.agent is other.agent
