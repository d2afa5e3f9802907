"""A kept session that is shown again: it looks like a session, and sends nothing."""

import time
from collections.abc import AsyncGenerator, Collection, Sequence

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.session.agent import Agent, KeptProfile, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.events import Clock, Entry, Listener, Sampled, Stopped
from massgen_tui.session.notes import Notes
from massgen_tui.session.player import Player
from massgen_tui.session.session import Session

NOTHING_SENT = "this is a replay: nothing is sent"


class ReplaySession(Session):
    """A session whose events come from a player."""

    def __init__(
        self,
        config: Config,
        profiles: dict[str, KeptProfile],
        entries: Sequence[Entry],
        resolution_s: float,
        *,
        speed: float,
        wall: Clock = time.monotonic,
    ) -> None:
        """Stand at the beginning, and play.

        Args:
            config: whose agents it has.
            profiles: where the prompts of each agent went.
            entries: what happened.
            resolution_s: seconds between two readings of a stream.
            speed: how many seconds pass in one.
            wall: gives the monotonic seconds by which it is played.
        """
        super().__init__(
            config,
            backend_for=lambda agent: NoBackend(agent, profiles[agent.id]),
            health=None,
            resolution_s=resolution_s,
        )
        self.player = Player(entries, self.state, speed=speed, wall=wall)
        self.clock = self.player.clock
        self.notes = NoNotes(self._queues, self._scheduler, self._emit)

    def listen(self, listener: Listener, *, streams: bool = True) -> None:
        """Call `listener` for what happens again, with `streams` for pieces too."""
        self.player.listen(listener, streams=streams)

    @property
    def active(self) -> bool:
        """It plays."""
        return self.player.playing

    @property
    def deferred(self) -> list[tuple[Agent, Deferral]]:
        """Nothing: nobody waits for a server."""
        return []

    def add(self, config: AgentConfig) -> Agent:
        """Refuse.

        Raises:
            ValueError: always.
        """
        raise ValueError(NOTHING_SENT)

    def remove(self, id: str) -> Stopped:
        """Refuse.

        Raises:
            ValueError: always.
        """
        raise ValueError(NOTHING_SENT)

    def pause(self, id: str, *, paused: bool = True) -> bool:
        """Refuse.

        Raises:
            ValueError: always.
        """
        raise ValueError(NOTHING_SENT)

    def change(self, config: AgentConfig) -> None:
        """Refuse.

        Raises:
            ValueError: always.
        """
        raise ValueError(NOTHING_SENT)

    def ask(
        self,
        prompt: str,
        to: Collection[str] | None = None,
        *,
        defer: bool = False,
        cold: bool = False,
    ) -> list[Turn]:
        """Send nothing."""
        return []

    def begin_turn(
        self, prompt: str, to: Collection[str], *, edits: int | None = None
    ) -> list[Turn]:
        """Begin nothing."""
        return []

    def go_back(self, agent: str, turn: int) -> Stopped:
        """Leave it as it was."""
        return Stopped()

    def rerun(self, agents: Collection[str] | None = None, *, cold: bool = False) -> list[Attempt]:
        """Send nothing."""
        return []

    def defer(self, agents: Collection[str] | None = None) -> list[Attempt]:
        """Hold nothing."""
        return []

    def cancel(self, agents: Collection[str] | None = None) -> Stopped:
        """Stop nothing."""
        return Stopped()

    def take_back(self, agents: Collection[str] | None = None) -> tuple[str, ...]:
        """Take nothing back."""
        return ()

    def start_over(self, agents: Collection[str] | None = None) -> Stopped:
        """Begin nothing."""
        return Stopped()


class NoNotes(Notes):
    """Takes nothing in: what was known then is among the events that are played."""

    def server(self, agent: str, *, away: bool, served_by: str, context_length: int | None) -> bool:
        """Nothing new is learned of a server."""
        return False

    def samples(self, sampled: Sampled) -> None:
        """Nothing new is learned of servers and GPUs."""


class NoBackend:
    """Where the prompts of a kept agent went; none goes there now."""

    def __init__(self, config: AgentConfig, profile: KeptProfile) -> None:
        """Know where that was."""
        self.agent = config.id
        self.provider = profile.provider
        self.server = profile.server
        self.url = profile.url
        self.model = profile.model

    def request(self, call: Call) -> ChatRequest:
        """Refuse.

        Raises:
            BackendError: always.
        """
        raise BackendError(ErrorKind.CONFIG, NOTHING_SENT, self.agent, self.server)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Give nothing."""
        nothing: tuple[StreamEvent, ...] = ()
        for event in nothing:
            yield event

    def drain(self) -> list[StreamEvent]:
        """Nothing."""
        return []

    async def aclose(self) -> None:
        """Nothing is open."""
