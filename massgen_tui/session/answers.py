"""What is copied of the answers."""

from collections.abc import Sequence

from massgen_tui.session.agent import Agent
from massgen_tui.session.cited import cited_answer


def last_answers(agents: Sequence[Agent]) -> str:
    """The last answer of one agent as it is; those of several under headings."""
    said = [(agent, cited_answer(agent.current)) for agent in agents if agent.current is not None]
    said = [(agent, text) for agent, text in said if text]
    if len(said) == 1:
        return said[0][1]
    return "\n\n".join(f"## {agent.id}\n\n{text}" for agent, text in said)
