"""The lines of a session's file as events again."""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Annotated

from pydantic import Field, TypeAdapter

from massgen_tui.backends import events as streamed
from massgen_tui.config.model import AgentConfig
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent, Streamed
from massgen_tui.session.pieces import Text
from massgen_tui.session.requests import MESSAGES, Sent, SentRequest
from massgen_tui.session.stalls import Stall
from massgen_tui.session.state import SessionState
from massgen_tui.session.times import Times
from massgen_tui.store import coordination_lines as of_coordination
from massgen_tui.store import lines as of_session
from massgen_tui.store import stream_lines as of_stream
from massgen_tui.store.encoder import MOMENTS
from massgen_tui.store.head import KeptAgent
from massgen_tui.store.lines import EventLine
from massgen_tui.store.stream_lines import StreamLine

Happened = tuple[float, SessionEvent]

Told = (
    of_session.Prompt
    | of_session.Queue
    | of_session.Begin
    | of_session.Defer
    | of_session.Note
    | of_session.Silence
    | of_session.Stop
    | of_session.End
    | of_session.Withdraw
    | of_session.TakeBack
    | of_session.Clear
    | of_session.GoBack
    | of_session.Front
    | of_session.Server
    | of_session.AddAgent
    | of_session.ChangeAgent
    | of_session.RemoveAgent
    | of_session.PauseAgent
    | of_session.Sample
    | of_session.Rename
    | of_session.Close
    | of_coordination.BeginCoordination
    | of_coordination.BeginStep
    | of_coordination.GiveAnswer
    | of_coordination.GiveVote
    | of_coordination.LeaveOut
    | of_coordination.Decide
    | of_coordination.Conclude
    | of_stream.Open
    | of_stream.Start
    | of_stream.Alive
    | of_stream.Retry
    | of_stream.Moved
    | of_stream.MovedBack
    | of_stream.Usage
    | of_stream.Timed
    | of_stream.Choices
    | of_stream.Finish
    | of_stream.Unsaid
    | of_stream.Unshown
    | of_stream.Sources
    | of_stream.Warn
    | of_stream.Request
)
TOLD: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="e")])
"""A line that names its event."""


class Decoder:
    """Makes events of lines, in their order, for a state that takes each in before the next."""

    def __init__(
        self,
        state: SessionState,
        zero: float,
        config_of: Callable[[KeptAgent], AgentConfig] = attrgetter("config"),
    ) -> None:
        """Look up in `state` what lines refer to.

        Args:
            state: takes in what is given.
            zero: seconds of the session's clock that `t` counts from.
            config_of: makes an agent of what is kept of it.
        """
        self._config_of = config_of
        self._state = state
        self._zero = zero
        self._messages: dict[str, Sent] = {}
        self._prompts: dict[int, str] = {}

    @property
    def names(self) -> set[str]:
        """The names of the messages that were read."""
        return set(self._messages)

    def events(self, line: Mapping[str, object]) -> Iterator[Happened]:
        """What a line tells of.

        Raises:
            ValueError: it is no line of a session's file.
            KeyError: it refers to what is not there.
        """
        if "e" in line:
            told = TOLD.validate_python(line)
            yield self._at(told.t), self._event(told)
        elif "v" in line:
            self._keep(of_stream.Message.model_validate(line))
        else:
            yield from self._text(of_stream.Text.model_validate(line))

    def _at(self, milliseconds: float) -> float:
        return self._zero + milliseconds / 1000

    def _event(self, told: Told) -> SessionEvent:
        if isinstance(told, of_session.Prompt):
            self._prompts[told.turn] = told.text
        if isinstance(told, EventLine | of_session.Defer):
            return told.event()
        if isinstance(told, of_session.AgentLine):
            return self._of_agent(told)
        if isinstance(told, of_session.End):
            return self._end(told)
        if isinstance(told, of_stream.Request):
            return Streamed(told.a, streamed.RequestSent(self._request(told)))
        if isinstance(told, of_stream.Moved) and told.text is None:
            text = str(self._state.attempt(told.a).content)
            return Streamed(told.a, streamed.ReasoningMoved(text))
        assert isinstance(told, StreamLine)
        return Streamed(told.a, told.streamed())

    def _of_agent(self, told: of_session.AgentLine) -> SessionEvent:
        config, profile = self._config_of(told.agent), told.agent.profile
        if isinstance(told, of_session.AddAgent):
            return events.AgentAdded(config, profile)
        return events.SettingsChanged(config, profile)

    def _end(self, told: of_session.End) -> SessionEvent:
        measured = None
        if told.times is not None:
            created = self._state.attempt(told.a).times.created
            measured = events.Measured(
                times_of(created, told.times),
                told.stopped_s,
                told.dated,
                tuple(Stall(*one) for one in told.stalls),
            )
        error = told.error.error() if told.error else None
        return events.Ended(told.a, told.status, error, measured)

    def _request(self, told: of_stream.Request) -> Mapping[str, object]:
        if told.m is None:
            return told.p
        return SentRequest({**told.p, MESSAGES: None}, self._messages[told.m])

    def _keep(self, told: of_stream.Message) -> None:
        before = self._messages[told.before] if told.before is not None else None
        message = told.v
        if isinstance(message, dict):
            message = {key: self._referred(value) for key, value in message.items()}
        self._messages[told.m] = Sent(before, message)

    def _referred(self, value: object) -> object:
        match value:
            case {"$": ["p", int(serial)]}:
                return self._prompts[serial]
            case {"$": ["c", int(serial)]}:
                return _held(self._state.attempt(serial).content)
            case {"$": ["r", int(serial)]}:
                return _held(self._state.attempt(serial).reasoning)
        return value

    def _text(self, told: of_stream.Text) -> Iterator[Happened]:
        text = next((one for one in (told.c, told.r, told.f) if one is not None), "")
        place = 0
        first = True
        for since, length, *count in told.d:
            at = self._at(told.t + since)
            for piece in _split(text[place : place + length], *count):
                yield at, Streamed(told.a, _delta(told, piece, first=first))
                first = False
            place += length


def _held(text: Text) -> str | bytes:
    """A text that a message quotes: what is held of it, no copy."""
    return str(text) if text.utf8 is None else text.utf8


def _delta(told: of_stream.Text, text: str, *, first: bool) -> streamed.StreamEvent:
    if told.c is not None:
        return streamed.ContentDelta(text)
    if told.r is not None:
        return streamed.ReasoningDelta(text)
    id, name = (told.id, told.name) if first else (None, None)
    return streamed.ToolCallDelta(told.i, id, name, text)


def _split(text: str, count: int = 1) -> Iterator[str]:
    """So many pieces, of about the same length: how they were cut is not kept."""
    size, place = max(len(text) // max(count, 1), 1), 0
    for _ in range(min(count, max(len(text), 1)) - 1):
        yield text[place : place + size]
        place += size
    yield text[place:]


def times_of(created: float, told: Mapping[str, float | bool]) -> Times:
    """An attempt's times, as `times_record` writes them."""
    times = Times(created)
    for name, value in told.items():
        if name in Times.__slots__:
            setattr(times, name, created + value if name in MOMENTS else value)
    return times
