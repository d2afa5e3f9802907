"""Answers to files, as the keys and the palette ask for them."""

from asyncio import to_thread
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from massgen_tui.export.document import document_of, running
from massgen_tui.export.files import save
from massgen_tui.export.forms import written
from massgen_tui.session.agent import Agent
from massgen_tui.session.redact import redactor_of
from massgen_tui.session.session import Session

SESSION, TURN, PANE = "session", "turn", "pane"
"""What may be saved: all, what all agents said to the last prompt, or all that one agent said."""


async def save_answers(
    session: Session,
    folder: Path,
    now: datetime,
    *,
    form: str = "md",
    part: str = SESSION,
    focused: Agent | None = None,
) -> str:
    """Write answers to a new file in `folder`; gives what is to be said of it.

    Args:
        session: whose answers.
        folder: where to.
        now: the time of day, with its offset.
        form: one of `massgen_tui.export.forms.FORMS`.
        part: `SESSION`, `TURN` or `PANE`.
        focused: the agent whose pane has the focus.
    """
    if part == PANE and focused is None:
        return "no pane has the focus: tab or ctrl+g goes to one"
    one = focused if part == PANE else None
    agents = session.agents
    if not any(agent.turns for agent in ([one] if one else agents)):
        return "there is no answer to save yet"
    config = session.config
    info = running(
        agents,
        title=config.name,
        config=str(config.path or config.name),
        now=now,
        clock=session.clock(),
    )
    turn = _last(agents) if part == TURN else None
    document = document_of(agents, info, turn=turn, only=[one.id] if one else None)
    name = "-".join([config.name, *([one.id] if one else []), *([f"turn{turn}"] if turn else [])])

    def write() -> Path:
        return save(folder, name, form, now, written(document, form, redactor_of(config)))

    try:
        path = await to_thread(write)
    except OSError as error:
        return f"not saved: {error.strerror}: {folder}"
    return f"saved: {path}"


def _last(agents: Sequence[Agent]) -> int:
    """What people call the last turn."""
    return len({turn.serial for agent in agents for turn in agent.turns})
