"""What several answers to one prompt are like together: numbers with spread, how many are alike.

That answers differ says nothing of a server: at temperature 0, too, a busy one batches otherwise
each time. So it is told, and never judged. Warm answers (the prompt was in the server's cache) and
cold ones stand apart, since their times to the first token have nothing in common.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from massgen_tui.compare.parting import parting_of
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_text, verdict
from massgen_tui.session.status import Status
from massgen_tui.stats import Spread, spread_of

FEWEST = 3
"""Answers from which they are told of together."""
WARM, COLD, UNTOLD = "warm", "cold", ""

_NUMBERS: Mapping[str, tuple[str, int, Callable[[Attempt], float | None]]] = {
    "TTFT": ("s", 2, lambda attempt: attempt.times.ttft),
    "first answer": ("s", 2, lambda attempt: attempt.times.first_content_s),
    "tok/s": ("", 1, lambda attempt: attempt.tokens_per_s[0] if attempt.tokens_per_s else None),
    "total": ("s", 2, lambda attempt: attempt.times.total_s),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of the whole answers of a temperature."""

    name: str
    of: str
    """`warm`, `cold`, or empty where no server tells."""
    unit: str
    digits: int
    spread: Spread
    estimated: bool = False

    @property
    def text(self) -> str:
        """`0.21 s (0.19–0.25)`."""
        mark, unit = "~" if self.estimated else "", f" {self.unit}" if self.unit else ""
        p10, p50, p90 = (
            f"{number:.{self.digits}f}"
            for number in (self.spread.p10, self.spread.p50, self.spread.p90)
        )
        return f"{mark}{p50}{unit} ({p10}–{p90})"


@dataclass(frozen=True, slots=True)
class Repeats:
    """Several answers to one prompt."""

    asked: int
    whole: int
    """Answers that came whole: only those are compared and measured."""
    identical: int
    """How many say the very same as the first, that among them, as `run --repeat` tells it."""
    first_difference_word: int | None
    """The earliest word, from 1, in which another parts from it; None: in no word."""
    numbers: tuple[Measured, ...]

    @property
    def line(self) -> str:
        """`3 of 5 identical to the first, others part at word 12 · TTFT 0.21 s (0.19–0.25)`."""
        ttft = (one for one in self.numbers if one.name == "TTFT")
        times = (f"TTFT {f'{one.of} ' if one.of else ''}{one.text}" for one in ttft)
        return " · ".join((self.alike, *times))

    @property
    def alike(self) -> str:
        """How many are identical, and where the others part."""
        if not self.whole:
            return f"none of {self.asked} came whole"
        broken = f", {self.asked - self.whole} not whole" if self.whole < self.asked else ""
        if self.identical == self.whole:
            return f"{self.identical} of {self.whole} identical{broken}"
        at = self.first_difference_word
        parts = f"part at word {at}" if at is not None else "differ in white space"
        return f"{self.identical} of {self.whole} identical to the first, others {parts}{broken}"


def repeats_of(attempts: Sequence[Attempt]) -> Repeats:
    """What these attempts at one prompt, all of which have ended, are like together."""
    whole = [one for one in attempts if one.status is Status.DONE and verdict(one).whole]
    texts = [answer_text(one) for one in whole]
    first = texts[0] if texts else ""
    partings = (parting_of(first, text) for text in set(texts))
    return Repeats(
        asked=len(attempts),
        whole=len(whole),
        identical=texts.count(first),
        first_difference_word=min((one.word for one in partings if one), default=None),
        numbers=tuple(_measured(whole)),
    )


def temperature(attempt: Attempt) -> str:
    """Whether the prompt was in the server's cache, as far as it tells."""
    cached = attempt.usage.cached if attempt.usage is not None else None
    if cached is None:
        return UNTOLD
    return WARM if cached else COLD


def _measured(whole: Sequence[Attempt]) -> Iterable[Measured]:
    for of in (COLD, WARM, UNTOLD):
        there = [one for one in whole if temperature(one) == of]
        for name, (unit, digits, number_of) in _NUMBERS.items():
            numbers = [number for one in there if (number := number_of(one)) is not None]
            if (spread := spread_of(numbers)) is not None:
                guessed = name == "tok/s" and not all(
                    one.tokens_per_s[1] for one in there if one.tokens_per_s
                )
                yield Measured(name, of, unit, digits, spread, guessed)
