"""What is exported: a session or a part of it, as turns with every attempt at them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from massgen_tui import __version__
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.outcome import verdict
from massgen_tui.store.schema import asked_model, place_of

_CONVERSATION = frozenset({"model", "messages", "stream", "stream_options"})
"""What of a request is no setting: it stands in the text, or is the same in all."""


class NotThereError(ValueError):
    """The session has no such turn or agent."""


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What a session is, beside what happened in it."""

    id: str = ""
    """Empty: it is not kept."""
    title: str = ""
    at: datetime | None = None
    """When it began; None: not known."""
    config: str = ""
    """The name of the config's file, or its own: where it lies is nobody's business."""
    version: str = __version__
    """Of the program that it ran in."""
    zero: float = 0.0
    """Seconds of the session's clock at `at`."""
    over: bool = False
    """Nothing more comes: what has not ended was broken off."""

    def wall_at(self, clock: float) -> datetime | None:
        """The time on the wall when the session's clock stood at `clock`, to the second.

        None: the session's beginning is not known, or no calendar has that time (a damaged file).
        """
        if self.at is None:
            return None
        try:
            return (self.at + timedelta(seconds=clock - self.zero)).replace(microsecond=0)
        except OverflowError:
            return None


def running(
    agents: Sequence[Agent], *, id: str = "", title: str, config: str, now: datetime, clock: float
) -> SessionInfo:
    """What a session that runs is: it began with its first attempt.

    Args:
        agents: all of it.
        id: its name, where it is kept.
        title: what it is called.
        config: its config's path or name.
        now: the time on the wall, …
        clock: … and on the session's clock, in seconds.
    """
    made = [attempt.times.created for a in agents for turn in a.turns for attempt in turn.attempts]
    zero = min(made, default=clock)
    at = now - timedelta(seconds=clock - zero)
    return SessionInfo(id=id, title=title, at=at, config=config, zero=zero)


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """A prompt, and who was asked."""

    number: int
    """What people call it, from 1."""
    serial: int
    prompt: str
    answers: tuple[tuple[Agent, Turn], ...]
    """The agents that were asked, in the config's order, and their part of the turn."""

    @property
    def agreement(self) -> Agreement | None:
        """How the agents came to one answer, where they did."""
        there = (part.agreement for _, part in self.answers if part.agreement is not None)
        return next(there, None)


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be written down."""

    session: SessionInfo
    agents: tuple[Agent, ...]
    turns: tuple[AskedTurn, ...]

    def asked(self, attempt: Attempt) -> datetime | None:
        """When an attempt's request went out first, else when it was made."""
        times = attempt.times
        return self.session.wall_at(times.created if times.sent is None else times.sent)


def document_of(
    agents: Sequence[Agent],
    session: SessionInfo,
    *,
    turn: int | None = None,
    only: Collection[str] | None = None,
) -> Document:
    """Choose what is written down.

    Args:
        agents: all of the session.
        session: what it is.
        turn: the one turn, as people call it; None: all.
        only: the ids of the agents; None: all.

    Raises:
        NotThereError: there is no such turn or agent.
    """
    chosen = _chosen(agents, only)
    serials = sorted({one.serial for agent in agents for one in turns_of(agent)})
    if turn is not None and not 1 <= turn <= len(serials):
        raise NotThereError(f"there is no turn {turn}: the session has {len(serials)}")
    turns = []
    by_serial: dict[int, list[tuple[Agent, Turn]]] = {serial: [] for serial in serials}
    for agent in chosen:
        for one in turns_of(agent):
            by_serial[one.serial].append((agent, one))
    for number, serial in enumerate(serials, 1):
        answers = by_serial[serial]
        if answers and turn in (None, number):
            turns.append(AskedTurn(number, serial, answers[0][1].prompt, tuple(answers)))
    return Document(session, chosen, tuple(turns))


def turns_of(agent: Agent) -> list[Turn]:
    """All turns of an agent that are known: of conversations that ended, set aside, and its own."""
    return [*agent.past, *sorted((*agent.aside, *agent.turns), key=lambda turn: turn.serial)]


ASIDE = "set aside: the prompt, or one before it, was edited"
"""What is said of a turn that is no part of its agent's conversation any more."""


def joined_from(turn: Turn, attempt: Attempt) -> str:
    """Which attempt at a turn this one goes on with, in words; empty: none."""
    if attempt.continues is None:
        return ""
    serials = [one.serial for one in turn.attempts]
    there = attempt.continues in serials
    which = f" {serials.index(attempt.continues) + 1}" if there else ""
    return f", going on with attempt{which}: the numbers are of the rest"


def _chosen(agents: Sequence[Agent], only: Collection[str] | None) -> tuple[Agent, ...]:
    if only is None:
        return tuple(agents)
    ids = [agent.id for agent in agents]
    for id in only:
        if id not in ids:
            raise NotThereError(f"there is no agent {id!r}: there are {', '.join(ids)}")
    return tuple(agent for agent in agents if agent.id in only)


def settings_of(attempt: Attempt) -> Mapping[str, object]:
    """What was asked for beside the conversation; empty when nothing was."""
    request = attempt.request or {}
    return {name: request[name] for name in request if name not in _CONVERSATION}


def models_of(agent: Agent) -> list[str]:
    """The models that an agent asked for, in their order: it may have been changed meanwhile."""
    attempts = [one for turn in turns_of(agent) for one in turn.attempts]
    asked = dict.fromkeys(asked_model(agent, one) for one in attempts)
    return [one for one in asked if one] or [agent.profile.model]


def told_before(agent: Agent) -> list[str]:
    """The system messages that an agent was asked with, in their order; empty for none.

    Those of a coordination's steps are the coordination's.
    """
    turns = [turn for turn in turns_of(agent) if turn.agreement is None]
    requests = [one.request for turn in turns for one in turn.attempts if one.request is not None]
    return list(dict.fromkeys(map(_system, requests))) or [agent.config.settings.system_message]


def _system(request: Mapping[str, object]) -> str:
    messages = request.get("messages")
    first = messages[0] if isinstance(messages, Sequence) and messages else None
    if not isinstance(first, Mapping) or first.get("role") not in ("system", "developer"):
        return ""
    return str(first.get("content") or "")


def ending(document: Document, attempt: Attempt) -> str:
    """How an attempt ended, in words; empty where there is nothing to say."""
    if attempt.status.ended:
        return verdict(attempt).words
    return _BROKEN_OFF if document.session.over else "Still answering."


_BROKEN_OFF = "Broken off when the program ended; this is what came."


def circumstances(document: Document, agent: Agent, attempt: Attempt) -> list[str]:
    """Whom it was asked and when, so that its numbers can be judged; what is not known is absent.

    `vLLM 0.33.0`, `http://localhost:8000`, `answered as other/model`, `asked 2026-11-23 11:59:51`.
    """
    place = place_of(agent, attempt)
    told = [place.words, place.profile.server]
    if attempt.model and attempt.model != asked_model(agent, attempt):
        told.append(f"answered as {attempt.model}")
    if (asked := document.asked(attempt)) is not None:
        told.append(f"asked {asked.isoformat(sep=' ')}")
    return [one for one in told if one]
