"""Why a prompt does not go to agents that are paused."""

from collections.abc import Collection, Sequence

from massgen_tui.console.keys import name_of
from massgen_tui.session.session import Session


def paused(session: Session, to: Collection[str] | None) -> str:
    """That a prompt is for paused agents: one that is named, or all; empty: it is not.

    Args:
        session: whose agents.
        to: the ids of those that it is for; None: all.
    """
    found = [one.id for one in session.agents if one.paused and (to is None or one.id in to)]
    if not found or (to is None and len(found) < len(session.agents)):
        return ""
    return told_paused(session, found)


def told_paused(session: Session, ids: Sequence[str]) -> str:
    """That these are paused, and what lets them go on."""
    many = "are" if ids[1:] else "is"
    key = name_of("pane.pause", session.config.ui.keymap)
    return f"not sent: {', '.join(ids)} {many} paused ({key} in its pane lets it go on)"
