"""Which agents a session has, and how each is asked: they come, go and change while it runs."""

import asyncio
from collections.abc import Callable

from massgen_tui.backends.base import Backend
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.secrets import secrets_of
from massgen_tui.session import events
from massgen_tui.session.agent import Agent
from massgen_tui.session.connections import Connections, profile_of
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.queue import AgentQueue, Queues
from massgen_tui.session.redact import redactor_of
from massgen_tui.session.state import SessionState


class Roster:
    """Keeps queues, connections, keys to hide and the config in step with the state's agents."""

    def __init__(
        self,
        config: Config,
        state: SessionState,
        *,
        queues: Queues,
        connections: Connections,
        users: Callable[[Backend], list[asyncio.Task[None]]],
        emit: Callable[[SessionEvent], None],
    ) -> None:
        """Begin with the agents of a config, whose queues and backends there are.

        Args:
            config: with the agents.
            state: takes in what happens.
            queues: one an agent.
            connections: their backends.
            users: the tasks that ask a backend.
            emit: makes an event happen.
        """
        self.config = config
        """With the agents as they are now."""
        self.redact = redactor_of(config)
        """Knows the keys of all agents, those that came later and those that have gone too."""
        self._state = state
        self._queues = queues
        self._connections = connections
        self._users = users
        self._emit = emit

    def add(self, config: AgentConfig) -> Agent:
        """Take in one more.

        Raises:
            ValueError: its id is taken.
        """
        if config.id in self._state.agents:
            raise ValueError(f"an agent is called {config.id!r} already")
        self.redact.learn(secrets_of(config.endpoint))
        backend = self._connections.open(config)
        self._emit(events.AgentAdded(config, profile_of(backend)))
        agent = self._state.agents[config.id]
        self._queues.add(AgentQueue(agent, backend))
        self._know_configs()
        return agent

    def must_have_others(self, id: str) -> None:
        """Refuse to let the only agent go.

        Raises:
            ValueError: there is no other.
        """
        if [queue.agent.id for queue in self._queues] == [id]:
            raise ValueError(f"{id} is the only agent: it stays")

    def remove(self, id: str) -> None:
        """Let one go; nothing of it runs or waits any more."""
        backend = self._queues[id].backend
        self._emit(events.AgentRemoved(id))
        self._queues.remove(id)
        self._connections.retire(backend, self._users(backend))
        self._know_configs()

    def change(self, config: AgentConfig) -> None:
        """Ask one otherwise from now on.

        Raises:
            ValueError: there is none of that id.
        """
        queue = self._queues[config.id]
        self.redact.learn(secrets_of(config.endpoint))
        before, queue.backend = queue.backend, self._connections.open(config)
        self._emit(events.SettingsChanged(config, profile_of(queue.backend)))
        self._connections.retire(before, self._users(before))
        self._know_configs()

    def configure(self, config: Config) -> None:
        """Have all of a config from now on but its agents."""
        for endpoint in config.servers:
            self.redact.learn(secrets_of(endpoint))
        self.config = config
        self._know_configs()

    def pause(self, id: str, *, paused: bool) -> bool:
        """Let prompts go to one no more, or again; gives whether that is new.

        Raises:
            ValueError: there is none of that id.
        """
        if self._queues[id].agent.paused == paused:
            return False
        self._emit(events.AgentPaused(id, paused))
        return True

    def settle(self) -> None:
        """Let the agents of a state that was read in be those of the config, by events."""
        configs = {config.id: config for config in self.config.agents}
        for id in [id for id in self._state.agents if id not in configs]:
            self._emit(events.AgentRemoved(id))
        for id, config in configs.items():
            profile = profile_of(self._connections[id])
            if id not in self._state.agents:
                self._emit(events.AgentAdded(config, profile))
            elif self._state.agents[id].config is not config:
                self._emit(events.SettingsChanged(config, profile))
        for id, agent in self._state.agents.items():
            self._queues.add(AgentQueue(agent, self._connections[id]))

    def _know_configs(self) -> None:
        agents = tuple(agent.config for agent in self._state.agents.values())
        self.config = self.config.model_copy(update={"agents": agents})
