"""What is kept of one answer for a comparison: its numbers, how it ended, and where its text is."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_text, verdict
from massgen_tui.session.status import Status

NUMBERS: Final = (
    "ttft_s",
    "first_content_s",
    "tokens_per_s",
    "tokens",
    "reasoning_tokens",
    "prompt_tokens",
    "cached_tokens",
    "total_s",
)
"""What is measured of an answer, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One attempt that ended."""

    done: bool
    """It has an answer, whole or not."""
    ending: str
    """Why it has none, or what is missing of it, in a few words; empty: it is whole."""
    message: str
    """What went wrong, of one that failed."""
    numbers: tuple[float | None, ...]
    """As `NUMBERS` names them; None: unknown."""
    text: "Place"
    repeat: int = 1
    """Which of several answers that were wanted to the same prompt."""
    cold: bool = False
    """It was asked without use of the server's prefix cache."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text lies among others."""

    at: int
    length: int


class Texts:
    """Texts on disk, in a file without a name: ten thousand answers are no load for the memory."""

    def __init__(self, file: BinaryIO) -> None:
        """Keep them in this file, which is empty."""
        self._file = file
        self._end = 0

    def add(self, text: str) -> Place:
        """Keep a text."""
        data = text.encode("utf-8", "surrogatepass")
        self._file.seek(self._end)
        self._file.write(data)
        place = Place(self._end, len(data))
        self._end += len(data)
        return place

    def get(self, place: Place) -> str:
        """A text that is kept."""
        self._file.seek(place.at)
        return self._file.read(place.length).decode("utf-8", "surrogatepass")


@contextmanager
def texts_on_disk() -> Iterator[Texts]:
    """A place for texts, gone afterwards."""
    with tempfile.TemporaryFile() as file:
        yield Texts(file)


def answer_of(attempt: Attempt, texts: Texts, repeat: int = 1) -> Answer:
    """What is kept of an attempt that ended."""
    ended = verdict(attempt)
    failed = attempt.status is not Status.DONE
    return Answer(
        done=not failed,
        ending="" if ended.whole else ended.short,
        message=attempt.error.message if failed and attempt.error else "",
        numbers=_numbers(attempt),
        text=texts.add(_said(attempt)),
        repeat=repeat,
        cold=attempt.cold == "yes",
    )


def _numbers(attempt: Attempt) -> tuple[float | None, ...]:
    """Its numbers; tokens only where the server counted them."""
    usage, tokens, speed = attempt.usage, attempt.tokens, attempt.tokens_per_s
    return (
        attempt.times.ttft,
        attempt.times.first_content_s,
        speed[0] if speed and speed[1] else None,
        tokens[0] if tokens and tokens[1] else None,
        usage.reasoning if usage else None,
        usage.prompt if usage else None,
        usage.cached if usage else None,
        attempt.times.total_s,
    )


def _said(attempt: Attempt) -> str:
    """The answer, and the tools that it calls."""
    calls = (f"{call.name}({call.arguments})" for call in attempt.tool_calls)
    return "\n".join((answer_text(attempt), *calls)).strip()
