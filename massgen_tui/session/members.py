"""The agents of a session: they come, go, change and pause while it runs."""

from collections.abc import Collection, Sequence

from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.session.agent import Agent
from massgen_tui.session.events import Stopped
from massgen_tui.session.queue import Queues
from massgen_tui.session.redact import Redactor
from massgen_tui.session.roster import Roster
from massgen_tui.session.state import SessionState


class Members:
    """What a session says of its agents; a session is one."""

    state: SessionState
    _queues: Queues
    _roster: Roster

    def cancel(self, agents: Collection[str] | None = None) -> Stopped:
        """Stop what these agents are doing and take back what waits for them."""
        raise NotImplementedError

    def _must_be_open(self) -> None:
        raise NotImplementedError

    @property
    def config(self) -> Config:
        """The config, with the agents as they are now."""
        return self._roster.config

    @property
    def redact(self) -> Redactor:
        """Takes keys out of what is written: those of agents that came later too."""
        return self._roster.redact

    @property
    def agents(self) -> Sequence[Agent]:
        """The agents, in their order."""
        return tuple(self.state.agents.values())

    def agent(self, id: str) -> Agent:
        """The agent with this id.

        Raises:
            ValueError: there is none.
        """
        return self._queues[id].agent

    def add(self, config: AgentConfig) -> Agent:
        """Take in one more agent, behind the others; it was asked nothing yet.

        Raises:
            ValueError: its id is taken.
        """
        self._must_be_open()
        return self._roster.add(config)

    def remove(self, id: str) -> Stopped:
        """Let an agent go, with its conversation: what runs is stopped, what waits is taken back.

        Raises:
            ValueError: there is none of that id, or no other.
        """
        self._must_be_open()
        self._roster.must_have_others(id)
        stopped = self.cancel([id])
        self._roster.remove(id)
        return stopped

    def change(self, config: AgentConfig) -> None:
        """Ask the agent of this id as it says from now on; an answer that runs goes on.

        Raises:
            ValueError: there is none of that id.
        """
        self._must_be_open()
        self._roster.change(config)

    def configure(self, config: Config) -> None:
        """Have all of a config from now on but its agents, which stay as they are."""
        self._roster.configure(config)

    def pause(self, id: str, *, paused: bool = True) -> bool:
        """Let prompts go to an agent no more, or again; what it was asked before goes on.

        Returns:
            Whether that is new.

        Raises:
            ValueError: there is none of that id.
        """
        self._must_be_open()
        return self._roster.pause(id, paused=paused)

    def settle(self) -> None:
        """Let the agents of a state that was read in be those of the config, by events."""
        self._roster.settle()
