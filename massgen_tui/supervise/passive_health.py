"""What our own requests tell of their servers: they are asked already, so nobody need ask again."""

from collections.abc import Mapping, Sequence

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.monitor.status import ServerState, ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.queries import running
from massgen_tui.session.status import Status

AWAY = frozenset({ServerState.DOWN, ServerState.LOADING})
"""The states of a server that is known not to be up."""


def running_on(
    agents: Sequence[Agent], servers: Mapping[str, ServerStatus]
) -> list[tuple[Attempt, ServerStatus | None]]:
    """What runs, and on which server."""
    asking = [(agent, attempt) for agent in agents if (attempt := running(agent)) is not None]
    if not asking:
        return []
    by_agent = statuses_by_agent(servers)
    return [(attempt, by_agent.get(agent.id)) for agent, attempt in asking]


def statuses_by_agent(servers: Mapping[str, ServerStatus]) -> dict[str, ServerStatus]:
    """The status of the server that each agent asks, as `status_of` finds it."""
    found: dict[str, ServerStatus] = {}
    for status in servers.values():
        for agent in status.target.agents:
            found.setdefault(agent, status)
    return found


def status_of(agent: Agent, servers: Mapping[str, ServerStatus]) -> ServerStatus | None:
    """The status of the server that an agent asks, under whatever path it stands."""
    found = (status for status in servers.values() if agent.id in status.target.agents)
    return next(found, None)


def last_word(attempt: Attempt) -> float | None:
    """When the server last sent something of this answer, by the session's clock."""
    asked, opened = attempt.times.asked, attempt.times.first_byte
    if asked is None or opened is None or opened < asked:
        return None
    return max(opened, attempt.times.last_token or opened)


def state_heard(attempt: Attempt) -> tuple[ServerState, str] | None:
    """What an attempt that ended says of its server, and why; None: nothing."""
    if attempt.status is Status.CANCELLED:
        return None
    error = attempt.error
    if error is None:
        return ServerState.UP, ""
    if error.kind is ErrorKind.CONFIG:
        return None
    return _state(error), error.message


_STATES = {
    ErrorKind.UNAUTHORIZED: ServerState.UNAUTHORIZED,
    ErrorKind.UNREACHABLE: ServerState.DOWN,
    ErrorKind.LOADING: ServerState.LOADING,
    ErrorKind.STALLED: ServerState.UNKNOWN,
    ErrorKind.INTERRUPTED: ServerState.UNKNOWN,
}


def _state(error: BackendError) -> ServerState:
    """A refusal (400, 404, 429, 503 of too much work) is the answer of a server that is up."""
    if error.kind is ErrorKind.SERVER_ERROR and error.status is not None:
        return ServerState.DOWN
    return _STATES.get(error.kind, ServerState.UP)
