"""What a session is at a moment: its agents, turns and attempts, folded from its events."""

from collections.abc import Iterable

from massgen_tui.backends.events import Arrived, RequestSent
from massgen_tui.session import coordination_events, events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import GRAIN, Attempt
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.ended import Ended
from massgen_tui.session.events import Entry
from massgen_tui.session.fold_attempt import AttemptEvent, fold_attempt
from massgen_tui.session.fold_coordination import fold_coordination
from massgen_tui.session.joint import go_on_with
from massgen_tui.session.place import place_at
from massgen_tui.session.raw_answers import RawAnswers
from massgen_tui.session.requests import SentRequests
from massgen_tui.session.times import Times
from massgen_tui.session.turn_numbers import TurnNumbers
from massgen_tui.session.versions import set_aside, turn_to


class SessionState:
    """The fold of a session's events: `apply` is the only writer of agents, turns and attempts."""

    def __init__(
        self, agents: Iterable[Agent], resolution_s: float = GRAIN, *, keep_past: bool = False
    ) -> None:
        """Begin with these agents, which nobody has asked yet.

        Args:
            agents: in the config's order.
            resolution_s: seconds between two readings of a stream.
            keep_past: hold on to the turns of conversations that end (`Agent.past`).
        """
        self.agents: dict[str, Agent] = {}
        self.removed: list[Agent] = []
        """Those that have gone, each with what it said where the past is held on to."""
        self.seq = 0
        """The place of the next entry."""
        self.next_turn = 1
        self.next_attempt = 1
        self._resolution_s = resolution_s
        self._keep_past = keep_past
        self.cleared = False
        """Some conversation ended."""
        self.ended: dict[str, Ended] = {}
        """The conversations that did, by their agents."""
        self.holds_ended = False
        """Hold their texts, packed: no file of this session keeps them."""
        self.title = ""
        """What the user called the session; empty: nothing."""
        self.sampled: tuple[float, events.Sampled] | None = None
        """What servers and GPUs were like when they were last sampled, and when that was."""
        self._prompted: set[int] = set()
        """The serials of all turns."""
        self._placed: dict[int, tuple[Agent, Turn, Attempt]] = {}
        self.agreements: dict[int, list[Agreement]] = {}
        """The coordinations of each turn, by its serial; the last one stands."""
        self._requests = SentRequests()
        self._raw = RawAnswers()
        self._numbers = TurnNumbers()
        self.begin_with(agents)

    def begin_with(self, agents: Iterable[Agent]) -> None:
        """Have these agents at the first event; none has happened yet."""
        self._first = [(agent, agent.config, agent.profile) for agent in agents]
        self.agents = {agent.id: agent for agent, _, _ in self._first}

    @property
    def everyone(self) -> tuple[Agent, ...]:
        """The agents, and those that have gone and of which something is held on to."""
        return (*self.agents.values(), *(agent for agent in self.removed if agent.past))

    def attempt(self, serial: int) -> Attempt:
        """The attempt with this serial.

        Raises:
            KeyError: it was taken out of its conversation, or never was.
        """
        return self._placed[serial][2]

    def place(self, serial: int) -> tuple[Agent, Turn, Attempt]:
        """The attempt with this serial, its turn and its agent.

        Raises:
            KeyError: it was taken out of its conversation, or never was.
        """
        return self._placed[serial]

    def recall(self, agent: str, turn: int, prompt: str) -> None:
        """Let an agent have a turn again that was shelved."""
        turns = self.agents[agent].turns
        if not any(one.serial == turn for one in turns):
            turns.append(Turn(turn, prompt))

    def shelve(self, agent: str, turn: int) -> None:
        """Let go of what ended of a turn, and of the turn with its last attempt.

        For a state that many prompts go through, of which it is to hold those under way alone.
        """
        turns = self.agents[agent].turns
        for one in [one for one in turns if one.serial == turn]:
            for attempt in [one for one in one.attempts if one.status.ended]:
                one.attempts.remove(attempt)
                del self._placed[attempt.serial]
            if not one.attempts:
                turns.remove(one)

    def number_of(self, turn: int) -> int:
        """What people call a turn, from 1: its place among those of all conversations."""
        return self._numbers.number(turn, self.agents.values())

    def reset(self) -> None:
        """Be what it was before the first event."""
        self.agents.clear()
        self.removed.clear()
        for agent, config, profile in self._first:
            self.agents[agent.id] = agent
            agent.config, agent.profile = config, profile
            agent.turns.clear()
            agent.past.clear()
            agent.aside.clear()
            agent.away, agent.served_by, agent.context_length = False, "", None
            agent.paused = False
            agent.place = place_at(profile)
            agent.revision += 1
        self.seq, self.next_turn, self.next_attempt, self.title = 0, 1, 1, ""
        self.sampled = None
        self._prompted.clear()
        self._placed.clear()
        self.agreements.clear()
        self.ended.clear()
        self._requests = SentRequests()
        self._raw = RawAnswers()

    def apply(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises:
            KeyError, ValueError: it speaks of an agent, a turn or an attempt that is not there, or
                makes one that is there already, as in a damaged file; nothing was changed.
        """
        self.seq = entry.seq + 1
        event, at = entry.event, entry.at
        if isinstance(event, events.Streamed):
            self._stream(event, at)
        elif isinstance(event, events.Prompted):
            self._prompt(event)
        elif isinstance(event, events.Cleared | events.WentBack | events.ServerNoted):
            self._apply_to_agents(event)
        elif isinstance(event, events.Queued):
            self._queue(event, at)
        elif isinstance(event, events.TakenBack):
            self._take_back(event)
        elif isinstance(event, events.BroughtToFront):
            self._bring_to_front(event)
        elif isinstance(event, events.RosterEvent):
            self._apply_to_roster(event)
        elif isinstance(event, events.Renamed):
            self.title = event.title
        elif isinstance(event, events.Sampled):
            self.sampled = at, event
        elif isinstance(event, coordination_events.CoordinationEvent):
            fold_coordination(self, event)
        elif isinstance(event, events.Closed):
            pass
        else:
            self._apply_to_attempt(event, at)

    def _prompt(self, event: events.Prompted) -> None:
        agents, serial = [self.agents[id] for id in event.agents], event.turn
        if serial in self._prompted:
            raise ValueError(f"there is a turn {serial} already")
        if event.edits is not None:
            edited = [set_aside(agent, event.edits) for agent in agents]
            if not any(edited):
                raise ValueError(f"there is no turn {event.edits} to edit")
        self._prompted.add(serial)
        self.next_turn = max(self.next_turn, serial + 1)
        for agent in agents:
            after = agent.turns[-1].serial if agent.turns else 0
            agent.turns.append(Turn(serial, event.text, after=after))
            agent.revision += 1

    def _apply_to_agents(
        self, event: events.Cleared | events.WentBack | events.ServerNoted
    ) -> None:
        match event:
            case events.Cleared(agents=ids):
                for agent in [self.agents[id] for id in ids]:
                    self._end_conversation(agent)
            case events.WentBack(turn=serial, agent=id):
                turn_to(self.agents[id], serial)
            case events.ServerNoted():
                agent = self.agents[event.agent]
                agent.away, agent.served_by = event.away, event.served_by
                agent.context_length = event.context_length
                agent.place.served_by = event.served_by
                agent.revision += 1

    def _apply_to_roster(self, event: events.RosterEvent) -> None:
        match event:
            case events.AgentAdded(config=config, profile=profile):
                if config.id in self.agents:
                    raise ValueError(f"an agent is called {config.id!r} already")
                self.agents[config.id] = Agent(config, profile)
            case events.AgentRemoved(agent=id):
                agent = self.agents.pop(id)
                self._end_conversation(agent)
                self.removed.append(agent)
            case events.AgentPaused(agent=id, paused=paused):
                agent = self.agents[id]
                agent.paused = paused
                agent.revision += 1
            case events.SettingsChanged(config=config, profile=profile):
                agent = self.agents[config.id]
                if (agent.profile.url, agent.profile.model) != (profile.url, profile.model):
                    agent.away, agent.served_by, agent.context_length = False, "", None
                if (place := place_at(profile)).profile != agent.place.profile:
                    agent.place = place
                agent.config, agent.profile = config, profile
                agent.revision += 1

    def _end_conversation(self, agent: Agent) -> None:
        turns = sorted((*agent.aside, *agent.turns), key=lambda turn: turn.serial)
        self._forget(turns)
        self._requests.forget(agent.id)
        self._raw.forget(agent.id)
        self.cleared = self.cleared or bool(turns)
        agent.past += turns if self._keep_past else ()
        self.ended.setdefault(agent.id, Ended()).add(turns, texts=self.holds_ended)
        agent.turns.clear()
        agent.aside.clear()
        agent.revision += 1

    def _queue(self, event: events.Queued, at: float) -> None:
        agent = self.agents[event.agent]
        turn = _turn(agent, event.turn)
        if event.attempt in self._placed:
            raise ValueError(f"there is an attempt {event.attempt} already")
        before = None if event.continues is None else self.attempt(event.continues)
        times = Times(created=at)
        attempt = Attempt(agent.id, event.attempt, times, self._resolution_s)
        if before is not None:
            go_on_with(attempt, before)
        attempt.cold = event.cold
        self.next_attempt = max(self.next_attempt, event.attempt + 1)
        turn.attempts.append(attempt)
        turn.front = -1
        agent.revision += 1
        self._placed[event.attempt] = agent, turn, attempt

    def _take_back(self, event: events.TakenBack) -> None:
        agent = self.agents[event.agent]
        turn = _turn(agent, event.turn)
        agent.turns.remove(turn)
        agent.revision += 1
        self._forget([turn])

    def _bring_to_front(self, event: events.BroughtToFront) -> None:
        agent = self.agents[event.agent]
        turn = _turn(agent, event.turn)
        turn.front = [attempt.serial for attempt in turn.attempts].index(event.attempt)
        agent.revision += 1

    def _apply_to_attempt(self, event: AttemptEvent | events.Withdrawn, at: float) -> None:
        agent, turn, attempt = self._placed[event.attempt]
        if not isinstance(event, events.Withdrawn):
            fold_attempt(attempt, event, at, agent.place)
            return
        turn.attempts.remove(attempt)
        turn.front = -1
        agent.revision += 1
        del self._placed[event.attempt]

    def _stream(self, event: events.Streamed, at: float) -> None:
        (agent, _, attempt), streamed = self._placed[event.attempt], event.event
        if isinstance(streamed, Arrived):
            attempt.date(streamed, at)
            return
        if isinstance(streamed, RequestSent):
            body = self._requests.keep(attempt.agent, streamed.body, agent.said)
            streamed = RequestSent(body, self._raw.keep(attempt.agent, streamed.exchange))
        attempt.apply(streamed, at)

    def _forget(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            for attempt in turn.attempts:
                del self._placed[attempt.serial]


def _turn(agent: Agent, serial: int) -> Turn:
    for turn in reversed(agent.turns):
        if turn.serial == serial:
            return turn
    raise KeyError(serial)
