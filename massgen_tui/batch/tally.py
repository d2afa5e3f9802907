"""What became of many prompts: a few numbers an answer, and no text of one that is over."""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from massgen_tui.backends.events import BackendError
from massgen_tui.batch.likeness import Likeness
from massgen_tui.batch.prompts import Prompt
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_text, verdict
from massgen_tui.session.status import Status

_KEPT = 400
"""Characters of a message that are kept of a failure."""


class Slot(IntEnum):
    """What became of one answer that is wanted."""

    OPEN = 0
    DONE = 1
    FAILED = 2
    UNREACHABLE = 3
    """Its server went away before it was asked."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an answer failed."""

    kind: str
    message: str
    hint: str
    status: int | None


@dataclass(slots=True)
class Numbers:
    """What was measured of an agent's answers; each number that is known, in no order."""

    ttft_s: "array[float]" = field(default_factory=lambda: array("d"))
    tokens_per_s: "array[float]" = field(default_factory=lambda: array("d"))
    total_s: "array[float]" = field(default_factory=lambda: array("d"))

    def take(self, attempt: Attempt) -> None:
        """Take in an answer."""
        speed = attempt.tokens_per_s
        known = (
            (self.ttft_s, attempt.times.ttft),
            (self.tokens_per_s, speed[0] if speed and speed[1] else None),
            (self.total_s, attempt.times.total_s),
        )
        for numbers, value in known:
            if value is not None and math.isfinite(value):
                numbers.append(value)


@dataclass(slots=True)
class Usage:
    """Tokens of all answers; None where no server told."""

    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cached: int | None = None

    def take(self, attempt: Attempt) -> None:
        """Take in what the server counted of an answer."""
        usage = attempt.usage
        if usage is not None:
            self.prompt = _sum(self.prompt, usage.prompt)
            self.completion = _sum(self.completion, usage.completion)
            self.reasoning = _sum(self.reasoning, usage.reasoning)
            self.cached = _sum(self.cached, usage.cached)


class AgentTally:
    """What became of one agent's answers."""

    def __init__(self, prompts: int, repeats: int) -> None:
        """Want so many answers to each of so many prompts."""
        self._repeats = repeats
        self._slots = bytearray(prompts * repeats)
        self.failures: dict[int, Failure] = {}
        """By the slot of each answer that failed."""
        self.all = Numbers()
        self.cold = Numbers()
        """Of those that were asked cold, as the server takes it; the others are warm."""
        self.warm = Numbers()
        self.usage = Usage()
        self.stalls = 0
        """Stalls inside of answers."""
        self.passed = 0
        self.judged = 0
        self.lacking = 0
        """Answers that are done, and not whole."""
        self.likeness = Likeness(repeats)

    def slot(self, place: int, repeat: int) -> int:
        """Where the answer to a prompt, from 0, of this number, from 1, is."""
        return place * self._repeats + repeat - 1

    def at(self, slot: int) -> Slot:
        """What became of it."""
        return Slot(self._slots[slot])

    def count(self, became: Slot) -> int:
        """How many answers became that."""
        return self._slots.count(became)

    def ended(self, slot: int, attempt: Attempt, prompt: Prompt) -> bool | None:
        """Take in an answer; gives whether it is as expected, None where nothing is."""
        self.failures.pop(slot, None)
        if attempt.status is not Status.DONE:
            self._slots[slot] = Slot.FAILED
            if attempt.error is not None:
                self.failures[slot] = failure_of(attempt.error)
            return None
        self._slots[slot] = Slot.DONE
        for numbers in (self.all, self.cold if attempt.cold == "yes" else self.warm):
            numbers.take(attempt)
        self.usage.take(attempt)
        self.stalls += len(attempt.stalls)
        self.lacking += not verdict(attempt).whole
        said = answer_text(attempt)
        self.likeness.take(slot // self._repeats, said)
        if not prompt.judged:
            return None
        passed = prompt.passes(said)
        self.judged, self.passed = self.judged + 1, self.passed + passed
        return passed

    def unreachable(self, slot: int, failure: Failure) -> None:
        """Take in that an answer could not be asked for."""
        self._slots[slot], self.failures[slot] = Slot.UNREACHABLE, failure

    @property
    def done(self) -> int:
        """Answers that came."""
        return self.count(Slot.DONE)

    @property
    def failed(self) -> int:
        """Answers that failed, or could not be asked for."""
        return self.count(Slot.FAILED) + self.count(Slot.UNREACHABLE)

    @property
    def asked(self) -> int:
        """Answers that were asked for, or would have been, had the server not been gone."""
        return self.done + self.failed


class Tally:
    """What became of all agents' answers."""

    def __init__(self, agents: Sequence[str], prompts: int, repeats: int) -> None:
        """Want so many answers of each agent."""
        self.agents = {agent: AgentTally(prompts, repeats) for agent in agents}
        self.repeats = repeats

    def failures(self) -> Iterator[tuple[int, str, Failure]]:
        """Each failure with its prompt's place and its agent, in the order of the prompts."""
        found = sorted(
            (slot, number, agent)
            for number, (agent, tally) in enumerate(self.agents.items())
            for slot in tally.failures
        )
        for slot, _, agent in found:
            yield slot // self.repeats, agent, self.agents[agent].failures[slot]


_FAILURES: dict[Failure, Failure] = {}
"""Each failure once: ten thousand prompts may fail for one reason."""


def failure_of(error: BackendError) -> Failure:
    """What is kept of an error."""
    made = Failure(error.kind.value, error.message[:_KEPT], error.hint[:_KEPT], error.status)
    return _FAILURES.setdefault(made, made)


def _sum(one: int | None, two: int | None) -> int | None:
    return one if two is None else (one or 0) + two
