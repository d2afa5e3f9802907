"""Everything that a session tells, with the attempt that it is about."""

from collections.abc import Callable
from typing import NamedTuple

from massgen_tui.backends.events import StreamEvent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Entry, SessionEvent, Streamed
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status


class Heard(NamedTuple):
    """One event; those about no attempt are left out."""

    attempt: Attempt
    event: StreamEvent | SessionEvent
    status: Status


def hear(session: Session, tell: Callable[[Heard], object]) -> None:
    """Call `tell` for what happens to the session's attempts."""

    def listen(entry: Entry) -> None:
        event = entry.event
        serial = getattr(event, "attempt", None)
        if serial is None:
            return
        try:
            attempt = session.state.attempt(serial)
        except KeyError:
            return
        streamed = event.event if isinstance(event, Streamed) else event
        tell(Heard(attempt, streamed, attempt.status))

    session.listen(listen)
