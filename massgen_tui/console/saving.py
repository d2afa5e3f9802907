"""Answers to files, as the keys and the palette ask for them."""

import logging
from asyncio import to_thread
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from massgen_tui.export.document import SessionInfo, document_of, running, turns_of
from massgen_tui.export.files import file_name, save
from massgen_tui.export.forms import written
from massgen_tui.export.kept import info_of_running, with_held, with_past
from massgen_tui.session.agent import Agent
from massgen_tui.session.session import Session
from massgen_tui.session.state import SessionState
from massgen_tui.store.reader import NoSessionError
from massgen_tui.store.writer import SessionLog

log = logging.getLogger(__name__)

Download = Callable[[str, str], None]
"""Takes the name of a file and its text."""
SESSION, TURN, PANE = "session", "turn", "pane"
"""What may be saved: all, what all agents said to the last prompt, or all that one agent said."""
_NOT_KEPT = "this session is not kept"
_WITHOUT_PAST = ", without the conversations that ended before: {}"


async def save_answers(
    session: Session,
    kept: SessionLog | None,
    folder: Path,
    now: datetime,
    *,
    form: str = "md",
    part: str = SESSION,
    focused: Agent | None = None,
    download: Download | None = None,
) -> str:
    """Write answers to a new file in `folder`; gives what is to be said of it.

    Args:
        session: whose answers.
        kept: its file, which has the conversations that ended.
        folder: where to.
        now: the time of day, with its offset.
        form: one of `massgen_tui.export.forms.FORMS`.
        part: `SESSION`, `TURN` or `PANE`.
        focused: the agent whose pane has the focus.
        download: takes the file's name and text in place of the folder, which is not the user's.
    """
    if part == PANE and focused is None:
        return "no pane has the focus: tab or ctrl+g goes to one"
    only = [focused.id] if part == PANE and focused is not None else None
    info = _info(session, kept, now)
    agents, missing = await to_thread(_whole, session, kept, info)
    turns = [turn for agent in agents for turn in turns_of(agent)]
    last = max((turn.serial for turn in turns if not turn.aside), default=0)
    number = len({turn.serial for turn in turns if turn.serial <= last})
    turn = number if part == TURN and turns else None
    document = document_of(agents, info, turn=turn, only=only)
    if not document.turns:
        return "there is no answer to save yet"
    config = session.config
    name = "-".join([config.name, *(only or ()), *([f"turn{turn}"] if turn else ())])

    text = await to_thread(written, document, form, session.redact)
    missing = missing if part != TURN else ""
    if download is not None:
        download(file_name(name, form, now), text)
        return f"offered to the browser as a download{missing}"
    try:
        path = await to_thread(save, folder, name, form, now, text)
    except OSError as error:
        return f"not saved: {error.strerror}: {folder}"
    return f"saved: {path}{missing}"


def _info(session: Session, kept: SessionLog | None, now: datetime) -> SessionInfo:
    clock, config = session.clock(), session.config
    if kept is not None and (kept.path is not None or not kept.problem):
        return info_of_running(kept.head, session.state.title, now, clock)
    name = config.path.name if config.path else config.name
    return running(session.agents, title=config.name, config=name, now=now, clock=clock)


def _whole(
    session: Session, kept: SessionLog | None, info: SessionInfo
) -> tuple[Sequence[Agent], str]:
    """The agents, with their conversations that ended where these are kept; and what is missing."""
    state = session.state
    if not state.cleared:
        return session.agents, ""
    agents, missing = session.agents, _NOT_KEPT
    if state.holds_ended:  # from the begin on, or since the file could not be written any more
        agents = with_held(state)
        if all(one.whole for one in state.ended.values()):
            return agents, ""
    if kept is not None and kept.path is not None:
        try:
            agents = with_past(agents, kept.path, info.zero)
            missing = _NOT_KEPT if _lacks(agents, state) else ""
        except (OSError, NoSessionError):
            log.warning("the session's file cannot be read", exc_info=True)
            missing = "the session's file cannot be read"
    return agents, _WITHOUT_PAST.format(missing) if missing else ""


def _lacks(agents: Sequence[Agent], state: SessionState) -> bool:
    """What ended as the file could not be written any more is neither there nor held."""
    if not state.holds_ended:
        return False
    turns = (turn for agent in agents for turn in turns_of(agent))
    there = {one.serial for turn in turns for one in turn.attempts if one.status.ended}
    ended = (head.attempt for one in state.ended.values() for head in one.heads)
    return any(attempt is not None and attempt not in there for attempt in ended)
