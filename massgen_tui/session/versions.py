"""Versions of a prompt: an agent's turns are a tree, its conversation is one path through it.

To ask another prompt in the place of one makes a second branch; the first is set aside, and may be
gone back to. Nothing is erased.
"""

from massgen_tui.session.agent import Agent, Turn


def set_aside(agent: Agent, serial: int) -> bool:
    """Let this turn, and what came after it, be no part of the conversation; False: it is none."""
    kept = [turn for turn in agent.turns if turn.serial < serial]
    if not any(turn.serial == serial for turn in agent.turns[len(kept) :]):
        return False
    _choose(agent, kept)
    return True


def turn_to(agent: Agent, serial: int) -> None:
    """Let the conversation be the one that ends with this turn.

    Raises:
        KeyError: there is none, or not all that was before it.
    """
    known = {turn.serial: turn for turn in (*agent.aside, *agent.turns)}
    path = []
    while serial:
        path.append(known[serial])
        serial = known[serial].after
    _choose(agent, path[::-1])


def versions_of(agent: Agent, turn: Turn) -> list[Turn]:
    """This turn and those that stand aside in its place, the oldest first."""
    others = (one for one in agent.aside if one.after == turn.after and one is not turn)
    return sorted((turn, *others), key=lambda one: one.serial)


def end_of(agent: Agent, turn: Turn) -> Turn:
    """The turn with which the newest conversation ends that goes by this one."""
    turns = (*agent.aside, *agent.turns)
    while after := [one for one in turns if one.after == turn.serial]:
        turn = max(after, key=lambda one: one.serial)
    return turn


def _choose(agent: Agent, path: list[Turn]) -> None:
    chosen = {turn.serial for turn in path}
    rest = [turn for turn in (*agent.aside, *agent.turns) if turn.serial not in chosen]
    agent.turns[:] = path
    agent.aside[:] = sorted(rest, key=lambda turn: turn.serial)
    for turn in (*path, *rest):
        turn.aside = turn.serial not in chosen
    agent.revision += 1
