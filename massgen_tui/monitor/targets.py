"""The servers of a config: one for every distinct address, whatever the number of agents on it."""

from collections.abc import Mapping

from massgen_tui.config.address import host_of, server_root
from massgen_tui.config.schema import AgentConfig, Config
from massgen_tui.config.start_command import start_command
from massgen_tui.dialects import Dialect, dialect_at, dialect_of
from massgen_tui.monitor.fetch import is_local
from massgen_tui.monitor.status import ServerTarget

NO_KEY = "EMPTY"
"""What servers without a key are asked with."""


def targets_of(config: Config) -> tuple[ServerTarget, ...]:
    """The distinct servers that the config's agents use, in the order they first appear.

    Agents of an unknown type have no server.
    """
    groups: dict[str, list[AgentConfig]] = {}
    for agent in config.agents:
        if agent.backend.base_url and dialect_of(agent.backend.type, agent.backend.base_url):
            groups.setdefault(server_root(agent.backend.base_url), []).append(agent)
    return tuple(_target(root, agents) for root, agents in groups.items())


def _target(root: str, agents: list[AgentConfig]) -> ServerTarget:
    first = agents[0].backend
    hosted = _hosted(first.base_url)
    key = next((a.backend.api_key for a in agents if a.backend.api_key), None)
    secret = key.get_secret_value() if key else ("" if hosted else NO_KEY)
    problems = [agent.problem for agent in agents if agent.problem]
    stuck = len(problems) == len(agents) or not secret
    return ServerTarget(
        root=root,
        base_url=first.base_url,
        dialect=_name(dialect_of(first.type, first.base_url), first.type),
        models=tuple(dict.fromkeys(agent.backend.model for agent in agents)),
        agents=tuple(agent.id for agent in agents),
        key=secret or None,
        start_command="" if hosted else start_command(agents[0]),
        hosted=hosted,
        thinks=any(thinks(agent) for agent in agents),
        problem=(problems[0].message if problems else "no key for it") if stuck else "",
    )


def _hosted(base_url: str) -> bool:
    """A provider's API, or a gateway far away: not to be probed every few seconds."""
    if dialect_at(base_url) is not None:
        return True
    return base_url.startswith("https://") and not is_local(host_of(base_url))


def _name(dialect: Dialect | None, kind: str) -> str:
    return dialect.name if dialect else kind


def thinks(agent: AgentConfig) -> bool:
    """Whether the config asks this agent's server for reasoning, in any of the ways to write it."""
    body = agent.backend.extra_body
    places = (agent.backend.parameters, body)
    for place in places:
        template = place.get("chat_template_kwargs")
        switches = [place, template if isinstance(template, Mapping) else {}]
        if any(switch.get(key) is True for switch in switches for key in _SWITCHES):
            return True
        if place.get("separate_reasoning") is True:
            return True
        if place.get("reasoning_effort") not in (None, "none"):
            return True
    return False


_SWITCHES = ("enable_thinking", "thinking")
