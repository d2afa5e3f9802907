"""Those who hear of what happens in a session."""

import logging

from massgen_tui.session.events import Entry, Listener, Streamed

log = logging.getLogger(__name__)


class Listeners:
    """Called for each entry, in the order in which they came; one that fails harms no other."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.all: list[Listener] = []
        self.of_streams: list[Listener] = []
        """Those of them that hear the pieces of answers too, thousands a second."""

    def add(self, listener: Listener, *, streams: bool = True) -> None:
        """Call `listener` from now on, with `streams` for pieces of answers (`Streamed`) too."""
        self.all.append(listener)
        if streams:
            self.of_streams.append(listener)

    def remove(self, listener: Listener) -> None:
        """Call `listener` no more."""
        for those in (self.all, self.of_streams):
            if listener in those:
                those.remove(listener)

    def tell(self, entry: Entry) -> None:
        """Tell of an entry."""
        streamed = isinstance(entry.event, Streamed)
        for listener in self.of_streams if streamed else self.all:
            try:
                listener(entry)
            except Exception:
                log.exception("a listener failed at %s", type(entry.event).__name__)
