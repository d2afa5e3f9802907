"""A session as a table: a row an attempt, with all its numbers, for spreadsheets and statistics."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from massgen_tui.export.document import AskedTurn, Document, settings_of
from massgen_tui.export.redacted import Redact, redacted
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.store.schema import Record, asked_model, attempt_record, place_of, to_json
from massgen_tui.text import clean

COLUMNS = (
    "session",
    "turn",
    "turn_serial",
    "agent",
    "attempt",
    "attempts",
    "attempt_serial",
    "front",
    "model",
    "answered_as",
    "server",
    "served_by",
    "asked",
    "status",
    "finish_reason",
    "ttft_s",
    "first_content_s",
    "total_s",
    "tokens_per_s",
    "longest_pause_s",
    "stopped_s",
    "resolution_s",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "error_kind",
    "error_message",
    "error_hint",
    "error_status",
    "warnings",
    "settings",
    "tool_calls",
    "sources",
    "prompt",
    "reasoning",
    "content",
    "cold",
    "stalls",
    "server_queue_s",
    "server_prefill_s",
    "server_decode_s",
    "server_tokens_per_s",
    "server_acceptance",
    "aside",
    "continues",
)
"""In their order; new ones come at the end."""

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]")
"""How a cell begins that spreadsheets may take for a formula (full-width forms too), or that would
be taken for one with the quote taken off."""


def to_csv(document: Document, redact: Redact) -> str:
    """The table with its head. A cell that could be a formula gets a `'` in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for turn in document.turns:
        for agent, part in turn.answers:
            for row in _rows(document, turn, agent, part):
                writer.writerow([_cell(row.get(column), redact) for column in COLUMNS])
    return out.getvalue()


def unquoted(cell: str) -> str:
    """The text that a cell was made of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _rows(document: Document, turn: AskedTurn, agent: Agent, part: Turn) -> Iterator[Record]:
    for number, attempt in enumerate(part.attempts, 1):
        asked, place = document.asked(attempt), place_of(agent, attempt)
        yield _flat(attempt_record(attempt)) | {
            "session": document.session.id,
            "turn": turn.number,
            "turn_serial": turn.serial,
            "prompt": turn.prompt,
            "agent": agent.id,
            "attempt": number,
            "attempts": len(part.attempts),
            "attempt_serial": attempt.serial,
            "front": attempt is part.attempt,
            "aside": part.aside,
            "continues": attempt.continues,
            "model": asked_model(agent, attempt) or attempt.model,
            "answered_as": attempt.model,
            "server": place.profile.server,
            "served_by": place.words,
            "asked": None if asked is None else asked.isoformat(),
            "settings": settings_of(attempt),
        }


def _flat(told: Record) -> Record:
    """A record whose times, counts and error have columns of their own."""
    flat: Record = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            before = "error_" if name == "error" else ""
            flat |= {f"{before}{part}": one for part, one in value.items()}
            timed = flat.pop("server", None)
            if isinstance(timed, Mapping):
                flat |= {f"server_{part}": one for part, one in timed.items()}
        else:
            flat[name] = value
    return flat


def _cell(value: object, redact: Redact) -> str:
    """What stands in a cell: numbers plain, text clean, lists and mappings as JSON.

    What is unknown is empty, and so is a list of nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return to_json(redacted(value, redact)) if value else ""
    text = redact(clean(value))
    return f"'{text}" if _FORMULA.match(text) else text
