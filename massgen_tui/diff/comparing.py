"""What differs between two runs: numbers, answers, failures."""

from dataclasses import dataclass, field
from pathlib import Path

from massgen_tui.compare.parting import Parting, parting_of
from massgen_tui.diff.answers import NUMBERS, Answer, Texts, texts_on_disk
from massgen_tui.diff.joining import Pair, pairs_of
from massgen_tui.diff.reading import Run, read_run
from massgen_tui.diff.setup import Difference, differences_of
from massgen_tui.stats import Spread, spread_of


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of all prompts that both runs answered."""

    name: str
    a: Spread | None
    b: Spread | None

    @property
    def delta(self) -> float | None:
        """By how much the median grew."""
        return None if self.a is None or self.b is None else self.b.p50 - self.a.p50

    @property
    def percent(self) -> float | None:
        """By how many per cent of the first."""
        if self.a is None or self.delta is None or self.a.p50 == 0:
            return None
        return self.delta / self.a.p50 * 100

    @property
    def apart(self) -> bool | None:
        """Each median lies outside the other's p10 to p90; None: too few to have a spread."""
        if self.a is None or self.b is None or min(self.a.n, self.b.n) < 3:
            return None
        return not (
            self.a.p10 <= self.b.p50 <= self.a.p90 or self.b.p10 <= self.a.p50 <= self.b.p90
        )


@dataclass(frozen=True, slots=True)
class Parted:
    """Two answers to one prompt that differ."""

    prompt: str
    begin: str
    """The beginning of the prompt."""
    repeat: int
    """Which of several answers to it."""
    parting: Parting


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is missing or not whole."""

    prompt: str
    begin: str
    answer: Answer


@dataclass(eq=False)
class OfPair:
    """Two agents, compared."""

    pair: Pair
    both: int = 0
    """Prompts that both were asked."""
    only_a: int = 0
    only_b: int = 0
    others: int = 0
    """Prompts of the same name that say something else: nothing of them is compared."""
    numbers: list[Measured] = field(default_factory=list)
    same: int = 0
    """Answers whose words are the same."""
    parted: list[Parted] = field(default_factory=list)
    failed_a: int = 0
    failed_b: int = 0
    new: list[Failure] = field(default_factory=list)
    """Whole in the first run, and not in the second."""
    gone: int = 0
    """Not whole in the first run, and whole in the second."""


@dataclass(eq=False)
class Diff:
    """Two runs, compared."""

    a: Run
    b: Run
    setup: list[Difference]
    pairs: list[OfPair]

    @property
    def joined(self) -> int:
        """Answers that could be compared."""
        return sum(one.both - one.others for one in self.pairs)

    @property
    def failed_anew(self) -> bool:
        """Something failed in the second run alone."""
        return any(not failure.answer.done for one in self.pairs for failure in one.new)


def compare(a: Path, b: Path) -> Diff:
    """Compare two sessions' files.

    Raises:
        NoSessionError: one is no session's file.
        OSError: one cannot be read.
    """
    with texts_on_disk() as texts:
        one, two = read_run(a, texts), read_run(b, texts)
        pairs = pairs_of(one, two)
        compared = [_compared(pair, one, two, texts) for pair in pairs]
    return Diff(one, two, differences_of(one, two, pairs), compared)


def _compared(pair: Pair, a: Run, b: Run, texts: Texts) -> OfPair:
    of_a = {asked.prompt: answers for asked, answers in a.answers.items() if asked.agent == pair.a}
    of_b = {asked.prompt: answers for asked, answers in b.answers.items() if asked.agent == pair.b}
    found = OfPair(pair)
    found.both = len(of_a.keys() & of_b.keys())
    found.only_a, found.only_b = len(of_a) - found.both, len(of_b) - found.both
    measured: tuple[list[Answer], list[Answer]] = [], []
    for prompt, first in of_a.items():
        if (second := of_b.get(prompt)) is None:
            continue
        if a.prompts[prompt].digest != b.prompts[prompt].digest:
            found.others += 1
            continue
        # of each repetition the last answer stands
        repeats = [{one.repeat: one for one in answers} for answers in (first, second)]
        for repeat in sorted(repeats[0].keys() & repeats[1].keys()):
            both = repeats[0][repeat], repeats[1][repeat]
            _judge(found, prompt, a.prompts[prompt].begin, both, texts)
        done = [[one for one in answers if one.done] for answers in (first, second)]
        if all(done):
            measured[0].extend(done[0])
            measured[1].extend(done[1])
    found.numbers = [
        Measured(name, *(_spread(answers, at) for answers in measured))
        for at, name in enumerate(NUMBERS)
    ]
    return found


def _judge(
    found: OfPair, prompt: str, begin: str, both: tuple[Answer, Answer], texts: Texts
) -> None:
    """Take in the two answers to one prompt that stand."""
    a, b = both
    found.failed_a += bool(a.ending)
    found.failed_b += bool(b.ending)
    if b.ending and not a.ending:
        found.new.append(Failure(prompt, begin, b))
    found.gone += bool(a.ending and not b.ending)
    if a.done and b.done:
        parting = parting_of(texts.get(a.text), texts.get(b.text))
        if parting is None:
            found.same += 1
        else:
            found.parted.append(Parted(prompt, begin, a.repeat, parting))


def _spread(answers: list[Answer], at: int) -> Spread | None:
    return spread_of([number for one in answers if (number := one.numbers[at]) is not None])
