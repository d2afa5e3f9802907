"""An answer that was cut, and going on with it."""

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.finishes import Ending, ending_of, worst
from massgen_tui.dialects import Continuing
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.queries import is_busy
from massgen_tui.session.session import Session
from massgen_tui.session.spoken import spoken
from massgen_tui.session.status import Status

_NOTHING = "nothing was said that could be gone on with: r asks again"
_THOUGHT = (
    "it was cut while it thought, and a thought cannot be gone on with:"
    " ask again with a larger max_tokens"
)
_ENDED = {
    Ending.LENGTH: "",
    Ending.REPETITION: "",
    Ending.UNKNOWN: "",
    Ending.CONTEXT: "the model's context is full: there is no room to go on",
    Ending.FILTERED: "the server's filter cut it: it would not go on",
}
"""Of answers that ended in order: why they are not gone on with; empty: they were cut."""


def continue_answer(session: Session, agent: Agent, turn: Turn) -> str:
    """Go on with the answer in front of a turn, as another attempt that begins with it.

    Returns:
        Why that cannot be, as a sentence; empty: it is asked.
    """
    attempt, continuing = turn.attempt, _continuing(agent)
    why = why_not(agent, turn)
    if why or attempt is None or continuing is None:
        return why
    said = Message("assistant", str(attempt.content), str(attempt.reasoning) or None)
    messages = (*agent.messages(turn), said)
    call = Call(messages, as_sent=True, continuing=continuing)
    session.step(agent.id, turn, call, continues=attempt)
    return ""


def why_not(agent: Agent, turn: Turn) -> str:
    """Why the answer in front of a turn is not gone on with, as a sentence; empty: it can be."""
    attempt = turn.attempt
    if attempt is None:
        return "nothing came yet that could be gone on with"
    if agent.paused:
        return f"{agent.id} is paused (P in its pane lets it go on)"
    if is_busy(agent):
        return f"{agent.id} is answering: esc stops it, and then it can go on"
    if turn.agreement is not None:
        return "an answer of a coordination is not gone on with: ask again"
    return _whole(attempt) or _cannot(agent)


def _whole(attempt: Attempt) -> str:
    """Why there is nothing to go on with."""
    if not str(attempt.content).strip():
        return _THOUGHT if attempt.reasoning else _NOTHING
    if attempt.tool_calls:
        return "an answer that calls tools cannot be gone on with: r asks again"
    if attempt.status is Status.DONE and not attempt.unsaid:
        return _ENDED.get(_ending(attempt), "the answer is whole: there is nothing to go on with")
    return ""


def _ending(attempt: Attempt) -> Ending:
    reason = attempt.finish_reason
    return ending_of(worst(reason, attempt.native_reason)) if reason else Ending.WHOLE


def _cannot(agent: Agent) -> str:
    """Why this agent's server cannot go on with an answer."""
    dialect = spoken(agent.config, agent.served_by)
    continuing = dialect.continuing
    if continuing is None:
        return (
            f"{dialect.provider} is not known to go on with an answer: ask again with a larger"
            " max_tokens, or ask it to go on"
        )
    if continuing.only_at and continuing.only_at not in agent.profile.url:
        return (
            f"{dialect.provider} goes on with answers only at its beta address:"
            f" base_url: {dialect.base_url}{continuing.only_at}"
        )
    return ""


def _continuing(agent: Agent) -> Continuing | None:
    return spoken(agent.config, agent.served_by).continuing
