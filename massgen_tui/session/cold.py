"""How a server is asked without use of what it computed for an earlier prompt. Never `flush_cache`.

vLLM and SGLang keep prefixes apart by `cache_salt`; llama.cpp leaves its cache aside with
`cache_prompt: false`. Other servers take neither: nothing is sent to them.
"""

import secrets
from collections.abc import Mapping

from massgen_tui.config.model import AgentConfig
from massgen_tui.dialects import resolve


def cold_settings(agent: AgentConfig) -> Mapping[str, object] | None:
    """Changes to an agent's settings that make one answer cold; None: it cannot be."""
    dialect = resolve(agent.endpoint.type, agent.endpoint.base_url)
    extras = dialect.extras if dialect is not None else frozenset()
    if "cache_salt" in extras:
        return {"cache_salt": secrets.token_hex(8)}
    return {"cache_prompt": False} if "cache_prompt" in extras else None
