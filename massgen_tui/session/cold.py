"""How a server is asked without use of what it computed for an earlier prompt. Never `flush_cache`.

Which parameter does it is data of the dialect (`Cold`); a server without one is asked as ever.
"""

import secrets
from collections.abc import Mapping

from massgen_tui.config.model import AgentConfig
from massgen_tui.dialects import GENERIC, Cold
from massgen_tui.dialects.servers import SERVERS
from massgen_tui.session.attempt import Attempt


def cold_settings(agent: AgentConfig, served_by: str = "") -> Mapping[str, object] | None:
    """Changes to an agent's settings that make one answer cold; None: it cannot be.

    Args:
        agent: who is asked.
        served_by: what its server proved to be, for a type that may be any server.
    """
    match key := _dialect_cold(agent, served_by):
        case Cold.CANNOT:
            return None
        case Cold.SALT:
            value: object = secrets.token_hex(8)
        case Cold.UNCACHED:
            value = False
    own = key.value in agent.settings.extra_body  # which would win over a setting
    return {key.value: value} | ({"extra_body": {key.value: None}} if own else {})


def cannot_be_cold(agent: AgentConfig, attempt: Attempt | None = None) -> str:
    """Why an answer is not cold, in words: what the server refused, or lacks."""
    told = attempt.warnings if attempt is not None else ()
    keys = [f"`{key.value}`" for key in Cold if key]
    refused = next((words for words in told if any(key in words for key in keys)), "")
    return (
        f"cannot be cold here: {refused or f'type {agent.endpoint.type} has no parameter for it'}"
    )


def _dialect_cold(agent: AgentConfig, served_by: str) -> Cold:
    dialect = agent.endpoint.dialect
    if dialect is GENERIC:
        dialect = next((one for one in SERVERS if served_by.startswith(one.provider)), dialect)
    return dialect.cold
