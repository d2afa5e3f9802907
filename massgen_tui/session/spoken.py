"""What an agent's server is spoken to as, where its type may be any server's."""

from massgen_tui.config.model import AgentConfig
from massgen_tui.dialects import GENERIC, Dialect
from massgen_tui.dialects.servers import SERVERS


def spoken(agent: AgentConfig, served_by: str) -> Dialect:
    """The dialect of an agent; of a generic one that of the server that it proved to be.

    Args:
        agent: who is asked.
        served_by: what its server proved to be; empty: not known.
    """
    dialect = agent.endpoint.dialect
    if dialect is GENERIC:
        return next((one for one in SERVERS if served_by.startswith(one.provider)), dialect)
    return dialect
