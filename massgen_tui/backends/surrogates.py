"""Halves of characters, which JSON may spell alone (`\\ud83d`).

Gateways that cut strings by UTF-16 do so. Such a half cannot be encoded, so it may not leave the
decoder: two halves in a row become their character, a lone one becomes U+FFFD.
"""

from dataclasses import replace

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    Started,
    StreamEvent,
    ToolCallDelta,
)


def mended(text: str) -> str:
    """Give `text` with surrogate pairs joined and lone ones replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def may_hold_surrogates(json_text: str) -> bool:
    """Whether a JSON text spells any."""
    return "\\u" in json_text and ("\\ud" in json_text or "\\uD" in json_text)


class SurrogateMender:
    """Mends the events of one stream; a first half at a delta's end waits for its second one."""

    __slots__ = ("_half", "waiting")

    def __init__(self) -> None:
        self.waiting = False
        """A first half is held back."""
        self._half: ReasoningDelta | ContentDelta | None = None

    def mend(self, events: list[StreamEvent]) -> list[StreamEvent]:
        """Give `events` with every text mended."""
        mended_events: list[StreamEvent] = []
        for event in events:
            if isinstance(event, ReasoningDelta | ContentDelta):
                self._text(event, mended_events)
            else:
                mended_events.append(_whole(event))
        return mended_events

    def flush(self) -> list[StreamEvent]:
        """Give a half that stayed alone, replaced."""
        half, self._half, self.waiting = self._half, None, False
        return [] if half is None else [replace(half, text=mended(half.text))]

    def _text(self, event: ReasoningDelta | ContentDelta, events: list[StreamEvent]) -> None:
        text = event.text
        if self._half is not None and type(self._half) is type(event):
            text = self._half.text + text
            self._half = None
        else:
            events += self.flush()
        if "\ud800" <= text[-1:] <= "\udbff":
            self._half = replace(event, text=text[-1])
            text = text[:-1]
        self.waiting = self._half is not None
        if text:
            events.append(replace(event, text=mended(text)))


def _whole(event: StreamEvent) -> StreamEvent:
    match event:
        case Started(model=str(model)):
            return Started(mended(model))
        case Finished(reason=reason, matched=matched):
            return replace(event, reason=mended(reason), matched=matched and mended(matched))
        case ToolCallDelta(index=index, id=id_, name=name, arguments=arguments):
            return ToolCallDelta(
                index, id_ and mended(id_), name and mended(name), mended(arguments)
            )
    return event
