"""Changes the agents of a running session: by a form of what each is asked with."""

import importlib
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui.config.form import Changed, changed, fields_of, texts_of, unchangeable
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.variables import gather
from massgen_tui.console.config_file import Saved, save_as, usual_name
from massgen_tui.console.written import AsWritten
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.session import Session
from massgen_tui.supervise.passive_health import status_of

if TYPE_CHECKING:
    from massgen_tui.console.screens.parameters import ParametersScreen


class Changing:
    """What is changed of a session's agents, and what the config says of them."""

    def __init__(
        self,
        session: Session,
        written: AsWritten,
        *,
        servers: Callable[[], Mapping[str, ServerStatus]],
        change: Callable[[AgentConfig], None],
    ) -> None:
        """Change the agents of `session`.

        Args:
            session: whose agents.
            written: what the config says.
            servers: what is known of servers now.
            change: asks an agent otherwise from now on.
        """
        self._session = session
        self.written = written
        self._servers = servers
        self._change = change

    def objection(self, agent: Agent) -> str:
        """Why an agent cannot be changed; empty: it can."""
        return unchangeable(agent.config)

    def form(self, agent: Agent) -> "ParametersScreen":
        """What an agent is asked with, to be changed."""
        # what it is made of takes time to import, and the first frame does not need it
        room = importlib.import_module("massgen_tui.console.screens.parameters")
        config, settings = agent.config, self.written.settings(agent.id)
        told = room.Shown(
            agent.id,
            fields_of(config),
            texts_of(config),
            self.written.differences(config),
            None
            if settings is None
            else texts_of(config.model_copy(update={"settings": settings})),
            served(agent, self._servers()),
        )
        check = partial(changed, config, variables=variables_of(self._session.config))
        made: ParametersScreen = room.ParametersScreen(told, check)
        return made

    def ask_so(self, agent: Agent, wanted: Changed) -> str:
        """Ask an agent as a form says, from the next prompt on; gives what is to be said."""
        if wanted.agent.settings == agent.config.settings:
            return f"{agent.id} stays as it is"
        self._change(wanted.agent)
        return "\n".join([f"{agent.id} is asked so from the next prompt on", *wanted.warnings])

    def usual_name(self) -> str:
        """A name for a new config that is free."""
        return usual_name(self._session.config)

    def save_as(self, name: str, *, over: bool = False) -> Saved:
        """Write all agents to a config of this name; `over` what is there, when that was asked."""
        return save_as(self._session.config, name, over=over)


def served(agent: Agent, servers: Mapping[str, ServerStatus]) -> tuple[str, ...]:
    """The models that an agent's server says it serves, without names that no config can hold."""
    status = status_of(agent, servers)
    names = [model.id for model in status.models] if status is not None else []
    return tuple(dict.fromkeys(name for name in names if name.strip() and name.isprintable()))


def variables_of(config: Config) -> dict[str, str]:
    """What `${VAR}` is filled in from: the environment and `.env`, as for the config."""
    folders = [Path.cwd()] if config.path is None else [config.path.absolute().parent, Path.cwd()]
    return gather(os.environ, folders)[0]
