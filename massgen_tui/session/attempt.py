"""One agent's answer to one prompt, once: it only grows, and counts its changes."""

from collections.abc import Mapping
from dataclasses import field

from massgen_tui.backends import events
from massgen_tui.backends.exchange import Exchange
from massgen_tui.data_class import dataclass
from massgen_tui.dialects import Cold
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.pieces import Text, ToolCall
from massgen_tui.session.place import Place
from massgen_tui.session.speed import tokens_per_s
from massgen_tui.session.stalls import Gaps, Stall
from massgen_tui.session.status import ORDER, Status
from massgen_tui.session.times import Times

GRAIN = 0.01
"""Seconds by which moments are known where streams are read as they come."""
_NO_GAPS = Gaps()
_TRIES = 3
"""Tries before the last of which it is known what came."""


@dataclass(slots=True, eq=False)
class Attempt:
    """Everything that one agent said to one prompt, once.

    `revision` grows with every change, so that a screen can ask "anything new?" for the price of an
    int. `epoch` grows when text that was already there moved (content that turned out to be
    reasoning): a reader that renders incrementally then starts over.
    """

    agent: str
    serial: int
    """Names it in the session; never used again."""
    times: Times
    resolution_s: float = GRAIN
    """Seconds between two readings of its stream: what took less tells nothing of the server."""
    status: Status = Status.QUEUED
    reasoning: Text = field(default_factory=Text)
    content: Text = field(default_factory=Text)
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    native_reason: str | None = None
    """The model's own word for it, where a router told it too."""
    stop_text: str | None = None
    """The stop text of the request that ended it, where the server says which."""
    unsaid: bool = False
    """It ended in order, without a finish reason: whether it is whole cannot be known."""
    unshown: tuple[str, ...] = ()
    """What came that is no text: `an image`."""
    sources: tuple[events.Source, ...] = ()
    """The pages that the server says it rests on."""
    model: str | None = None
    """The name that the server says it answered with."""
    usage: events.UsageReported | None = None
    timed: events.ServerTimed | None = None
    """What the server says that it took there."""
    stalls: tuple[Stall, ...] = ()
    """Where it stood still in the middle, once it has ended."""
    choices: int = 1
    """Answers that the server sent (`n`): one is kept, while the usage counts all of them."""
    request: Mapping[str, object] | None = None
    """The body as it was sent; never holds a key."""
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    """What came of the last tries as it came, where that is recorded: not of a kept session."""
    error: events.BackendError | None = None
    warnings: tuple[str, ...] = ()
    retrying: events.Retrying | None = None
    """Set while a repetition of the request is being waited for."""
    silent: str = ""
    """What is known of a server that has said nothing for some seconds; empty while it talks."""
    deferral: Deferral | None = None
    """Set while it waits for its server to be up; it is sent then."""
    revision: int = 0
    epoch: int = 0
    place: Place | None = None
    """Where its request went; None: it was not sent."""
    cold: str = ""
    """`yes`: asked without use of the server's prefix cache; `no`: it cannot be; empty: as ever.

    What was asked so becomes `no` where the server refuses it and is asked again as ever.
    """
    continues: int | None = None
    """The serial of the attempt that it goes on with, whose text its own begins with."""
    joint: int = 0
    """Characters of its content that were said there; times and counts are of what came since."""
    thought_before: int = 0
    """The same of its reasoning."""
    votes: bool = False
    """It was asked to vote, or for another answer, in a coordination."""
    stopped_s: float = 0.0
    """Seconds for which the program itself stood still meanwhile (SIGSTOP, ctrl+z)."""
    dated: bool = False
    """The system tells when what was read by the frame came: moments are known by `GRAIN`."""

    _came: float | None = field(default=None, repr=False)
    """When the bytes came that are being taken in, if that was not now."""
    _gaps: Gaps = field(default_factory=Gaps, repr=False)
    """Between its pieces, while they come."""

    def begin(self) -> None:
        """It is this attempt's turn: from now on it runs."""
        self.deferral = None
        self._reach(Status.CONNECTING)
        self.revision += 1

    def defer(self, deferral: Deferral) -> bool:
        """Wait, or wait on, for the server to be up; gives whether that is new."""
        if self.deferral == deferral:
            return False
        self.deferral = deferral
        self.status = Status.QUEUED
        self.retrying = None
        self.revision += 1
        return True

    def note_silence(self, words: str) -> bool:
        """Say what is known of a server that has been silent; gives whether that is new."""
        if self.silent == words or self.status.ended:
            return False
        self.silent = words
        self.revision += 1
        return True

    def note_stop(self, seconds: float) -> None:
        """Take in that the program stood still: what spans that is not known."""
        if self.times.sent is not None and not self.status.ended:
            self.stopped_s += seconds
            self.times.stood_still(seconds)
            self.revision += 1

    def date(self, arrived: events.Arrived, now: float) -> None:
        """Take in when the bytes of what follows came; never before what came before them."""
        before = self.times.last_event if self.stopped_s else self._came or self.times.asking
        self._came = None if arrived.ago is None else max(now - arrived.ago, before or 0.0)
        self.dated = self.dated or arrived.ago is not None
        self.times.read(arrived.packets)

    def apply(self, event: events.StreamEvent, now: float) -> None:
        """Take in one event of the stream, at `now` seconds of the session's clock."""
        self.revision += 1
        now = now if self._came is None else self._came
        self.times.last_event = now
        self.silent = ""
        match event:  # first what thousands come of
            case events.ContentDelta(text=text, pieces=pieces):
                self._answered(text, now, pieces)
            case events.ReasoningDelta(text=text, pieces=pieces):
                self._reasoned(text, now, pieces)
            case events.RequestSent():
                self._sent(event, now)
            case events.Retrying():
                self.retrying = event
            case events.Opened(waited=waited):
                self.times.first_byte = now
                self.times.written = None if waited is None else now - waited
                self._reach(Status.WAITING)
            case events.Started(model=model):
                self.model = model or self.model
            case events.ReasoningMoved() | events.ContentMoved():
                self._move(event, now)
            case events.ToolCallDelta():
                self._call(event, now)
            case events.UsageReported(completion=tokens):
                self.usage = event
                self.times.counted(tokens)
            case _:
                self._told(event)

    def _told(self, event: events.StreamEvent) -> None:
        """What is told about the answer beside its text."""
        match event:
            case events.ServerTimed():
                self.timed = event
            case events.SeveralChoices(count=count):
                self.choices = count
            case events.Finished(reason=reason, native=native, matched=matched):
                self.finish_reason, self.native_reason = reason, native or self.native_reason
                self.stop_text = matched or self.stop_text
                self.times.finished()
            case events.Unsaid():
                self.unsaid = True
            case events.Unshown(what=what):
                self.unshown += (what,)
            case events.SourcesReported(sources=sources):
                self.sources = sources
            case events.Warned(text=text):
                self.warnings += (text,)

    def end(self, status: Status, now: float, error: events.BackendError | None = None) -> None:
        """Close the attempt; it never changes after this."""
        if status is not Status.DONE and self.finish_reason is None:
            self.times.broken_off(now)
        self.status, self.error = status, error
        self.retrying, self.deferral, self.silent = None, None, ""
        self.times.end, self.stalls, self._gaps = now, self._gaps.stalls(), _NO_GAPS
        self.reasoning.join()
        self.content.join()
        for call in self.tool_calls:
            call.join()
        self.revision += 1

    @property
    def empty(self) -> bool:
        """Nothing that a reader would want came."""
        more = self.reasoning.length > self.thought_before or self.content.length > self.joint
        return not (more or self.tool_calls)

    @property
    def tokens(self) -> tuple[int, bool] | None:
        """Completion tokens so far, and whether the server counted them.

        Reasoning that it counts beside the completion is among them. Pieces are counted, and to be
        marked `~`, where it tells none, or those of several choices together.
        """
        usage, pieces = self._own_usage, self.times.pieces
        if usage is not None and usage.completion is not None:
            return usage.completion + usage.apart, True
        return (pieces, False) if pieces else None

    @property
    def tokens_per_s(self) -> tuple[float, bool] | None:
        """Tokens after the first piece over the time from it to the last, and who counted.

        True: the server. Unknown where all came in one piece: the time is then our own.
        """
        thought, said = self.reasoning.length - self.thought_before, self.content.pieces
        return tokens_per_s(self.times, self._own_usage, thought, said, self.resolution)

    @property
    def resolution(self) -> float:
        """Seconds by which its moments are known."""
        return min(GRAIN, self.resolution_s) if self.dated else self.resolution_s

    @property
    def _own_usage(self) -> events.UsageReported | None:
        """The server's counts, if they are of this answer alone."""
        return self.usage if self.choices < 2 else None

    def _reach(self, status: Status) -> None:
        if status is not self.status and ORDER[status] > ORDER[self.status]:
            self.status = status

    def _sent(self, event: events.RequestSent, now: float) -> None:
        body = self.request = event.body
        self.retrying = None
        if event.exchange is not None:
            self.exchanges = (*self.exchanges[-_TRIES:], event.exchange)
        if self.cold == "yes" and not Cold.is_asked(body):
            self.cold = "no"  # the server refused the parameter: it is left out
        if self.empty:  # what an earlier try told that gave nothing of an answer
            self.status, self.times.first_byte = Status.CONNECTING, None
            self.finish_reason = self.native_reason = self.stop_text = None
            self.usage, self.model, self.unsaid, self.choices = None, None, False, 1
        self.times.ask(now)

    def _reasoned(self, text: str, now: float, pieces: int) -> None:
        times = self.times
        self.reasoning.append(text, pieces)
        self._gaps.piece(times, now, pieces)
        times.piece(now, len(text), pieces)
        times.last_reasoning = now
        if times.first_reasoning is None:
            times.first_reasoning = now
        self._reach(Status.THINKING)

    def _answered(self, text: str, now: float, pieces: int) -> None:
        self.content.append(text, pieces)
        self._gaps.piece(self.times, now, pieces)
        self.times.piece(now, len(text), pieces)
        if self.times.first_content is None:
            self.times.first_content = now
        self._reach(Status.ANSWERING)

    def _move(self, event: events.ReasoningMoved | events.ContentMoved, now: float) -> None:
        self.epoch += 1
        times = self.times
        if isinstance(event, events.ContentMoved):
            self.reasoning = Text(str(self.reasoning)[: -event.taken or None])
            self.content.append(event.text)
            times.first_content = now if times.first_content is None else times.first_content
            self._reach(Status.ANSWERING)
            return
        self.reasoning, self.content = Text(event.text), Text()
        times.first_reasoning, times.first_content = times.first_content, None
        times.last_reasoning = times.last_token
        self.status = Status.THINKING

    def _call(self, event: events.ToolCallDelta, now: float) -> None:
        of_index = (one for one in reversed(self.tool_calls) if one.index == event.index)
        call = next(of_index, None)
        if call is None:
            call = ToolCall(index=event.index)
            self.tool_calls += (call,)
        call.add(event)
        self._gaps.piece(self.times, now)
        self.times.piece(now, len(event.arguments) + len(event.name or ""))
        self._reach(Status.ANSWERING)
