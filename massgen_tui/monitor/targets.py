"""The servers of a config: one for every distinct address, whatever the number of agents on it."""

from dataclasses import replace

from pydantic import SecretStr

from massgen_tui.config.address import port_of, server_root
from massgen_tui.config.extras import identity, replaces_key
from massgen_tui.config.model import AgentConfig, Config, Endpoint
from massgen_tui.config.reach import is_far, within_reach
from massgen_tui.config.start_command import asks_for_thinking, command_for, missing_parsers
from massgen_tui.dialects import by_host, resolve
from massgen_tui.dialects.parameters import TOKEN_LIMITS
from massgen_tui.monitor.status import NO_KEY, ServerTarget
from massgen_tui.net.address import root_of


def targets_of(config: Config) -> tuple[ServerTarget, ...]:
    """The distinct servers that the config names, in the order they first appear.

    Those that no agent uses (`servers:`) come last. Agents of an unknown type have no server.
    """
    groups: dict[tuple[str, str], list[AgentConfig]] = {}
    for agent in config.agents:
        if agent.endpoint.base_url and resolve(agent.endpoint.type, agent.endpoint.base_url):
            groups.setdefault(_apart(agent.endpoint), []).append(agent)
    targets = {apart: _target(apart[0], agents) for apart, agents in groups.items()}
    for server in config.servers:
        known = targets.setdefault(_apart(server), _extra(server))
        pages = tuple(dict.fromkeys((*known.pages, *server.metrics_pages)))
        targets[_apart(server)] = replace(known, pages=pages)
    return tuple(targets.values())


def _apart(place: Endpoint) -> tuple[str, str]:
    """What tells servers apart: a gateway's headers say which server is behind it."""
    return _root(place.base_url), identity(place.extra_headers, place.extra_query)


def _target(root: str, agents: list[AgentConfig]) -> ServerTarget:
    first = agents[0].endpoint
    hosted = is_far(first.base_url)
    key = next((a.endpoint.api_key for a in agents if a.endpoint.api_key), None)
    secret = _secret(first, key)
    problems = [agent.problem for agent in agents if agent.problem]
    stuck = len(problems) == len(agents) or secret == ""
    pages = tuple(dict.fromkeys(page for a in agents for page in a.endpoint.metrics_pages))
    own = all(within_reach(agent.endpoint) for agent in agents)
    thinks = any(asks_for_thinking(agent) is True for agent in agents)
    return ServerTarget(
        root=root,
        base_url=first.base_url,
        dialect=first.dialect.name,
        models=tuple(dict.fromkeys(agent.settings.model for agent in agents)),
        agents=tuple(agent.id for agent in agents),
        key=secret or None,
        start_command=_command(agents, thinks=thinks) if own else "",
        start_note=_command_lacks(agents, thinks=thinks) if own else "",
        hosted=hosted,
        thinks=thinks,
        longest=_longest(agents),
        problem=(problems[0].message if problems else "no key for it") if stuck else "",
        headers=first.extra_headers,
        query=first.extra_query,
        pages=pages,
    )


def _secret(place: Endpoint, key: SecretStr | None) -> str | None:
    """The key it is asked with; None: a header says who asks; empty: there is none."""
    if replaces_key(place.extra_headers):
        return None
    return key.get_secret_value() if key else _unkeyed(place.base_url)


def _longest(agents: list[AgentConfig]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for settings in (agent.settings for agent in agents):
        for given in (settings.parameters, settings.extra_body):
            limits = [given.get(name) for name in TOKEN_LIMITS]
            for limit in limits:
                if isinstance(limit, int) and not isinstance(limit, bool):
                    found[settings.model] = max(limit, found.get(settings.model, 0))
    return tuple(found.items())


def _extra(server: Endpoint) -> ServerTarget:
    hosted = is_far(server.base_url)
    secret = _secret(server, server.api_key)
    return ServerTarget(
        root=_root(server.base_url),
        base_url=server.base_url,
        dialect=server.dialect.name,
        models=(),
        key=secret or None,
        hosted=hosted,
        problem="no key for it" if secret == "" else "",
        headers=server.extra_headers,
        query=server.extra_query,
        pages=server.metrics_pages,
    )


def _command(agents: list[AgentConfig], *, thinks: bool) -> str:
    """One command that suits all agents of the server: a parser is on when any needs it."""
    first = agents[0]
    return command_for(
        first.endpoint.dialect,
        first.settings.model,
        port_of(first.endpoint.base_url),
        thinking=thinks,
        tools=_tools(agents),
    )


def _command_lacks(agents: list[AgentConfig], *, thinks: bool) -> str:
    dialect, model = agents[0].endpoint.dialect, agents[0].settings.model
    return missing_parsers(dialect, model, thinking=thinks, tools=_tools(agents))


def _tools(agents: list[AgentConfig]) -> bool:
    return any(a.settings.tools or a.settings.extra_body.get("tools") for a in agents)


def _root(base_url: str) -> str:
    """Where a server's own paths stand; of a provider's API only its host matters."""
    return root_of(base_url) if is_far(base_url) else server_root(base_url)


def _unkeyed(base_url: str) -> str:
    """What it is asked with where there is no key: a provider cannot be."""
    return NO_KEY if by_host(base_url) is None else ""
