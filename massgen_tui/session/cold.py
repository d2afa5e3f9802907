"""How a server is asked without use of what it computed for an earlier prompt. Never `flush_cache`.

Which parameter does it is data of the dialect (`Cold`); a server without one is asked as ever.
"""

import secrets
from collections.abc import Mapping

from massgen_tui.config.model import AgentConfig
from massgen_tui.dialects import Cold
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.numbers import cached
from massgen_tui.session.spoken import spoken


def cold_settings(agent: AgentConfig, served_by: str = "") -> Mapping[str, object] | None:
    """Changes to an agent's settings that make one answer cold; None: it cannot be.

    Args:
        agent: who is asked.
        served_by: what its server proved to be, for a type that may be any server.
    """
    match key := spoken(agent, served_by).cold:
        case Cold.CANNOT:
            return None
        case Cold.SALT:
            value: object = secrets.token_hex(8)
        case Cold.UNCACHED:
            value = False
    own = key.value in agent.settings.extra_body  # which would win over a setting
    return {key.value: value} | ({"extra_body": {key.value: None}} if own else {})


def why_warm(agent: AgentConfig, attempt: Attempt) -> str:
    """Why an answer that was to be cold is none; empty: it is, or it was not asked so.

    The server lacks the parameter, refused it, or found some of the prompt in its cache anyway.
    """
    if attempt.cold != "no":
        return cached(attempt) if attempt.cold and attempt.usage and attempt.usage.cached else ""
    keys = [f"`{key.value}`" for key in Cold if key]
    refused = [told for told in attempt.warnings if any(key in told for key in keys)]
    lacks = f"type {agent.endpoint.type} has no parameter for it"
    return f"cannot be cold here: {refused[0] if refused else lacks}"
