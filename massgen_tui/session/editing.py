"""Another prompt in the place of an earlier one."""

from collections.abc import Collection

from massgen_tui.session.events import Stopped
from massgen_tui.session.session import Session


def having(session: Session, turn: int) -> list[str]:
    """The agents whose conversation has this turn."""
    agents = session.agents
    return [one.id for one in agents if any(made.serial == turn for made in one.turns)]


def ask_instead(
    session: Session, turn: int, prompt: str, to: Collection[str] | None = None
) -> Stopped:
    """Ask a prompt in the place of a turn's, of those of these agents whose conversation has it.

    What they are doing is stopped. The turn, and what came after it, is set aside.
    """
    ids = [id for id in having(session, turn) if to is None or id in to]
    stopped = session.cancel(ids)
    if ids:
        # of a prompt that waited nothing is left: it has been taken back
        edits = turn if set(having(session, turn)) & set(ids) else None
        for id, made in zip(ids, session.begin_turn(prompt, ids, edits=edits), strict=False):
            session.step(id, made)
    return stopped
