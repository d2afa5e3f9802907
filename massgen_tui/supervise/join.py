"""Joins a session with what watches its servers: each learns what the other knows already."""

from massgen_tui.session.events import Begun, Ended, Entry
from massgen_tui.session.session import Session
from massgen_tui.supervise.monitoring import Noted, note_servers
from massgen_tui.supervise.sampling import Sampler
from massgen_tui.supervise.watching import Watching


class Join:
    """Tells the monitor what requests meet, and the session what the monitor knows of servers."""

    def __init__(self, session: Session, watching: Watching) -> None:
        """Hear what happens to `session` from now on."""
        self._session = session
        self._watching = watching
        self._sampler = Sampler(session)
        self._noted: dict[str, Noted] = {}
        session.listen(self._hear, streams=False)

    def update(self) -> None:
        """Let each learn what is new; to be called once a second."""
        self._watching.follow(self._session.agents)
        note_servers(self._session, self._watching.servers, self._noted)
        self._sampler.take(self._watching.servers, self._watching.gpus)

    def _hear(self, entry: Entry) -> None:
        event, state = entry.event, self._session.state
        if isinstance(event, Begun):
            self._watching.asks(state.place(event.attempt)[0])
        elif isinstance(event, Ended):
            agent, _, attempt = state.place(event.attempt)
            self._watching.heard(agent, attempt)
