"""Attempts and their events as plain values for JSON: what `run` prints and journals keep."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict

from massgen_tui.backends import events
from massgen_tui.backends.events import BackendError, Source, StreamEvent, UsageReported
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import verdict
from massgen_tui.session.place import Place, place_at
from massgen_tui.session.status import Status

Record = dict[str, object]

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Written as escapes: what acts on a terminal, ends a line, or does not fit into UTF-8."""

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def to_json(value: object, *, indent: int | None = None, compact: bool = False) -> str:
    """Write JSON that reads back exactly, is valid UTF-8 and is safe to look at on a terminal.

    Letters stay as they are; control, direction and line-separating characters and lone surrogates
    are written as escapes.
    """
    if compact:
        text = _COMPACT.encode(value)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def agent_record(agent: Agent, attempt: Attempt | None) -> Record:
    """One agent's answer, as `run --format json` prints it; unknown is None, never 0."""
    place = place_of(agent, attempt)
    who: Record = {
        "agent": agent.id,
        "model": asked_model(agent, attempt) or (attempt.model if attempt else None),
        "server": place.profile.server,
    }
    return who | (attempt_record(attempt) if attempt is not None else _NOT_ASKED)


def asked_model(agent: Agent, attempt: Attempt | None) -> str:
    """The model that an attempt asked for: the agent may have got another one since."""
    request = attempt.request if attempt is not None else None
    asked = request.get("model") if request is not None else None
    return asked if isinstance(asked, str) and asked else place_of(agent, attempt).profile.model


def place_of(agent: Agent, attempt: Attempt | None) -> Place:
    """Where an attempt was sent, else where the agent is asked now: that may have changed since."""
    sent = attempt.place if attempt is not None else None
    return sent or place_at(agent.profile, agent.served_by)


def attempt_record(attempt: Attempt) -> Record:
    """What came of one attempt, whole."""
    return {
        "status": _status(attempt),
        "reasoning": str(attempt.reasoning),
        "content": str(attempt.content),
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments}
            for call in attempt.tool_calls
        ],
        "finish_reason": attempt.finish_reason,
        "sources": sources_record(attempt.sources),
        "usage": usage_record(attempt.usage),
        "cold": {"yes": True, "no": None}.get(attempt.cold, False),
        "timing": _timing(attempt),
        "warnings": [*attempt.warnings, *_lacks(attempt)],
        "error": error_record(attempt.error),
    }


def _lacks(attempt: Attempt) -> list[str]:
    """What a finished answer lacks, as a warning: a failure and a stop are told by the status."""
    how = verdict(attempt)
    return [how.words] if attempt.status is Status.DONE and not how.whole else []


def sources_record(sources: Sequence[Source]) -> list[Record] | None:
    """The pages that the server says it rests on; None where it named none."""
    return [{"n": one.n, "title": one.title, "url": one.url} for one in sources] or None


def usage_record(usage: UsageReported | None) -> Record | None:
    """The server's token counts."""
    if usage is None:
        return None
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "reasoning_tokens": usage.reasoning,
        "cached_tokens": usage.cached,
    }


def error_record(error: BackendError | None) -> Record | None:
    """Why it failed."""
    if error is None:
        return None
    return {
        "kind": error.kind.value,
        "message": error.message,
        "hint": error.hint,
        "status": error.status,
    }


def event_record(event: StreamEvent) -> Record | None:
    """One event as a line of `run --format jsonl` tells it; None for those that say nothing."""
    told: Record | None = None
    match event:
        case events.Started(model=model):
            told = {"event": "started", "model": model}
        case events.ReasoningDelta(text=text):
            told = {"event": "reasoning", "text": text}
        case events.ContentDelta(text=text):
            told = {"event": "content", "text": text}
        case events.ReasoningMoved(text=text):
            told = {"event": "reasoning_moved", "text": text}
        case events.ContentMoved(text=text, taken=taken):
            told = {"event": "content_moved", "text": text, "taken": taken}
        case events.ToolCallDelta(index=index, id=id, name=name, arguments=more):
            told = {"event": "tool_call", "index": index, "id": id, "name": name, "arguments": more}
        case events.UsageReported():
            told = {"event": "usage"} | (usage_record(event) or {})
        case events.Retrying(reason=why, seconds=seconds, attempt=number):
            told = {"event": "retrying", "reason": why, "seconds": seconds, "attempt": number}
        case events.Warned(text=text):
            told = {"event": "warning", "text": text}
    return told


def ending_record(attempt: Attempt) -> Record:
    """The last line that tells of an attempt: `finished` or `error`."""
    if attempt.error is not None:
        return {"event": "error"} | (error_record(attempt.error) or {})
    return {
        "event": "finished",
        "status": _status(attempt),
        "finish_reason": attempt.finish_reason,
    }


def _status(attempt: Attempt) -> str:
    """`done`, `failed` or `cancelled`; what had not ended when it was told of was broken off."""
    return attempt.status.value if attempt.status.ended else Status.CANCELLED.value


def _timing(attempt: Attempt) -> Record:
    speed = attempt.tokens_per_s
    counted = speed[0] if speed is not None and speed[1] else None
    return {
        "ttft_s": _rounded(attempt.times.ttft),
        "first_content_s": _rounded(attempt.times.first_content_s),
        "total_s": _rounded(attempt.times.total_s),
        "tokens_per_s": _rounded(counted),
        "longest_pause_s": _rounded(attempt.times.longest_pause or None),
        "stopped_s": _rounded(attempt.stopped_s or None),
        "resolution_s": _rounded(attempt.resolution),
        "stalls": [{"at_s": _rounded(s.at_s), "gap_s": _rounded(s.gap_s)} for s in attempt.stalls],
        "server": None if attempt.timed is None else asdict(attempt.timed),
    }


def _rounded(seconds: float | None) -> float | None:
    """To the microsecond, of the whole nanoseconds that clocks give.

    So it is the same however far from zero the two moments lay that it is the difference of.
    """
    return None if seconds is None else round(round(seconds, 9), 6)


_NOT_ASKED: Record = {
    "status": Status.CANCELLED.value,
    "reasoning": "",
    "content": "",
    "tool_calls": [],
    "finish_reason": None,
    "sources": None,
    "usage": None,
    "cold": False,
    "timing": dict.fromkeys(
        (
            "ttft_s",
            "first_content_s",
            "total_s",
            "tokens_per_s",
            "longest_pause_s",
            "stopped_s",
            "resolution_s",
        )
    )
    | {"stalls": [], "server": None},
    "warnings": [],
    "error": None,
}
