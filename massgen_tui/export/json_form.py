"""A session as one JSON object, whose answers are those of `run --format json`."""

from massgen_tui.export.document import AskedTurn, Document, settings_of
from massgen_tui.export.redacted import Redact, redacted
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.store.coordination_record import coordination_record
from massgen_tui.store.schema import Record, agent_record, to_json


def to_json_text(document: Document, redact: Redact) -> str:
    """`{"session": …, "turns": [{"turn", "serial", "prompt", "agents": […], "coordination"}]}`."""
    session = document.session
    about: Record = {
        "id": session.id or None,
        "title": session.title,
        "at": None if session.at is None else session.at.isoformat(),
        "config": session.config,
        "version": session.version,
    }
    turns = [_turn(document, turn) for turn in document.turns]
    return to_json(redacted({"session": about, "turns": turns}, redact), indent=2) + "\n"


def _turn(document: Document, turn: AskedTurn) -> Record:
    attempts = (attempt for _, part in turn.answers for attempt in part.attempts)
    agreement = turn.agreement
    return {
        "turn": turn.number,
        "serial": turn.serial,
        "prompt": turn.prompt,
        "agents": [
            _answer(document, agent, part, number, attempt)
            for agent, part in turn.answers
            for number, attempt in enumerate(part.attempts, 1)
        ],
        "coordination": None if agreement is None else coordination_record(agreement, attempts),
    }


def _answer(document: Document, agent: Agent, part: Turn, number: int, attempt: Attempt) -> Record:
    asked = document.asked(attempt)
    return agent_record(agent, attempt) | {
        "attempt": number,
        "front": attempt is part.attempt,
        "aside": part.aside,
        "continues": attempt.continues,
        "serial": attempt.serial,
        "asked": None if asked is None else asked.isoformat(),
        "settings": dict(settings_of(attempt)),
    }
