"""What others know and a session keeps: of servers, of their load, of a coordination."""

from collections.abc import Callable

from massgen_tui.session import events
from massgen_tui.session.coordination_events import CoordinationEvent
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.queue import Queues
from massgen_tui.session.scheduler import Scheduler


class Notes:
    """Makes events of what monitors and coordinations tell a session."""

    def __init__(
        self,
        queues: Queues,
        scheduler: Scheduler,
        emit: Callable[[SessionEvent], None],
    ) -> None:
        """Note for the session of these; `emit` makes events."""
        self._queues = queues
        self._scheduler = scheduler
        self._emit = emit

    def wait(self, agent: str, words: str) -> None:
        """Say what is known of the server that this agent's attempt is held for."""
        self._scheduler.note(self._queues[agent], words)

    def server(self, agent: str, *, away: bool, served_by: str, context_length: int | None) -> bool:
        """Say what is known of this agent's server; gives whether that is new."""
        known = self._queues[agent].agent
        before = known.away, known.served_by, known.context_length
        if before == (away, served_by, context_length):
            return False
        self._emit(events.ServerNoted(agent, away, served_by, context_length))
        return True

    def samples(self, sampled: events.Sampled) -> None:
        """Say what servers and GPUs are like now."""
        self._emit(sampled)

    def coordination(self, event: CoordinationEvent) -> None:
        """Say what has come of a coordination."""
        self._emit(event)
