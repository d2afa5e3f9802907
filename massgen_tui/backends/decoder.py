"""From the bytes of one answer to its events: sse → delta → thinking, in one incremental object."""

from massgen_tui.backends.events import BackendError, StreamEvent


class StreamDecoder:
    """Decodes one streamed chat completion, however the network cut its bytes. Pure: no I/O, no clock.

    It never raises: what ends the answer is left in `error`, after the events that came before it.
    """

    error: BackendError | None = None
    """Set (without agent and server) by an error inside the stream, an unreadable one, or an end without a finish."""
    done: bool = False
    """The stream said `[DONE]`."""

    def feed(self, data: bytes) -> list[StreamEvent]:
        """Take the next bytes and give the events they complete; look at `error` afterwards."""
        raise NotImplementedError

    def close(self) -> list[StreamEvent]:
        """The body ended: give what was held back; `error` is set when the server never said it had finished."""
        raise NotImplementedError
