"""Which way each agent's server was found to take, remembered for as long as the program runs."""

from massgen_tui.coordinate.ways import Way
from massgen_tui.session.agent import Agent


class WayBook:
    """The ways of servers and models; all begin with the first that may work."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[tuple[str, str], Way] = {}

    def of(self, agent: Agent) -> Way:
        """The way to ask this agent; with tools of its own it is not asked by ours."""
        first = Way.STRUCTURED if agent.config.settings.tools else Way.TOOLS
        return self._known.get(_key(agent), first)

    def lower(self, agent: Agent, tried: Way) -> bool:
        """Take another way than the one that was tried from now on; False where there is none.

        Where another agent of that server has found the same meanwhile, its finding stands.
        """
        if self.of(agent) is tried:
            self._known[_key(agent)] = tried.after
        return self.of(agent) is not tried


def _key(agent: Agent) -> tuple[str, str]:
    own = "tools" if agent.config.settings.tools else ""
    return agent.profile.url or agent.id, f"{agent.profile.model}{own}"
