"""Makes a session that is played of a kept one."""

import time
from collections.abc import Callable
from pathlib import Path

from massgen_tui.config.model import Config, UiConfig
from massgen_tui.config.own_settings import with_own
from massgen_tui.session.events import Clock, Ended, Entry, Prompted, Sampled, Streamed
from massgen_tui.session.replay import ReplaySession
from massgen_tui.store.reader import KeptSession, read_session
from massgen_tui.store.schema import Record, ending_record, event_record


def replayed(
    path: Path, speed: float = 1.0, wall: Clock = time.monotonic
) -> tuple[ReplaySession, KeptSession]:
    """A kept session to be played by the clock `wall`, and what it was at its end.

    Raises:
        NoSessionError: the file is no session's.
        OSError: it cannot be read.
    """
    entries: list[Entry] = []
    kept = read_session(path, keep=entries.append)
    agents = tuple(agent.config for agent in kept.head.agents)
    ui = UiConfig(logging_enabled=False)
    title = kept.state.title or kept.head.title
    sampled = any(isinstance(entry.event, Sampled) for entry in entries)
    config = with_own(Config(name=title, agents=agents, ui=ui, monitor=sampled))
    profiles = {agent.id: agent.profile for agent in kept.head.agents}
    resolution_s = kept.head.resolution_s
    session = ReplaySession(config, profiles, entries, resolution_s, speed=speed, wall=wall)
    return session, kept


def print_events(path: Path, write: Callable[[Record], None]) -> KeptSession:
    """Hand each event of a kept session to `write`, as `run --format jsonl` tells it, and whose.

    Raises:
        NoSessionError: the file is no session's.
        OSError: it cannot be read.
    """
    kept: list[KeptSession] = []

    def tell(entry: Entry) -> None:
        told = _record(kept[0], entry)
        if told is not None:
            write({"t": round(entry.at, 3)} | told)

    return read_session(path, keep=tell, begun=kept.append)


def _record(kept: KeptSession, entry: Entry) -> Record | None:
    match entry.event:
        case Prompted(turn=turn, text=text, agents=agents):
            return {"event": "prompt", "turn": turn, "prompt": text, "agents": list(agents)}
        case Streamed(attempt=serial, event=event):
            told = event_record(event)
        case Ended(attempt=serial):
            told = ending_record(kept.state.attempt(serial))
        case _:
            return None
    if told is None:
        return None
    agent, its_turn, _ = kept.state.place(serial)
    return {"agent": agent.id, "turn": its_turn.serial, "attempt": serial} | told
