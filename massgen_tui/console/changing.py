"""Changes the agents of a running session: by a form of what each is asked with."""

import importlib
import itertools
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui.config.build import InvalidValues
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.own_settings import with_own
from massgen_tui.config.variables import gather
from massgen_tui.console.agreed import NAME
from massgen_tui.console.written import AsWritten
from massgen_tui.late import late
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.queries import is_busy
from massgen_tui.session.session import Session
from massgen_tui.supervise.passive_health import status_of
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.config import form
    from massgen_tui.config.form import Changed
    from massgen_tui.console import config_file
    from massgen_tui.console.config_file import Saved
    from massgen_tui.console.screens.parameters import ParametersScreen
    from massgen_tui.discover.found import Choice, Found
else:
    form = late("massgen_tui.config.form")
    config_file = late("massgen_tui.console.config_file")

_NUMBERED = re.compile(r"-\d+$")


class Changing:
    """What is changed of a session's agents, and what the config says of them."""

    def __init__(
        self,
        session: Session,
        written: AsWritten,
        *,
        servers: Callable[[], Mapping[str, ServerStatus]],
        change: Callable[[AgentConfig], None],
        take_in: Callable[[AgentConfig], None],
        kept: bool,
    ) -> None:
        """Change the agents of `session`.

        Args:
            session: whose agents.
            written: what the config says.
            servers: what is known of servers now.
            change: asks an agent otherwise from now on.
            take_in: adds an agent.
            kept: the session has a file.
        """
        self._session = session
        self.written = written
        self._servers = servers
        self._change = change
        self._take_in = take_in
        self._kept = kept

    def objection(self, agent: Agent) -> str:
        """Why an agent cannot be changed; empty: it can."""
        return form.unchangeable(agent.config)

    def form(self, agent: Agent, *, clone: bool = False) -> "ParametersScreen":
        """What an agent is asked with, to be changed, or for another one."""
        # what it is made of takes time to import, and the first frame does not need it
        room = importlib.import_module("massgen_tui.console.screens.parameters")
        config, settings = agent.config, self.written.settings(agent.id)
        told = room.Shown(
            agent.id,
            form.fields_of(config),
            form.texts_of(config),
            self.written.differences(config),
            None
            if settings is None
            else form.texts_of(config.model_copy(update={"settings": settings})),
            served(agent, self._servers()),
        )
        check = partial(form.changed, config, variables=variables_of(self._session.config))
        made: ParametersScreen = room.ParametersScreen(told, check, clone=clone)
        return made

    def ask_so(self, agent: Agent, wanted: "Changed") -> str:
        """Ask an agent as a form says, from the next prompt on; gives what is to be said."""
        if wanted.agent.settings == agent.config.settings:
            return f"{agent.id} stays as it is"
        try:
            self._change(wanted.agent)
        except ValueError as error:  # it has gone meanwhile, as the config was read anew
            return str(error)
        return "\n".join([f"{agent.id} is asked so from the next prompt on", *wanted.warnings])

    def clone(self, wanted: "Changed") -> str:
        """Take in another agent that is asked as a form says; gives what is to be said."""
        id = free_id(wanted.agent.id, self._taken)
        self._take_in(wanted.agent.model_copy(update={"id": id}))
        told = f"{id} is there, and begins without a conversation; @{id} asks it alone"
        return "\n".join([told, *wanted.warnings])

    @property
    def _taken(self) -> set[str]:
        """The ids of all agents that the session has or had, and of what they agree on."""
        state = self._session.state
        return {*state.agents, *(agent.id for agent in state.removed), NAME}

    def pause(self, agent: Agent) -> str:
        """Let prompts go to an agent no more, or again; gives what is to be said."""
        self._session.pause(agent.id, paused=not agent.paused)
        if not agent.paused:
            return f"{agent.id} goes on: prompts go to it again"
        still = "; what it was asked goes on" if is_busy(agent) else ""
        return f"{agent.id} is paused: prompts do not go to it{still}"

    def question(self, agent: Agent) -> str:
        """What is asked before an agent goes; empty: it need not be."""
        if not is_busy(agent) or len(self._session.agents) < 2:
            return ""
        kept = (
            "What it said stays in the session's file." if self._kept else "Nothing is kept of it."
        )
        told = f"{one_line(agent.id, 60)} is answering. {kept}"
        return f"{told}\n\ny stop it and let it go    n let it stay"

    async def look(self, address: str, model: str, key_variable: str) -> "Found":
        """What stands at an address, by the rules and in the words of the command line."""
        room = importlib.import_module("massgen_tui.discover.look")
        settled = importlib.import_module("massgen_tui.discover.settled")
        variables = variables_of(self._session.config)
        [found] = await room.look_at([address], variables, key_variable=key_variable)
        looked: Found = settled.settled(found, model)
        return looked

    def choice(self, found: "Found") -> "Choice":
        """The choice of the model that is meant."""
        chosen: Choice = importlib.import_module("massgen_tui.discover.settled").choice(found)
        return chosen

    def add(self, chosen: Sequence["Choice"]) -> str:
        """Take in agents of what was found; gives what is to be said."""
        values = importlib.import_module("massgen_tui.discover.values")
        variables = variables_of(self._session.config)
        try:
            config: Config = values.config_of(chosen, variables, self._taken)
        except InvalidValues as error:
            return f"not added: {error}"
        for agent in with_own(config).agents:
            self._take_in(agent)
        ids = ", ".join(agent.id for agent in config.agents)
        many = "are" if config.agents[1:] else "is"
        return "\n".join([f"{ids} {many} there", *config.warnings])

    def usual_name(self) -> str:
        """A name for a new config that is free."""
        return config_file.usual_name(self._session.config)

    def save_as(self, name: str, *, over: bool = False) -> "Saved":
        """Write all agents to a config of this name; `over` what is there, when that was asked."""
        config = self._session.config
        return config_file.save_as(config, name, over=over, known=variables_of(config))


def free_id(like: str, taken: Collection[str]) -> str:
    """An id like another one that none has: `qwen-2`, then `qwen-3`."""
    base = _NUMBERED.sub("", like)
    base = base if base in taken else like
    return next(id for number in itertools.count(2) if (id := f"{base}-{number}") not in taken)


def served(agent: Agent, servers: Mapping[str, ServerStatus]) -> tuple[str, ...]:
    """The models that an agent's server says it serves, without names that no config can hold."""
    status = status_of(agent, servers)
    names = [model.id for model in status.models] if status is not None else []
    return tuple(dict.fromkeys(name for name in names if name.strip() and name.isprintable()))


def variables_of(config: Config) -> dict[str, str]:
    """What `${VAR}` is filled in from: the environment and `.env`, as for the config."""
    folders = [Path.cwd()] if config.path is None else [config.path.absolute().parent, Path.cwd()]
    return gather(os.environ, folders)[0]
