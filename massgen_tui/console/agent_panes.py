"""A pane for each agent, and one for what they agree on; agents come and go, in a replay too."""

from massgen_tui.console.agreed import Agreed
from massgen_tui.console.changing import Changing
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.session import Session


class AgentPanes:
    """Makes panes, and has those on the main screen that belong there now."""

    def __init__(self, session: Session) -> None:
        """Make none yet."""
        self._session = session
        self._agreed = Agreed(session.state)
        self._made = 0

    def make_all(self) -> list[AgentPane]:
        """A pane for each agent that there is."""
        return [self._make(agent) for agent in self._session.agents]

    def show(self, main: MainScreen, changing: Changing) -> None:
        """Have a pane for each, and mark those whose agent is not as in the config."""
        shown = {pane.agent: pane for pane in main.panes}
        agreed = self._agreed.update()
        wanted = [*self._session.agents, *([agreed] if agreed is not None else [])]
        if list(shown) != wanted:
            main.show([shown.get(agent) or self._make(agent) for agent in wanted])
        for pane in main.panes:
            if pane.agent is not agreed:
                pane.mark(changed=bool(changing.written.differences(pane.agent.config)))

    def agent_of(self, pane: AgentPane | None) -> Agent | None:
        """The agent that a pane is of; None: what all agreed on, or no pane."""
        agent = pane.agent if pane else None
        return None if agent is self._agreed.agent else agent

    def _make(self, agent: Agent) -> AgentPane:
        self._made += 1
        return AgentPane(
            agent,
            self._made,
            clock=self._session.clock,
            bring_to_front=self._bring_to_front,
            id=f"pane-{self._made}",
        )

    def _bring_to_front(self, agent: str, turn: Turn, index: int) -> None:
        if agent == self._agreed.agent.id and turn in self._agreed.agent.turns:
            turn.front = index
            self._agreed.agent.revision += 1
        else:
            self._session.bring_to_front(agent, turn, index)
