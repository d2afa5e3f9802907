"""An attempt that ended, as version 0.1 told it in one record, as lines of format 1."""

from collections.abc import Iterator, Mapping

from massgen_tui.backends import events
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import verdict
from massgen_tui.session.speed import FEWEST_BURSTS
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.lines import Plain

MOMENTS = ("sent", "first_byte", "first_reasoning", "first_content", "last_token", "end")


def ended_attempt(record: Plain, serial: int, queued: float, t: float) -> Iterator[Plain]:
    """Its answer, its numbers and its end.

    Args:
        record: of the event `attempt`.
        serial: its serial.
        queued: when it was queued in what is told of it, in milliseconds of the session.
        t: when the record was written.
    """
    marks = _marks(record, (t - queued) / 1000)

    def at(*names: str) -> float:
        known = [marks[name] for name in names if name in marks]
        return queued + known[0] * 1000 if known else t

    if "first_byte" in marks:
        yield {"t": at("first_byte"), "e": "opened", "a": serial}
    if model := record.get("model"):
        yield {"t": at("first_byte"), "e": "started", "a": serial, "model": str(model)}
    for key, kind, mark in (
        ("reasoning", "r", "first_reasoning"),
        ("content", "c", "first_content"),
    ):
        if text := str(record.get(key) or ""):
            yield {"t": at(mark, "last_token"), "a": serial, kind: text, "d": [[0, len(text)]]}
    for place, call in enumerate(_items(record, "tool_calls")):
        yield {"t": at("last_token"), "a": serial} | _call(call, place)
    yield from _beside(record, serial, at("end"))
    yield {
        "t": at("end"),
        "e": "ended",
        "a": serial,
        "status": record["status"],
        "error": _error(record),
        "times": _times(record, marks),
        "stopped_s": _seconds(record, "stopped_s") or 0.0,
    }


def _beside(record: Plain, serial: int, t: float) -> Iterator[Plain]:
    """What was told beside the text."""
    usage = record.get("usage")
    if isinstance(usage, Mapping):
        counts = {name.removesuffix("_tokens"): count for name, count in usage.items()}
        yield {"t": t, "e": "usage", "a": serial} | counts
    if sources := _items(record, "sources"):
        yield {"t": t, "e": "sources", "a": serial, "sources": sources}
    lacks = _lacks(record)
    warnings = record.get("warnings")
    for text in warnings if isinstance(warnings, list) else ():
        if text != lacks:
            yield {"t": t, "e": "warned", "a": serial, "text": str(text)}
    if (reason := record.get("finish_reason")) is not None:
        yield {"t": t, "e": "finished", "a": serial, "reason": str(reason)}
    elif record.get("status") == Status.DONE:
        yield {"t": t, "e": "unsaid", "a": serial}


def _marks(record: Plain, since: float) -> dict[str, float]:
    """Seconds from when it was queued; `times` counts from when it was asked for, `since` to end.

    Of one that was told of before, that is when its request went out, or when it began to wait.
    """
    times = record.get("times")
    told = times if isinstance(times, Mapping) else {}
    marks = {name: float(told[name]) for name in MOMENTS if isinstance(told.get(name), int | float)}
    early = marks.get("end", since) - since
    return {name: max(mark - early, 0.0) for name, mark in marks.items()}


def _times(record: Plain, marks: Mapping[str, float]) -> Plain:
    """What was measured, as `Times` has it: made so that it gives the numbers that were told."""
    told: Plain = dict(marks)
    firsts = [marks[name] for name in ("first_reasoning", "first_content") if name in marks]
    first = min(firsts) if firsts else marks.get("last_token")
    ttft, speed = _seconds(record, "ttft_s"), _seconds(record, "tokens_per_s")
    if first is not None:
        told |= {"first_token": first}
        told |= {"asked": first - ttft if ttft is not None else marks.get("sent", first)}
    elif "sent" in marks:
        told["asked"] = marks["sent"]
    if "last_token" in marks:
        told |= {"last_event": marks["last_token"], "quiet_since": marks["last_token"]}
    tokens = _completion(record)
    if speed and tokens > 1 and "last_token" in marks:
        head_end = marks["last_token"] - (tokens - 1) / speed
        told |= {"bursts": FEWEST_BURSTS, "head_tokens": 1, "head_end": head_end}
    if pause := _seconds(record, "longest_pause_s"):
        told["longest_pause"] = pause
    return told


def _lacks(record: Plain) -> str:
    """What a finished answer lacks: 0.1 told it as its last warning, now it is told anew."""
    attempt = Attempt("", 0, Times(0.0))
    for text, kind in (
        (record.get("reasoning"), events.ReasoningDelta),
        (record.get("content"), events.ContentDelta),
    ):
        if text:
            attempt.apply(kind(str(text)), 0.0)
    for place, _ in enumerate(_items(record, "tool_calls")):
        attempt.apply(events.ToolCallDelta(place), 0.0)
    if (reason := record.get("finish_reason")) is not None:
        attempt.apply(events.Finished(str(reason)), 0.0)
    else:
        attempt.apply(events.Unsaid(), 0.0)
    attempt.end(Status.DONE, 0.0)
    return verdict(attempt).words


def _call(call: Plain, place: int) -> Plain:
    arguments = str(call.get("arguments") or "")
    told: Plain = {"f": arguments, "i": place, "d": [[0, len(arguments)]]}
    return told | {key: str(call[key]) for key in ("id", "name") if call.get(key)}


def _error(record: Plain) -> Plain | None:
    error = record.get("error")
    if not isinstance(error, Mapping):
        return None
    return {key: value for key, value in error.items() if value is not None}


def _items(record: Plain, name: str) -> list[Plain]:
    value = record.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _seconds(record: Plain, name: str) -> float | None:
    timing = record.get("timing")
    value = timing.get(name) if isinstance(timing, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def _completion(record: Plain) -> int:
    usage = record.get("usage")
    count = usage.get("completion_tokens") if isinstance(usage, Mapping) else None
    return count if isinstance(count, int) else 0
