"""A config as the text of a new file, which holds no key: `build` makes the same agents of it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain, count

from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.config.extras import MASK
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.serialise import (
    asked_values,
    endpoint_values,
    half_known,
    kept_values,
    plain,
    settings_values,
)
from massgen_tui.config.values import Json
from massgen_tui.config.variables import references
from massgen_tui.config.yaml_text import yaml_block
from massgen_tui.dialects import DIALECTS
from massgen_tui.text import one_line

_OTHER = re.compile(r"[^A-Z0-9]+")
_HEAD = """\
# Agents for massgen-tui, as they were asked in a session{of}.
# A key stands in a variable of the environment or of a .env file beside this one, never in here.
"""


class NothingToWrite(ValueError):
    """No agent is known whole."""


@dataclass(frozen=True, slots=True)
class AsFile:
    """A file's text, and what is to be known of it."""

    text: str
    variables: tuple[str, ...] = ()
    """Variables that are to be set: they stand for what stood in the config itself."""
    left_out: tuple[str, ...] = ()
    """Agents that are not known whole, which it lacks."""


def as_file(config: Config, known: Collection[str] = ()) -> AsFile:
    """The text of a file that says what a config says.

    A secret that stood in the config is `${VAR}` now, with a variable of its own; one that came
    from a variable stays with it.

    Args:
        config: what is written.
        known: variables that there are. They hold other secrets, which must not go there.

    Raises:
        NothingToWrite: there is no agent that is known whole.
    """
    whole = [agent for agent in config.agents if not half_known(agent)]
    left_out = tuple(agent.id for agent in config.agents if half_known(agent))
    if not whole:
        raise NothingToWrite("no agent is known whole: nothing to write")
    variables = _Variables(known, config)
    values: dict[str, Json] = {"agents": [_agent(agent, variables) for agent in whole]}
    if config.servers:
        values["servers"] = [
            _without_secrets(endpoint_values(one), f"server {number}", variables)
            for number, one in enumerate(config.servers, 1)
        ]
    if config.gpus:
        values["gpus"] = plain([one.model_dump(exclude_defaults=True) for one in config.gpus])
    if ui := (config.file_ui or config.ui).model_dump(exclude_defaults=True):
        values["ui"] = plain(ui)
    if not config.monitor:
        values["monitor"] = False
    if agreeing := _coordination(config.coordination):
        values["orchestrator"] = agreeing
    parts = [f"{yaml_block({name: value})}" for name, value in values.items()]
    head = _HEAD.format(of=f" of {one_line(config.path.name, 80)}" if config.path else "")
    told = [f"# {one_line(name, 80)} is left out: it is not known whole\n" for name in left_out]
    told += [f"# to be set, as it stood in the config: {name}\n" for name in variables.made]
    text = f"{head}{''.join(told)}\n" + "\n".join(parts)
    return AsFile(text, tuple(variables.made), left_out)


class _Variables:
    """New variables, called as no other one is that holds something already."""

    def __init__(self, known: Collection[str], config: Config) -> None:
        """Take no name of `known`, none that the config refers to, and none of a provider's key."""
        self.made: list[str] = []
        told = [agent.model_dump_json() for agent in config.agents]
        told += [server.model_dump_json() for server in config.servers]
        self._taken = {name for text in told for _, name in references(text)}
        self._taken.update(known, (name for one in DIALECTS for name in one.key_vars))

    def new(self, words: str) -> str:
        """One called after these words."""
        name = _OTHER.sub("_", words.upper()).strip("_")
        name = name if name and not name[0].isdigit() else f"AGENT_{name}"
        names = chain([name], (f"{name}_{number}" for number in count(2)))
        made = next(free for free in names if free not in self._taken)
        self._taken.add(made)
        self.made.append(made)
        return made


def _agent(agent: AgentConfig, variables: _Variables) -> Json:
    told, asked = settings_values(agent), asked_values(agent)
    concealed = kept_values(agent)
    told |= {name: concealed[name] for name in told.keys() & {"system_message"}}
    if isinstance(kept := concealed["backend"], dict):
        asked = {name: kept[name] if name != "timeout" else each for name, each in asked.items()}
    placed = _without_secrets(endpoint_values(agent.endpoint), agent.id, variables)
    # in the order in which people write them
    told["backend"] = {"type": None, "model": None} | placed | asked
    if agent.voting_sensitivity:
        told["voting_sensitivity"] = agent.voting_sensitivity
    return told


def _coordination(coordination: CoordinationConfig) -> Json:
    given = coordination.model_dump(exclude_defaults=True, exclude={"understood"})
    return plain(given) if given else None


def _without_secrets(values: Mapping[str, Json], of: str, variables: _Variables) -> dict[str, Json]:
    """The values of an endpoint, with a variable for each secret that stood in the config."""

    def filled(name: str, value: Json) -> Json:
        if isinstance(value, dict):
            return {key: filled(key, each) for key, each in value.items()}
        if not isinstance(value, str) or MASK not in value:
            return value
        return value.replace(MASK, f"${{{variables.new(f'{of}_{name}')}}}")

    masked = ("api_key", "extra_headers", "extra_query")
    return {name: filled(name, each) if name in masked else each for name, each in values.items()}
