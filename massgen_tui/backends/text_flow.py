"""What was read of chunks → what is given of it: halves joined, thoughts told from content."""

from massgen_tui.backends.alike import Piece
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    Finished,
    ReasoningDelta,
    Started,
    StreamEvent,
)
from massgen_tui.backends.finishes import failure_of, worst
from massgen_tui.backends.surrogates import SurrogateMender
from massgen_tui.backends.tags import is_plain
from massgen_tui.backends.thinking import ThinkSplitter
from massgen_tui.backends.toolcalls import ToolCallReader
from massgen_tui.dialects.families import family_of

_TEXT = (ContentDelta, ReasoningDelta)


class TextFlow:
    """The text of one stream, and what comes between its pieces."""

    __slots__ = ("_as_sent", "_mender", "_merging", "_splitter", "failed")

    def __init__(self, tools: ToolCallReader, *, as_sent: bool, merging: bool) -> None:
        """Begin an answer; tool calls in its text are numbered by `tools`.

        `as_sent` and `merging` are as `StreamDecoder` has them.
        """
        self._as_sent = as_sent
        self._merging = merging
        self._splitter = ThinkSplitter(tools)
        self._mender = SurrogateMender()
        self.failed: BackendError | None = None
        """An end that is a failure: usage, or more words of it, may still come."""

    @property
    def waiting(self) -> bool:
        """A half of a character is held back."""
        return self._mender.waiting

    def take(self, read: list[StreamEvent], events: list[StreamEvent], *, mend: bool) -> None:
        """Take what was read of a chunk; `mend`: halves of characters may be in it."""
        if mend or self._mender.waiting:
            read = self._mender.mend(read)
        splitter = self._splitter
        for event in read:
            if self._as_sent and isinstance(event, _TEXT):
                events.append(event)
            elif type(event) is ContentDelta:
                text = event.text
                if splitter.plain and is_plain(text):
                    splitter.seen.append(text)
                    events.append(event)
                elif splitter.steady and is_plain(text):
                    splitter.think(text)
                    events.append(ReasoningDelta(text))
                else:
                    events += splitter.feed(text)
            elif type(event) is ReasoningDelta:
                if splitter.fielding and not splitter.seen:
                    splitter.heard.append(event.text)
                    events.append(event)
                else:
                    events += splitter.reasoned(event.text)
            else:
                self._other(event, events)

    def take_texts(self, kind: type[Piece], texts: list[str], events: list[StreamEvent]) -> None:
        """Take pieces of text, none with halves; those in which no tag can begin all at once."""
        splitter, text = self._splitter, "".join(texts)
        if self._as_sent:
            pass
        elif kind is ReasoningDelta and splitter.fielding and not splitter.seen:
            splitter.heard.append(text)
        elif kind is ContentDelta and splitter.plain and is_plain(text):
            splitter.seen.append(text)
        elif kind is ContentDelta and splitter.steady and is_plain(text):
            splitter.think(text)
            kind = ReasoningDelta
        else:
            for one in texts:
                self.take([kind(one)], events, mend=False)
            return
        if self._merging:
            events.append(kind(text, len(texts)))
        else:
            events += [kind(one) for one in texts]

    def flush(self, events: list[StreamEvent], reason: str) -> None:
        """Give what is held back; the stream ended for this `reason`."""
        splitter = self._splitter
        for event in self._mender.flush():
            if self._as_sent:
                events.append(event)
            elif type(event) is ContentDelta:
                events += splitter.feed(event.text)
            elif type(event) is ReasoningDelta:
                events += splitter.reasoned(event.text)
        events += splitter.flush(reason)

    def _other(self, event: StreamEvent, events: list[StreamEvent]) -> None:
        if type(event) is Finished:
            events += self._splitter.flush(event.reason)
            self.failed = failure_of(worst(event.reason, event.native)) or self.failed
        elif type(event) is Started and event.model:
            family = family_of(event.model)
            self._splitter.answer.begins_inside = family is not None and family.begins_inside
        events.append(event)


def merged(events: list[StreamEvent]) -> list[StreamEvent]:
    """Events with pieces of text that stand behind each other as one, which counts them."""
    given: list[StreamEvent] = []
    run: list[Piece] = []
    for event in events:
        if run and type(event) is not type(run[0]):
            given.append(_one(run))
            run.clear()
        if isinstance(event, _TEXT):
            run.append(event)
        else:
            given.append(event)
    if run:
        given.append(_one(run))
    return given


def _one(run: list[Piece]) -> Piece:
    if len(run) == 1:
        return run[0]
    kind = type(run[0])
    return kind("".join([piece.text for piece in run]), sum([piece.pieces for piece in run]))
