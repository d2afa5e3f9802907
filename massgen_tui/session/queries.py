"""Which attempt counts: the questions about a conversation that more than one place asks."""

from collections.abc import Iterable

from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status


def newest(agent: Agent) -> Attempt | None:
    """The last attempt at the last prompt, whichever is in front."""
    attempts = agent.turns[-1].attempts if agent.turns else []
    return attempts[-1] if attempts else None


def is_busy(agent: Agent) -> bool:
    """Something of this agent runs or waits."""
    last = (turn.attempts[-1] for turn in agent.turns if turn.attempts)
    return any(not attempt.status.ended for attempt in last)


def running(agent: Agent) -> Attempt | None:
    """The attempt that an agent's server works on now."""
    for turn in reversed(agent.turns):
        last = turn.attempts[-1] if turn.attempts else None
        if last is not None and last.status is not Status.QUEUED:
            return None if last.status.ended else last
    return None


def shown(agent: Agent) -> Attempt | None:
    """The attempt that runs or is held, else the one in front of the last turn that was begun."""
    for turn in reversed(agent.turns):
        attempt = turn.attempts[-1] if turn.attempts else None
        if attempt is None or attempt.status.ended:
            break  # what was asked before has ended too
        if attempt.status is not Status.QUEUED or attempt.deferral is not None:
            return attempt
    return agent.current


def unended(agents: Iterable[Agent]) -> list[Attempt]:
    """The attempts that have not ended, oldest first for each agent."""
    turns = (turn for agent in agents for turn in (*agent.aside, *agent.turns))
    return [one for turn in turns for one in turn.attempts if not one.status.ended]
