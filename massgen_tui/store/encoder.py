"""What happened in a session as lines of its file. Runs in the writer's thread."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from math import inf
from typing import NamedTuple

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import StreamEvent
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.redact import Redactor
from massgen_tui.session.requests import sent_request
from massgen_tui.session.times import Times
from massgen_tui.store import coordination_lines, lines, stream_lines
from massgen_tui.store.head import kept_agent
from massgen_tui.store.messages import MessageNames
from massgen_tui.store.schema import to_json

RESOLUTION_S = 0.08
"""Pieces that came within so many seconds are told as one; what was measured is told exactly."""
LONGEST = 65_536
"""Characters in one line of text, about."""
ALIVE_S = 1.0
"""Seconds between two lines that say no more than that the server is alive."""

_EVENTS: dict[type, type[lines.EventLine]] = {
    one.makes: one
    for one in lines.EventLine.__subclasses__()
    if one.__module__ in (lines.__name__, coordination_lines.__name__)
}
_STREAM: dict[type, type[stream_lines.StreamLine]] = {
    one.makes: one for one in stream_lines.StreamLine.__subclasses__()
}
_NAMES: dict[type, tuple[str, ...]] = {}
"""The fields of each kind of event that was written."""
MOMENTS = frozenset(
    {"sent", "asked", "written", "first_byte", "first_reasoning", "last_reasoning"}
    | {"first_content", "first_token", "last_token", "last_event", "end"}
    | {"burst_at", "head_end", "quiet_since", "read_since"}
)
"""Those of an attempt's times that are moments; the others are counts and durations."""
_TIMES = tuple((one.name, one.default) for one in fields(Times) if one.name != "created")


class Channel(NamedTuple):
    """What a piece of text belongs to."""

    kind: str
    """`c` (content), `r` (reasoning) or `f` (a tool's arguments)."""
    call: int = 0
    """The tool call's index."""


CONTENT, REASONING = Channel("c"), Channel("r")


@dataclass(slots=True)
class _Open:
    """Text of an attempt that is not written yet."""

    channel: Channel
    began: float
    """When its first piece came."""
    parts: list[str] = field(default_factory=list)
    pieces: list[list[int]] = field(default_factory=list)
    names: dict[str, object] = field(default_factory=dict)
    length: int = 0
    joins_until: float = -inf
    """A piece that comes before this is told as one with the last."""

    def add(self, at: float, text: str, count: int = 1) -> None:
        """Take in a piece, or so many that came at once."""
        length = len(text)
        if at < self.joins_until:
            last = self.pieces[-1]
            last[1] += length
            last[2] += count
        else:
            since = round((at - self.began) * 1000)
            self.pieces.append([since, length, count])
            # half a millisecond less: what is compared is what the file tells
            self.joins_until = self.began + since / 1000 + RESOLUTION_S - 0.0005
        self.parts.append(text)
        self.length += length

    def cut(self, length: int) -> "_Open":
        """Take off the last characters, fewer than there are, as text that is not written yet."""
        text = "".join(self.parts)
        rest = _Open(self.channel, self.began, [text[-length:]], length=length)
        self.parts, self.length = [text[:-length]], self.length - length
        while length:
            since, long, count = self.pieces.pop()
            if long > length:
                self.pieces.append([since, long - length, count])
                long, count = length, 1
            rest.pieces.insert(0, [since, long, count])
            length -= long
        first = rest.pieces[0][0]
        rest.began += first / 1000
        for piece in rest.pieces:
            piece[0] -= first
        return rest


class Encoder:
    """Makes lines of events; text is gathered until `flush`."""

    def __init__(self, zero: float, redact: Redactor, names: MessageNames | None = None) -> None:
        """Count from `zero` seconds of the session's clock; `redact` takes keys out."""
        self._zero = zero
        self._redact = redact
        self._names = names or MessageNames()
        self._open: dict[int, _Open] = {}
        self._alive: dict[int, float] = {}

    def take_all(self, happened: deque[tuple[float, SessionEvent]]) -> Iterator[str]:
        """The lines of all that happened, which is emptied meanwhile."""
        open_ = self._open
        while happened:
            at, event = happened.popleft()
            if not isinstance(event, events.Streamed):
                yield from self.take(at, event)
                continue
            # thousands of these come in a second, nearly all behind others of their kind
            serial, piece = event
            if isinstance(piece, streamed.ContentDelta):
                channel = CONTENT
            elif isinstance(piece, streamed.ReasoningDelta):
                channel = REASONING
            else:
                yield from self._stream(at, serial, piece)
                continue
            held = open_.get(serial)
            if held is not None and held.channel is channel and held.length <= LONGEST:
                held.add(at, piece.text, piece.pieces)
            else:
                yield from self._text(at, serial, channel, piece.text, piece.pieces)

    def take(self, at: float, event: SessionEvent) -> list[str]:
        """The lines that are to be written now that this happened at `at`."""
        if isinstance(event, events.Streamed):
            return self._stream(at, event.attempt, event.event)
        told: list[str] = []
        serial = getattr(event, "attempt", None)
        if serial is not None and serial in self._open:
            told += self._close(serial, whole=True)
        self._names.hear(event)
        if isinstance(event, events.Deferred):
            record = lines.Defer.plain(_fields(event))
        elif isinstance(event, events.AgentAdded | events.SettingsChanged):
            record = _of_agent(event)
        elif isinstance(event, events.Ended):
            record = _ended(event)
            self._alive.pop(event.attempt, None)
        else:
            record = _EVENTS[type(event)].plain(_fields(event))
        return [*told, self._line(at, record)]

    def flush(self, *, whole: bool = False) -> list[str]:
        """The text that was gathered, but for an end that may be the beginning of a key.

        Args:
            whole: that too, since nothing more comes.
        """
        return [line for serial in list(self._open) for line in self._close(serial, whole=whole)]

    def _stream(self, at: float, serial: int, event: StreamEvent) -> list[str]:
        if isinstance(event, streamed.ContentDelta):
            return self._text(at, serial, CONTENT, event.text, event.pieces)
        if isinstance(event, streamed.ReasoningDelta):
            return self._text(at, serial, REASONING, event.text, event.pieces)
        match event:
            case streamed.ToolCallDelta(index=index, arguments=text):
                told = self._text(at, serial, Channel("f", index), text)
                self._open[serial].names |= {
                    key: value for key in ("id", "name") if (value := getattr(event, key))
                }
                return told
            case streamed.Heartbeat() if at - self._alive.get(serial, -ALIVE_S) < ALIVE_S:
                return []
        return self._beside_text(at, serial, event)

    def _beside_text(self, at: float, serial: int, event: StreamEvent) -> list[str]:
        self._alive[serial] = at
        moved = isinstance(event, streamed.ReasoningMoved | streamed.ContentMoved)
        told = self._close(serial, whole=moved) if serial in self._open else []
        if isinstance(event, streamed.RequestSent):
            return told + self._request(at, serial, event)
        record = _STREAM[type(event)].plain({"a": serial} | _fields(event, own=False))
        if isinstance(event, streamed.ReasoningMoved) and self._names.tells(serial, event.text):
            del record["text"]
        self._names.hear_stream(serial, event)
        return [*told, self._line(at, record)]

    def _text(
        self, at: float, serial: int, channel: Channel, text: str, count: int = 1
    ) -> list[str]:
        told = []
        held = self._open.get(serial)
        if held is not None:
            other = held.channel != channel
            if other or held.length > LONGEST:
                told += self._close(serial, whole=other)
                held = self._open.get(serial)
        if held is None:
            held = self._open[serial] = _Open(channel, at)
        held.add(at, text, count)
        return told

    def _close(self, serial: int, *, whole: bool) -> list[str]:
        """The line of what was gathered; an end that may begin a key stays, unless `whole`."""
        held = self._open[serial]
        text = "".join(held.parts)
        begun = 0 if whole else self._redact.begun(text)
        if begun and begun == len(text):
            return []
        del self._open[serial]
        if begun:
            self._open[serial] = held.cut(begun)
            text = text[:-begun]
        self._names.hear_text(serial, held.channel.kind, text)
        clean = self._redact(text)
        pieces = held.pieces
        if clean != text:
            pieces = [[0, len(clean), sum(piece[2] for piece in pieces)]]
        kind, call = held.channel
        names = held.names | ({"i": call} if call else {})
        more = f",{self._redact(to_json(names, compact=True))[1:-1]}" if names else ""
        told = ",".join(_piece(piece) for piece in pieces)
        t = round((held.began - self._zero) * 1000)
        return [f'{{"t":{t},"a":{serial}{more},"{kind}":{to_json(clean)},"d":[{told}]}}']

    def _request(self, at: float, serial: int, event: streamed.RequestSent) -> list[str]:
        body = sent_request(event.body)
        told, last = self._names.name(serial, body, self._redact)
        record: lines.Plain = {"e": "request", "a": serial, "p": body.parameters}
        if last is not None:
            record["m"] = last
        return [*told, self._line(at, record)]

    def _line(self, at: float, record: lines.Plain) -> str:
        t = round((at - self._zero) * 1000, 3)
        return self._redact(to_json({"t": int(t) if t == int(t) else t} | record, compact=True))


def _piece(piece: list[int]) -> str:
    since, length, count = piece
    return f"[{since},{length}]" if count == 1 else f"[{since},{length},{count}]"


def _fields(event: object, *, own: bool = True) -> lines.Plain:
    """The fields of an event under the names of the file."""
    kind = type(event)
    if (names := _NAMES.get(kind)) is None:
        if not is_dataclass(event):
            raise TypeError(f"no event: {event!r}")
        names = _NAMES[kind] = tuple(one.name for one in fields(event))
    return {"a" if own and name == "attempt" else name: getattr(event, name) for name in names}


def _of_agent(event: events.AgentAdded | events.SettingsChanged) -> lines.Plain:
    line = lines.AddAgent if isinstance(event, events.AgentAdded) else lines.ChangeAgent
    agent = kept_agent(event.config, event.profile).model_dump(mode="json")
    return {"e": line.model_fields["e"].default, "agent": agent}


def _ended(event: events.Ended) -> lines.Plain:
    measured = event.measured
    told: lines.Plain = {"a": event.attempt, "status": event.status, "error": event.error}
    if measured is not None:
        told |= {
            "times": times_record(measured.times),
            "stopped_s": measured.stopped_s,
            "dated": measured.dated,
            "stalls": tuple((round(one.at_s, 6), round(one.gap_s, 6)) for one in measured.stalls),
        }
    return lines.End.plain(told)


def times_record(times: Times) -> dict[str, float]:
    """An attempt's times: moments as seconds from when it was queued; defaults are left out."""
    told = {}
    for name, default in _TIMES:
        value = getattr(times, name)
        if value is not None and value != default:
            since = value - times.created if name in MOMENTS else value
            told[name] = round(since, 12) if isinstance(since, float) else since
    return told
