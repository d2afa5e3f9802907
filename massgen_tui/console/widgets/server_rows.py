"""A server as rows of the sidebar: its state first, in a glyph and a word, then what it does."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.stream.wrap import Span, crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.columns import WIDE, Measured, columns
from massgen_tui.console.widgets.server_gauges import (
    ALL,
    CACHE,
    ITL,
    KV,
    RUNNING,
    SPEED,
    TTFT,
    WAITING,
    Gauge,
)
from massgen_tui.console.widgets.unseen import ASKING
from massgen_tui.dialects import GENERIC, by_name
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus

GLYPHS = {
    ServerState.UP: ("●", "good"),
    ServerState.LOADING: ("◐", "warn"),
    ServerState.DOWN: ("✗", "bad"),
    ServerState.UNAUTHORIZED: ("▲", "warn"),
    ServerState.UNKNOWN: ("○", "dim"),
}
WORDS = {ServerState.UNAUTHORIZED: "no access"}
_CONDITIONS: Mapping[Condition | None, tuple[str, str]] = {
    Condition.HUNG: ("✗", "bad"),
    Condition.ASLEEP: ("○", "dim"),
}
"""Those that say more than the state does."""
_OLD = 30.0
"""Seconds after which a look is too old to be passed for the present."""
_MODELS = 3
_INDENT = (("  ", "text"),)


def asking(status: ServerStatus) -> bool:
    """Its first answer has not come yet."""
    unknown = status.state is ServerState.UNKNOWN and status.checked_at is None
    return unknown and not (status.reason or status.target.problem)


def glyph(status: ServerStatus) -> tuple[str, str]:
    """The state as a sign, and its style."""
    return _CONDITIONS.get(status.condition, GLYPHS[status.state])


def word(status: ServerStatus) -> str:
    """The state in a word, or what it is in beside it."""
    if status.condition is not None and status.condition in _CONDITIONS:
        return status.condition.value
    if asking(status):
        return ASKING
    return WORDS.get(status.state, status.state.value)


def kind(status: ServerStatus) -> str:
    """What it is; with a question mark when only the config says so."""
    if status.kind:
        return status.kind
    dialect = by_name(status.target.dialect)
    if dialect is None or dialect is GENERIC:
        return "server"
    return f"{dialect.provider}?"


def server_rows(
    status: ServerStatus, width: int, now: float, *, copy_key: str = "", chosen: bool = False
) -> list[Row]:
    """The rows of one server.

    Args:
        status: What is known of it.
        width: Cells.
        now: The monitor's time, for ages.
        copy_key: The key that copies the start command; empty: none is told.
        chosen: Marked as the one that keys act on.
    """
    rows = list(_head(status, width, "▸" if chosen else " "))
    if status.state is ServerState.UP:
        rows += _failed(status, width, now)
        rows += [*_models(status, width), *_workers(status, width), *_numbers(status, width)]
    elif not asking(status):
        rows += _why(status, width, now)
    rows += _notes(status, width)
    if status.startable:
        rows += _start(status, width, copy_key)
    rows += _age(status, width, now)
    return rows


def _head(status: ServerStatus, width: int, mark: str) -> Iterator[Row]:
    sign, style = glyph(status)
    state = word(status)
    room = max(width - cells(sign) - cells(state) - 2, 4)
    name, place = kind(status), status.target.place
    full, brief = _short(status.version), ".".join(_short(status.version).split(".")[:2])
    known = ((name, full, place), (name, brief, place), (name, place), (name,))
    told = (" ".join(part for part in parts if part) for parts in known)
    title = next((text for text in told if cells(text) <= room), crop(name, room))
    gap = " " * (room - cells(title) + 1)
    yield Row(((f"{sign}{mark}", style), (title, "title"), (gap, "text"), (state, style)))
    if place not in title:
        yield Row(((crop(f"  {place}", width), "dim"),))
    for line in status.target.asked_with:
        yield Row(((crop(f"  {line}", width), "dim"),))


def _short(version: str) -> str:
    """The version without what a build adds to it."""
    return version.partition("+")[0][:12]


def _models(status: ServerStatus, width: int) -> Iterator[Row]:
    asked = [model for model in status.models if model.id in status.target.models]
    others = [model for model in status.models if model not in asked]
    # a hosted API serves hundreds: only those in use are of interest
    models = asked if status.target.hosted else asked + others
    for model in models[:_MODELS]:
        context = "" if model.context_length is None else f" {gauges.tokens(model.context_length)}"
        name = crop(model.id, max(width - 2 - cells(context), 4))
        yield Row((("  ", "text"), (name, "text"), (context, "dim")))
    if len(models) > _MODELS:
        yield Row(((f"  and {len(models) - _MODELS} more", "dim"),))


def _workers(status: ServerStatus, width: int) -> Iterator[Row]:
    """How many of a router's workers are healthy; that some are not is its reason."""
    if status.workers is not None and not status.workers.partial:
        yield Row(((crop(f"  {status.workers}", width), "text"),))
    if status.remark:
        yield from line_rows(((status.remark, "dim"),), width, first=_INDENT, rest=_INDENT)


def _numbers(status: ServerStatus, width: int) -> Iterator[Row]:
    if width >= WIDE:
        known = [gauge for gauge in ALL if gauge.known(status)]
        yield from columns([_measured(gauge, status) for gauge in known], width)
        return
    if RUNNING.known(status) or WAITING.known(status):
        yield _side_by_side(status, (RUNNING, WAITING, KV, CACHE), width)
    if SPEED.known(status):
        words = crop(f"{SPEED.say(status)} {SPEED.short}", max(width - 2, 4))
        bars = SPEED.bars(status, max(0, min(20, width - 3 - cells(words))))
        yield Row((("  ", "text"), (bars, "good"), (f" {words}" if bars else words, "text")))
    if TTFT.known(status) or ITL.known(status):
        yield _side_by_side(status, (TTFT, ITL), width, "dim")


def _measured(gauge: Gauge, status: ServerStatus) -> Measured:
    text = f"{gauge.short} {gauge.say(status)}"
    return Measured(text, partial(gauge.bars, status), gauge.style(status))


def _side_by_side(status: ServerStatus, shown: Sequence[Gauge], width: int, style: str = "") -> Row:
    """Numbers after their names, without those that are not known or for which there is no room."""
    spans: list[Span] = [("  ", "text")]
    room = width - 2
    for gauge in shown:
        known = gauge.known(status) or gauge in (RUNNING, WAITING)
        text = f"{' ' if spans[1:] else ''}{gauge.short} {gauge.say(status)}"
        if known and cells(text) <= room:
            spans.append((text, style or gauge.style(status)))
            room -= cells(text)
    return Row(tuple(spans))


def failed_words(status: ServerStatus, now: float) -> str:
    """What to say of the last failure beside the state; empty: nothing."""
    failure = status.last_failure
    return failure.words(gauges.ago(now - failure.at)) if failure else ""


def _failed(status: ServerStatus, width: int, now: float) -> Iterator[Row]:
    if words := failed_words(status, now):
        yield from line_rows(((words, "warn"),), width, first=(("! ", "warn"),), rest=_INDENT)


def _why(status: ServerStatus, width: int, now: float) -> list[Row]:
    since = "" if status.since is None else f"{gauges.ago(now - status.since)}: "
    return line_rows(
        ((f"{since}{status.reason or 'no reason known'}", "text"),),
        width,
        first=_INDENT,
        rest=_INDENT,
    )


def _notes(status: ServerStatus, width: int) -> Iterator[Row]:
    reason = (status.reason,) if status.state is ServerState.UP and status.reason else ()
    for note in (*reason, *_preempted(status), *status.notes):
        yield from line_rows(((note, "warn"),), width, first=(("! ", "warn"),), rest=_INDENT)


def _preempted(status: ServerStatus) -> Iterator[str]:
    if status.preempted:
        many = "preemption" if status.preempted == 1 else "preemptions"
        yield f"{status.preempted} {many} in the last minute: the KV cache is too small"


def _start(status: ServerStatus, width: int, copy_key: str) -> Iterator[Row]:
    host = status.target.host
    there = "" if status.target.place.startswith(":") or host == status.target.place else host
    head = f"run this on {there}" if there else "start it with"
    head += f" ({copy_key} copies)" if copy_key else ""
    yield from line_rows(((f"{head}:", "dim"),), width, first=_INDENT, rest=_INDENT)
    command = ((status.start_command, "code-inline"),)
    yield from line_rows(command, width, first=_INDENT, rest=_INDENT)


def _age(status: ServerStatus, width: int, now: float) -> Iterator[Row]:
    if _old(status, now):
        ago = gauges.ago(now - (status.checked_at or 0.0))
        yield Row(((crop(f"  last look {ago} ago", width), "warn"),))


def _old(status: ServerStatus, now: float) -> bool:
    """Its last look is too old to be passed for the present."""
    looked = status.checked_at
    return looked is not None and not status.target.hosted and now - looked >= _OLD


def aged(status: ServerStatus, now: float) -> bool:
    """Whether its rows tell how long something is ago."""
    up = status.state is ServerState.UP
    return not up or status.last_failure is not None or _old(status, now)
