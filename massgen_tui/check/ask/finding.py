"""What one probe found."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from massgen_tui.backends.events import BackendError
from massgen_tui.session.attempt import Attempt
from massgen_tui.text import one_line

_SHOWN: Final = 200
"""Characters of what came that a finding tells."""


class Result(StrEnum):
    """What a probe came to, in one word that scripts can rely on."""

    OK = "ok"
    FAILED = "failed"
    NOTED = "noted"
    """Worth knowing, and no fault: it never counts."""
    SKIPPED = "skipped"
    """It was not asked, or the answer shows neither."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came, judged."""

    result: Result
    got: str
    """What came, or why nothing was asked."""
    hint: str = ""
    """What mends it, most likely."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One probe of one agent."""

    probe: str
    expected: str
    verdict: Verdict

    def as_json(self) -> dict[str, object]:
        """As docs/check-output.md describes it."""
        verdict = self.verdict
        return {
            "probe": self.probe,
            "result": verdict.result.value,
            "expected": self.expected,
            "got": verdict.got,
            "hint": verdict.hint or None,
        }


def ok(got: str) -> Verdict:
    """It is as wanted."""
    return Verdict(Result.OK, one_line(got, _SHOWN))


def failed(got: str, hint: str = "") -> Verdict:
    """It is not."""
    return Verdict(Result.FAILED, one_line(got, _SHOWN), one_line(hint, 300))


def noted(got: str, hint: str = "") -> Verdict:
    """Worth knowing."""
    return Verdict(Result.NOTED, one_line(got, _SHOWN), one_line(hint, 300))


def skipped(why: str) -> Verdict:
    """Nothing can be said of it."""
    return Verdict(Result.SKIPPED, one_line(why, _SHOWN))


def refused(error: BackendError, hint: str = "") -> Verdict:
    """There is no answer."""
    return failed(told(error), hint or error.hint)


def told(error: BackendError) -> str:
    """What happened in place of an answer, with its status."""
    status = "" if error.status is None else str(error.status)
    return error.message if error.message.startswith(status) else f"{status} {error.message}"


class SettledError(Exception):
    """A probe is at its end."""

    def __init__(self, verdict: Verdict) -> None:
        """End it with this verdict."""
        super().__init__(verdict.got)
        self.verdict = verdict


def answered(attempt: Attempt, hint: str = "") -> Attempt:
    """An answer that came.

    Raises:
        SettledError: none did.
    """
    if attempt.error is not None:
        raise SettledError(refused(attempt.error, hint))
    return attempt


def quoted(text: str, limit: int = 60) -> str:
    """A piece of an answer, for people."""
    return f"“{one_line(text, limit)}”"


def with_warnings(attempt: Attempt, got: str) -> str:
    """What came, and what was left out of the request since the server refused it."""
    return f"{got}; {attempt.warnings[0]}" if attempt.warnings else got
