"""The servers of a config: one for every distinct address, whatever the number of agents on it."""

from pydantic import SecretStr

from massgen_tui.config.address import host_of, port_of, server_root
from massgen_tui.config.extras import identity, replaces_key
from massgen_tui.config.model import AgentConfig, BackendConfig, Config, ExtraServer
from massgen_tui.config.routing import dialect_for
from massgen_tui.config.start_command import asks_for_thinking, command_for, missing_parsers
from massgen_tui.dialects import GENERIC, by_host, resolve
from massgen_tui.dialects.parameters import TOKEN_LIMITS
from massgen_tui.monitor.status import NO_KEY, ServerTarget
from massgen_tui.net.address import is_local, root_of


def targets_of(config: Config) -> tuple[ServerTarget, ...]:
    """The distinct servers that the config names, in the order they first appear.

    Those that no agent uses (`servers:`) come last. Agents of an unknown type have no server.
    """
    groups: dict[tuple[str, str], list[AgentConfig]] = {}
    for agent in config.agents:
        if agent.backend.base_url and resolve(agent.backend.type, agent.backend.base_url):
            groups.setdefault(_apart(agent.backend), []).append(agent)
    targets = {apart: _target(apart[0], agents) for apart, agents in groups.items()}
    for server in config.servers:
        targets.setdefault(_apart(server), _extra(server))
    return tuple(targets.values())


def _apart(place: BackendConfig | ExtraServer) -> tuple[str, str]:
    """What tells servers apart: a gateway's headers say which server is behind it."""
    return _root(place.base_url), identity(place.extra_headers, place.extra_query)


def _target(root: str, agents: list[AgentConfig]) -> ServerTarget:
    first = agents[0].backend
    hosted = _hosted(first.base_url)
    key = next((a.backend.api_key for a in agents if a.backend.api_key), None)
    secret = _secret(first, key)
    problems = [agent.problem for agent in agents if agent.problem]
    stuck = len(problems) == len(agents) or secret == ""
    thinks = any(asks_for_thinking(agent.backend) is True for agent in agents)
    return ServerTarget(
        root=root,
        base_url=first.base_url,
        dialect=dialect_for(first).name,
        models=tuple(dict.fromkeys(agent.backend.model for agent in agents)),
        agents=tuple(agent.id for agent in agents),
        key=secret or None,
        start_command="" if hosted else _command(agents, thinks=thinks),
        start_note="" if hosted else _command_lacks(agents, thinks=thinks),
        hosted=hosted,
        thinks=thinks,
        longest=_longest(agents),
        problem=(problems[0].message if problems else "no key for it") if stuck else "",
        headers=first.extra_headers,
        query=first.extra_query,
    )


def _secret(place: BackendConfig | ExtraServer, key: SecretStr | None) -> str | None:
    """The key it is asked with; None: a header says who asks; empty: there is none."""
    if replaces_key(place.extra_headers):
        return None
    return key.get_secret_value() if key else _unkeyed(place.base_url)


def _longest(agents: list[AgentConfig]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for backend in (agent.backend for agent in agents):
        for settings in (backend.parameters, backend.extra_body):
            limits = [settings.get(name) for name in TOKEN_LIMITS]
            for limit in limits:
                if isinstance(limit, int) and not isinstance(limit, bool):
                    found[backend.model] = max(limit, found.get(backend.model, 0))
    return tuple(found.items())


def _extra(server: ExtraServer) -> ServerTarget:
    hosted = _hosted(server.base_url)
    secret = _secret(server, server.api_key)
    return ServerTarget(
        root=_root(server.base_url),
        base_url=server.base_url,
        dialect=(resolve(server.type, server.base_url) or GENERIC).name,
        models=(),
        key=secret or None,
        hosted=hosted,
        problem="no key for it" if secret == "" else "",
        headers=server.extra_headers,
        query=server.extra_query,
    )


def _command(agents: list[AgentConfig], *, thinks: bool) -> str:
    """One command that suits all agents of the server: a parser is on when any needs it."""
    first = agents[0].backend
    return command_for(
        dialect_for(first),
        first.model,
        port_of(first.base_url),
        thinking=thinks,
        tools=_tools(agents),
    )


def _command_lacks(agents: list[AgentConfig], *, thinks: bool) -> str:
    first = agents[0].backend
    return missing_parsers(dialect_for(first), first.model, thinking=thinks, tools=_tools(agents))


def _tools(agents: list[AgentConfig]) -> bool:
    return any(a.backend.tools or a.backend.extra_body.get("tools") for a in agents)


def _root(base_url: str) -> str:
    """Where a server's own paths stand; of a provider's API only its host matters."""
    return root_of(base_url) if _hosted(base_url) else server_root(base_url)


def _unkeyed(base_url: str) -> str:
    """What it is asked with where there is no key: a provider cannot be."""
    return NO_KEY if by_host(base_url) is None else ""


def _hosted(base_url: str) -> bool:
    """A provider's API, or a gateway far away: not to be probed every few seconds."""
    if by_host(base_url) is not None:
        return True
    return base_url.startswith("https://") and not is_local(host_of(base_url))
