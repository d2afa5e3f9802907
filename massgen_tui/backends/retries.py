"""When a try is worth repeating, and after how long. Pure."""

from dataclasses import field

from massgen_tui.backends import events
from massgen_tui.backends.adapt import Correction
from massgen_tui.backends.errors.http import RETRIED, RETRY_AFTER_LIMIT, Diagnosis
from massgen_tui.backends.events import BackendError, StreamEvent
from massgen_tui.data_class import dataclass

WAITS = (0.5, 1.0)
"""Seconds before the first and every later repetition, where the server names none."""
_ANSWER = (
    events.ReasoningDelta,
    events.ContentDelta,
    events.ToolCallDelta,
    events.Unshown,
    events.SourcesReported,
)
"""What is part of an answer: with any of it, nothing is sent again."""


@dataclass(slots=True)
class Failed:
    """A try that gave nothing of an answer: why, and what to raise if nothing more can be done."""

    cause: Diagnosis
    error: BackendError
    correction: Correction | None = None


@dataclass(slots=True)
class Retries:
    """The repetitions of one request."""

    most: int
    """How many there may be."""
    done: int = 0
    answered: bool = field(default=False, repr=False)
    """Something of an answer has come."""

    def see(self, given: list[StreamEvent]) -> None:
        """Learn from what has come."""
        if not self.answered:
            self.answered = any(isinstance(event, _ANSWER) for event in given)

    def failed_in_stream(self, error: BackendError) -> Failed | None:
        """A try whose stream began with an error that another try may change; None: it is final.

        A paused vLLM 0.33 answers HTTP 200, and its first event is the 503 that it sends as a
        status where nothing is streamed.
        """
        if self.answered or error.status not in RETRIED:
            return None
        return Failed(Diagnosis(error.kind, error.message, error.hint, retried=True), error)

    def wait(self, failed: Failed) -> float | None:
        """Seconds until the next try, or None when there is none."""
        if not failed.cause.retried or self.done >= self.most:
            return None
        asked = failed.error.retry_after
        if asked is None:
            return WAITS[min(self.done, len(WAITS) - 1)]
        return asked if asked <= RETRY_AFTER_LIMIT else None
