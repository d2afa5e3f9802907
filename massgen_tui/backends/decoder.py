"""From the bytes of one answer to its events: sse → delta → thinking, in one incremental object."""

import json

from massgen_tui.backends.delta import DeltaReader
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Heartbeat,
    ReasoningDelta,
    Started,
    StreamEvent,
    Warned,
)
from massgen_tui.backends.sse import MAX_EVENT_BYTES, SSEMessage, SSEParser
from massgen_tui.backends.stream_errors import find_error, stream_error
from massgen_tui.backends.surrogates import SurrogateMender, may_hold_surrogates
from massgen_tui.backends.thinking import ThinkSplitter
from massgen_tui.dialects.families import family_of
from massgen_tui.text import one_line

MAX_WARNINGS = 5
"""Unreadable events of one stream that are told one by one; the rest is counted."""
_CUT = "the stream ended before the server said that it had finished"
_CUT_HINT = "what came is kept; send the prompt again"
_FLOOD_HINT = "what came before is kept; look into the server's log, this is no answer of a model"
_NO_STREAM = "the answer is no stream of chat-completion chunks"
_NO_STREAM_HINT = "check that base_url is the address of a chat-completions API"
_NO_FINISH = "cut"
_HEARTBEAT = Heartbeat()
# Not strict: a raw control character inside a string is no reason to lose the text around it.
_parse = json.JSONDecoder(strict=False).decode


class StreamDecoder:
    """Decodes one streamed chat completion, however the network cut its bytes.

    Pure: no I/O, no clock. It never raises: what ends the answer is left in `error`, after the
    events that came before it. After an error nothing more is read but `[DONE]`, after `[DONE]`
    nothing at all.
    """

    error: BackendError | None = None
    """What failed: an error in the stream, or its end without a finish. Names no agent yet."""
    done: bool = False
    """The stream said `[DONE]`."""

    def __init__(self) -> None:
        self._sse = SSEParser()
        self._reader = DeltaReader()
        self._splitter = ThinkSplitter(self._reader.tools)
        self._mender = SurrogateMender()
        self._chunks = 0
        self._unreadable = 0

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Take the next bytes and give the events they complete; look at `error` afterwards.

        Bytes that complete no event of their own still give a `Heartbeat`.
        """
        events: list[StreamEvent] = []
        if self.done or not data:
            return events
        for message in self._sse.feed(data):
            self._take(message, events)
        if self._sse.overflow and self.error is None and not self.done:
            size = MAX_EVENT_BYTES // (1024 * 1024)
            words = f"one event of the stream is larger than {size} MB: reading stopped"
            self._fail(BackendError(ErrorKind.MALFORMED, words, hint=_FLOOD_HINT), events)
        if not events and self.error is None:
            events.append(_HEARTBEAT)
        return events

    def close(self) -> list[StreamEvent]:
        """The body ended: give what was held back; an end without a finish sets `error`."""
        events: list[StreamEvent] = []
        for message in self._sse.close():
            self._take(message, events, last=True)
        self._flush(events)
        if self._unreadable > MAX_WARNINGS:
            more = self._unreadable - MAX_WARNINGS
            events.append(Warned(f"{more} more unreadable events in the stream were left out"))
            self._unreadable = 0
        if self.error is None:
            self.error = self._ending()
        return events

    def _take(self, message: SSEMessage, events: list[StreamEvent], *, last: bool = False) -> None:
        if self.done:
            return
        text = message.data.decode("utf-8", "replace")
        if not text.startswith("{"):
            text = text.strip()
            if text.startswith("[DONE]"):
                self._flush(events)
                self.done = True
        if self.error is None and not self.done and text:
            self._event(text, message.event, events, last=last)

    def _event(self, text: str, name: str, events: list[StreamEvent], *, last: bool) -> None:
        try:
            chunk = _parse(text)
        except (ValueError, RecursionError):
            chunk = None
        if name == "error":
            self._fail(_named_error(text if chunk is None else chunk), events)
        elif isinstance(chunk, dict):
            self._chunk(chunk, may_hold_surrogates(text), events)
            error = find_error(chunk)
            if error is not None:
                self._fail(stream_error(error, chunk), events)
        elif name in ("", "message") and not (last and self._cut(text)):
            self._skip(text, events)

    def _chunk(self, chunk: dict[str, object], mend: bool, events: list[StreamEvent]) -> None:
        self._chunks += 1
        read = self._reader.read(chunk)
        if mend or self._mender.waiting:
            read = self._mender.mend(read)
        splitter = self._splitter
        for event in read:
            if type(event) is ContentDelta:
                text = event.text
                if splitter.plain and "<" not in text and "[" not in text and "◁" not in text:
                    splitter.seen.append(text)
                    events.append(event)
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

    def _other(self, event: StreamEvent, events: list[StreamEvent]) -> None:
        if type(event) is Finished:
            events += self._splitter.flush(event.reason)
        elif type(event) is Started and event.model:
            family = family_of(event.model)
            self._splitter.answer.begins_inside = family is not None and family.begins_inside
        events.append(event)

    def _cut(self, text: str) -> bool:
        """Whether a last event is a piece of one: told by the missing end, or of no weight."""
        return self._reader.finish_reason is None or "[DONE]".startswith(text)

    def _skip(self, text: str, events: list[StreamEvent]) -> None:
        self._unreadable += 1
        if self._unreadable <= MAX_WARNINGS:
            words = "one event of the stream could not be read and was left out"
            events.append(Warned(f"{words}: {one_line(text, 80)}"))

    def _fail(self, error: BackendError, events: list[StreamEvent]) -> None:
        self._flush(events)
        self.error = error

    def _flush(self, events: list[StreamEvent]) -> None:
        splitter = self._splitter
        for event in self._mender.flush():
            if type(event) is ContentDelta:
                events += splitter.feed(event.text)
            elif type(event) is ReasoningDelta:
                events += splitter.reasoned(event.text)
        events += splitter.flush(self._reader.finish_reason or ("" if self.done else _NO_FINISH))

    def _ending(self) -> BackendError | None:
        if self._chunks == 0 and (self._unreadable or self._sse.strange):
            return BackendError(ErrorKind.MALFORMED, _NO_STREAM, hint=_NO_STREAM_HINT)
        if self.done or self._reader.finish_reason is not None:
            return None
        return BackendError(ErrorKind.INTERRUPTED, _CUT, hint=_CUT_HINT)


def _named_error(data: object) -> BackendError:
    """The failure of an `event: error`, whatever its data is."""
    if isinstance(data, dict):
        return stream_error(find_error(data) or data, data)
    return stream_error(data)
