"""What became of an attempt, in words: the one place that judges how an answer ended."""

import json

from massgen_tui.backends.events import ErrorKind
from massgen_tui.backends.finishes import Ending, ending_of, worst
from massgen_tui.data_class import dataclass
from massgen_tui.descriptors import HINT as LESS_AT_ONCE
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status
from massgen_tui.text import one_line


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, for people."""

    short: str = ""
    """One or two words for a foot line; empty while it runs and when there is nothing to say."""
    words: str = ""
    """A sentence: what happened and, where there is something, what to do."""
    whole: bool = True
    """The answer is complete; False when something is missing or went wrong."""


NOT_UP = frozenset({ErrorKind.UNREACHABLE, ErrorKind.LOADING})
"""The failures of a server that may only need time to come up."""

_RUNNING = Outcome()
_FINE = Outcome()
_SPENT = Outcome(
    "budget spent on thinking",
    "The token limit was used up by thinking, no answer came: "
    "raise the token limit (max_tokens) or turn thinking off.",
    whole=False,
)
_IN_REASONING = Outcome(
    "all in reasoning", "The whole answer came as reasoning; it is taken as the answer."
)
_EMPTY = Outcome("empty", "The server finished without saying anything.", whole=False)
_UNSAID = Outcome(
    "cut off?",
    "The server ended the answer without saying why: it may be cut off.",
    whole=False,
)
_NOTHING_SAID = Outcome(
    "cut off?",
    "The server ended the answer before anything came, without saying why: it may have cut it "
    "off, or the prompt is longer than the model's context.",
    whole=False,
)
_OF_VOTING = frozenset({"vote", "new_answer"})
"""The tools of a coordination, whose calls are read."""
_FILTERED = "The server's content filter cut the answer."
_ENDINGS = {
    Ending.LENGTH: Outcome(
        "truncated",
        "The answer was cut off at the token limit (max_tokens or the context).",
        whole=False,
    ),
    Ending.CONTEXT: Outcome(
        "truncated", "The answer was cut off: the model's context is full.", whole=False
    ),
    Ending.FILTERED: Outcome("filtered", _FILTERED, whole=False),
    Ending.REPETITION: Outcome(
        "repetition", "The server stopped the answer because it repeated itself.", whole=False
    ),
}


def verdict(attempt: Attempt) -> Outcome:
    """Say how an attempt ended: truncated, filtered, interrupted, empty, …; nothing before."""
    if not attempt.status.ended:
        return _RUNNING
    if attempt.status is Status.FAILED:
        return _failed(attempt)
    if attempt.status is Status.CANCELLED:
        words = "Stopped before anything came." if attempt.empty else "Stopped; this is what came."
        return Outcome("stopped", words, whole=False)
    return _done(attempt)


def may_wait(attempt: Attempt, *, away: bool = False) -> bool:
    """The server was not up, or is not now (`away`): the prompt can wait until it is."""
    error = attempt.error
    if error is not None and error.kind in NOT_UP and error.passing:
        # that we ran out of files says nothing of the server
        return error.hint != LESS_AT_ONCE
    return away and attempt.status in (Status.FAILED, Status.CANCELLED)


def answer_text(attempt: Attempt) -> str:
    """The answer: the content, or the reasoning where all of it came as reasoning; may be empty."""
    return str(attempt.reasoning if answer_in_reasoning(attempt) else attempt.content)


def answer_in_reasoning(attempt: Attempt) -> bool:
    """The server finished of itself and sent all it said as reasoning: that is the answer."""
    return (
        attempt.status is Status.DONE
        and attempt.content.blank
        and not attempt.reasoning.blank
        and not attempt.tool_calls
        and attempt.stop_text is None
        and _ending(attempt) is Ending.WHOLE
    )


def _failed(attempt: Attempt) -> Outcome:
    error = attempt.error
    if error is None:
        return Outcome("failed", "It failed.", whole=False)
    words = f"{error.message} ({error.hint})" if error.hint else error.message
    if not attempt.empty:
        words = f"{words} What came until then is kept."
    short = (
        "interrupted" if error.kind is ErrorKind.INTERRUPTED else error.kind.value.replace("_", " ")
    )
    return Outcome(short, words, whole=False)


def _ending(attempt: Attempt) -> Ending:
    if attempt.finish_reason is None:
        return Ending.WHOLE
    return ending_of(worst(attempt.finish_reason, attempt.native_reason))


def _done(attempt: Attempt) -> Outcome:
    ending = _ending(attempt)
    if ending in _ENDINGS:
        return _SPENT if _spent_on_thinking(attempt, ending) else _ENDINGS[ending]
    if attempt.unsaid:
        return _NOTHING_SAID if attempt.empty and not attempt.unshown else _UNSAID
    if attempt.tool_calls:
        return _called(attempt)
    if ending in (Ending.UNKNOWN, Ending.FAILED):
        reason = str(attempt.finish_reason)
        short = "aborted" if reason.lower() == "abort" else reason
        return Outcome(short, f"The server ended the answer with “{reason}”.", whole=False)
    return _whole(attempt)


def _whole(attempt: Attempt) -> Outcome:
    if attempt.unshown:
        return _unshown(attempt)
    if not attempt.content.blank:
        return _FINE
    if attempt.stop_text is not None:
        return _stopped_early(attempt.stop_text)
    return _IN_REASONING if answer_in_reasoning(attempt) else _EMPTY


def _stopped_early(text: str) -> Outcome:
    told = one_line(json.dumps(text, ensure_ascii=False), 40)
    words = f"The stop text {told} was met before the answer: `stop` ends thoughts as well."
    return Outcome("stop text met", words, whole=False)


def _unshown(attempt: Attempt) -> Outcome:
    what = " and ".join(dict.fromkeys(attempt.unshown))
    if not attempt.content.blank:
        return Outcome(f"with {what}", f"The answer also holds {what}: not shown.", whole=False)
    return Outcome(f"only {what}", f"The answer is only {what}: not shown here.", whole=False)


def _spent_on_thinking(attempt: Attempt, ending: Ending) -> bool:
    return (
        ending in (Ending.LENGTH, Ending.CONTEXT)
        and not attempt.tool_calls
        and attempt.content.blank
        and (not attempt.reasoning.blank or _thought_unseen(attempt))
    )


def _thought_unseen(attempt: Attempt) -> bool:
    """The server counted thinking that it did not send, as OpenAI's and Azure's do."""
    return bool(attempt.usage and attempt.usage.reasoning)


def _called(attempt: Attempt) -> Outcome:
    if attempt.votes and {call.name for call in attempt.tool_calls} <= _OF_VOTING:
        return _FINE
    names = ", ".join(call.name for call in attempt.tool_calls if call.name)
    what = f"The model stopped to call a tool{f': {names}' if names else ''}."
    return Outcome("stopped to call a tool", f"{what} Tools are not run here.")
