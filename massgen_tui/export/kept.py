"""Sessions that are kept, as documents: all conversations, those that ended too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from massgen_tui.export.document import SessionInfo, turns_of
from massgen_tui.session.agent import Agent
from massgen_tui.session.state import SessionState
from massgen_tui.store.config_name import file_name
from massgen_tui.store.head import Head
from massgen_tui.store.locks import is_locked
from massgen_tui.store.reader import KeptSession, read_session


def info_of(kept: KeptSession) -> SessionInfo:
    """What a session is that was read with its beginning at 0 s of its clock."""
    info = _info(kept.head, kept.state.title, 0.0)
    return replace(info, over=not is_locked(kept.path))


def info_of_running(head: Head, title: str, now: datetime, clock: float) -> SessionInfo:
    """What a session is that is being kept.

    Args:
        head: of its file.
        title: what the user called it; empty: nothing.
        now: the time on the wall, …
        clock: … and on the session's clock, in seconds.
    """
    return _info(head, title, clock - (now - head.at) / timedelta(seconds=1))


def _info(head: Head, title: str, zero: float) -> SessionInfo:
    return SessionInfo(
        id=head.id,
        title=title or head.title,
        at=head.at,
        config=file_name(head.config),
        version=head.version,
        zero=zero,
    )


def with_past(agents: Sequence[Agent], path: Path, zero: float) -> tuple[Agent, ...]:
    """The agents of a running session with the turns of conversations that ended, from its file.

    Args:
        agents: as they are.
        path: the session's file.
        zero: seconds of the session's clock when it began.

    Raises:
        NoSessionError: the file is no session's.
        OSError: it cannot be read.
    """
    state = read_session(path, zero, keep_past=True).state
    kept, whole = state.agents, []
    for agent in agents:
        here = {turn.serial for turn in turns_of(agent)}
        theirs = turns_of(kept[agent.id]) if agent.id in kept else []
        past = [turn for turn in theirs if turn.serial not in here and turn.attempts]
        whole.append(replace(agent, past=past + agent.past))
    return (*whole, *(agent for agent in state.removed if agent.past))


def with_held(state: SessionState) -> tuple[Agent, ...]:
    """The agents of a running session that no file keeps, with the turns that its state holds."""
    gone = [agent for agent in state.removed if agent.id in state.ended]
    past = {id: ended.turns for id, ended in state.ended.items()}
    here = [replace(one, past=past.get(one.id, []) + one.past) for one in state.agents.values()]
    away = {agent.id: replace(agent, past=past[agent.id]) for agent in gone}
    return (*here, *(one for id, one in away.items() if id not in state.agents and one.past))
