"""From the bytes of one answer to its events: sse → delta → text flow, in one object."""

from massgen_tui.backends.alike import AlikeChunks
from massgen_tui.backends.delta import DeltaReader
from massgen_tui.backends.errors.remedies import about_limit
from massgen_tui.backends.errors.stream import (
    find_error,
    named_error,
    plain_error,
    stream_error,
    wrapped_error,
)
from massgen_tui.backends.events import (
    BackendError,
    ErrorKind,
    Heartbeat,
    StreamEvent,
    Unsaid,
    Warned,
)
from massgen_tui.backends.finishes import Ending, ending_of
from massgen_tui.backends.payload import ERRORS, is_done, is_ping, values
from massgen_tui.backends.sse import MAX_EVENT_BYTES, SSEMessage, SSEParser
from massgen_tui.backends.surrogates import may_hold_surrogates
from massgen_tui.backends.text_flow import TextFlow, merged
from massgen_tui.text import one_line

MAX_WARNINGS = 5
"""Unreadable events of one stream that are told one by one; the rest is counted."""
_CUT = "the stream ended before the server said that it had finished"
_CUT_HINT = "what came is kept; send the prompt again"
_EMPTY_HINT = (
    "nothing came: the prompt may be longer than the model's context (then shorten it), or the "
    "server cut it off: see its log"
)
_UNSAID = "the server ended the answer without saying why it stopped: it was cut off"
_FLOOD_HINT = "what came before is kept; look into the server's log, this is no answer of a model"
_NO_STREAM = "the answer is no stream of chat-completion chunks"
_NO_STREAM_HINT = "check that base_url is the address of a chat-completions API"
_NO_FINISH = "cut"
_LIMIT = "the token limit was reached, raise it (max_tokens)"
_CHUNK_KEYS = frozenset(
    (
        "choices",
        "usage",
        "x_groq",
        "timings",
        "prompt_progress",
        "prompt_filter_results",
        "base_resp",
    )
)
_CHUNKS = ("chat.completion", "text_completion")
_HEARTBEAT = Heartbeat()


class StreamDecoder:
    """Decodes one streamed chat completion, however the network cut its bytes.

    Pure: no I/O, no clock. It never raises: what ends the answer is left in `error`, after the
    events that came before it. After an error only usage and `[DONE]` are read, after `[DONE]`
    nothing at all.
    """

    error: BackendError | None = None
    """What failed: an error in the stream, or its end without a finish. Names no agent yet."""
    done: bool = False
    """The stream said `[DONE]`."""
    cut: bool = False
    """It ended without that and without a finish; why, the connection may know."""

    def __init__(
        self, *, finishes: bool | None = None, as_sent: bool = False, merging: bool = False
    ) -> None:
        """Begin an answer.

        Args:
            finishes: the server says why it stops, so that `[DONE]` without it is a cut; False: it
                never does; None: nobody knows, and the answer ends with `Unsaid`.
            as_sent: text is given as it is: no tag is read out of it.
            merging: pieces of text that stand behind each other in one reading are one event.
        """
        self._merging = merging
        self._finishes = finishes
        self._sse = SSEParser()
        self._reader = DeltaReader()
        self._flow = TextFlow(self._reader.tools, as_sent=as_sent, merging=merging)
        self._alike = AlikeChunks()
        self._chunks = 0
        self._unreadable = 0
        self._strange = False

    @property
    def finished(self) -> bool:
        """The server has said why it stopped."""
        return self._reader.finish_reason is not None

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Take the next bytes and give the events they complete; look at `error` afterwards.

        Bytes that complete no event of their own still give a `Heartbeat`.
        """
        events: list[StreamEvent] = []
        if self.done or not data:
            return events
        while data and not self.done:
            if data := self._take_alike(data, events):
                size = self._alike.unlike(data)
                for message in self._sse.feed(data[:size]):
                    self._take(message, events)
                if self._reader.named:
                    self._alike.learn(data[:size])
                data = data[size:]
        if self._sse.overflow and self.error is None and not self.done:
            size = MAX_EVENT_BYTES // (1024 * 1024)
            words = f"one event of the stream is larger than {size} MB: reading stopped"
            self._fail(BackendError(ErrorKind.MALFORMED, words, hint=_FLOOD_HINT), events)
        if not events and self.error is None:
            events.append(_HEARTBEAT)
        return merged(events) if self._merging and len(events) > 1 else events

    def _take_alike(self, data: bytes, events: list[StreamEvent]) -> bytes:
        """Take the chunks that are like one before, as far as `data` begins so; give the rest."""
        alike, sse = self._alike, self._sse
        if not alike.prefix or self.error is not None or self._flow.waiting:
            return data
        if not sse.at_rest:
            if not sse.holds(alike.prefix):
                return data
            data = sse.release() + data
        texts, rest = alike.take(data)
        if texts:
            self._chunks += len(texts)
            self._reader.heard(alike.kind)
            self._flow.take_texts(alike.kind, texts, events)
        return rest

    def close(self) -> list[StreamEvent]:
        """The body ended: give what was held back; an end without a finish sets `error`."""
        events: list[StreamEvent] = []
        for message in self._sse.close():
            self._take(message, events, last=True)
        self._flush(events)
        if self._unreadable > MAX_WARNINGS:
            more = self._unreadable - MAX_WARNINGS
            events.append(Warned(f"{more} more such events in the stream were left out"))
            self._unreadable = 0
        if self.error is None:
            self.error = self._ending(events)
        return events

    def _take(self, message: SSEMessage, events: list[StreamEvent], *, last: bool = False) -> None:
        if self.done:
            return
        text = message.data.decode("utf-8", "replace")
        for value in values(text):
            if self.done:
                return
            if type(value) is str and is_done(value):
                self._flush(events)
                self.done = True
            elif self.error is not None:
                self._count(value, events)
            elif value != "":
                self._event(value, text, message, events, last=last)

    def _count(self, value: object, events: list[StreamEvent]) -> None:
        """Behind an error only the token counts are of interest (OpenRouter)."""
        if isinstance(value, dict):
            self._reader.count(value, None, events)

    def _event(
        self,
        value: object,
        text: str,
        message: SSEMessage,
        events: list[StreamEvent],
        *,
        last: bool,
    ) -> None:
        if message.event and message.event.lower() in ERRORS:
            self._fail(named_error(value, begun=self._reader.spoke), events)
        elif isinstance(value, dict):
            self._object(value, text, message.event, events)
        elif isinstance(value, list) and (wrapped := wrapped_error(value)):
            self._object(wrapped, text, message.event, events)
        elif not is_ping(value, message.event):
            said = value if isinstance(value, str) else text.strip()
            self._text(value, said, message, events, last=last)

    def _object(
        self, value: dict[str, object], text: str, name: str, events: list[StreamEvent]
    ) -> None:
        if (piece := self._reader.text_alone(value)) is not None:
            self._chunk([piece], may_hold_surrogates(text), events)
            return
        if not _CHUNK_KEYS.isdisjoint(value) or str(value.get("object")).startswith(_CHUNKS):
            self._chunk(self._reader.read(value), may_hold_surrogates(text), events)
        elif find_error(value) is None and not is_ping(value, name):
            self._skip(f"one event of the stream is no part of an answer: {text}", events)
        if (error := find_error(value)) is not None:
            self._fail(stream_error(error, value, begun=self._reader.spoke), events)

    def _text(
        self,
        value: object,
        text: str,
        message: SSEMessage,
        events: list[StreamEvent],
        *,
        last: bool,
    ) -> None:
        """An event that is no object: an error in plain words, or nothing that can be read."""
        self._strange = self._strange or message.bare
        if message.bare and text.startswith("<"):
            return
        said = value if isinstance(value, str) else text if type(value) is int else ""
        plain = plain_error(said.strip())
        if plain is not None and not (last and self.finished):
            said, status = plain
            self._fail(stream_error(said, begun=self._reader.spoke, status=status), events)
        elif not (last and self._cut(text)) and not (message.bare and not self._chunks):
            words = "one event of the stream could not be read and was left out"
            self._skip(f"{words}: {text}", events)

    def _chunk(self, read: list[StreamEvent], mend: bool, events: list[StreamEvent]) -> None:
        self._chunks += 1
        self._flow.take(read, events, mend=mend)

    def _cut(self, text: str) -> bool:
        """Whether a last event is a piece of one: told by the missing end, or of no weight."""
        return not self.finished or "[DONE]".startswith(text) or "data: [DONE]".startswith(text)

    def _skip(self, words: str, events: list[StreamEvent]) -> None:
        self._unreadable += 1
        if self._unreadable <= MAX_WARNINGS:
            events.append(Warned(one_line(words, 140)))

    def _fail(self, error: BackendError, events: list[StreamEvent]) -> None:
        self._flush(events)
        if about_limit(error.message) and ending_of(self._reader.finish_reason) is Ending.LENGTH:
            # said before: why it stopped
            events.append(Warned(one_line(f"{_LIMIT}: {error.message}", 300)))
        else:
            self.error = error

    def _flush(self, events: list[StreamEvent]) -> None:
        reason = self._reader.finish_reason or ("" if self.done else _NO_FINISH)
        self._flow.flush(events, reason)

    def _ending(self, events: list[StreamEvent]) -> BackendError | None:
        """How a stream ended that told no error of its own."""
        if self._chunks == 0 and (self._unreadable or self._strange):
            return BackendError(ErrorKind.MALFORMED, _NO_STREAM, hint=_NO_STREAM_HINT)
        if self._flow.failed is not None or self.finished:
            return self._flow.failed
        if not self.done:
            self.cut = True
            hint = _CUT_HINT if self._chunks else _EMPTY_HINT
            return BackendError(ErrorKind.INTERRUPTED, _CUT, hint=hint)
        if self._finishes:
            hint = _CUT_HINT if self._reader.spoke else _EMPTY_HINT
            return BackendError(ErrorKind.INTERRUPTED, _UNSAID, hint=hint)
        if self._finishes is None:
            events.append(Unsaid())
        return None
