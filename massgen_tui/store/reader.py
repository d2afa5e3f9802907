"""Reads a session's file: its head, and what the session was when it ended or was cut off."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from massgen_tui.config.model import AgentConfig
from massgen_tui.session.agent import Agent
from massgen_tui.session.events import Closed, Entry, Renamed
from massgen_tui.session.state import SessionState
from massgen_tui.store.decoder import TOLD, Decoder
from massgen_tui.store.formats import FORMAT
from massgen_tui.store.head import Head, KeptAgent
from massgen_tui.store.lines import AgentLine, Prompt, RemoveAgent
from massgen_tui.store.migrations import Migration, migration_of
from massgen_tui.store.records import Told, records_of
from massgen_tui.store.schema import to_json

_OF_AGENTS = '"e":"agent_'
_OF_PROMPTS = '"e":"prompt"'
_EARLY = 64
"""Characters at the beginning of a line that name its event."""


class NoSessionError(ValueError):
    """A file is no session's, or of a later version than this program's."""


@dataclass
class KeptSession:
    """A session as it was kept."""

    path: Path
    head: Head
    state: SessionState
    damage: list[str] = field(default_factory=list)
    """What could not be read, for people: `line 12 is damaged`."""
    end: str = "killed"
    """How it ended: `quit`, `failed`, or `killed` where the file does not say."""
    last: float = 0.0
    """When the last thing happened."""
    names: set[str] = field(default_factory=set)
    """The names of its messages."""


def read_head(path: Path) -> Head:
    """The first line of a session's file.

    Raises:
        NoSessionError: it is none.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        return head_of_file(lines.readline(), path)[0]


def head_at_end(path: Path) -> Head:
    """The first line of a session's file, but with the agents that the session had at its end.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    head = read_head(path)
    agents = {agent.id: agent for agent in head.agents}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if _OF_AGENTS in line[:_EARLY]:
                with suppress(ValueError, KeyError):
                    told = TOLD.validate_json(line)
                    if isinstance(told, AgentLine):
                        agents[told.agent.id] = told.agent
                    elif isinstance(told, RemoveAgent):
                        del agents[told.agent]
    return head.model_copy(update={"agents": tuple(agents.values())})


def holds_many(path: Path) -> bool:
    """Whether a session is many prompts, each for itself, and no conversation: its first tells."""
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if _OF_PROMPTS in line[:_EARLY]:
                with suppress(ValueError):
                    told = TOLD.validate_json(line)
                    return isinstance(told, Prompt) and bool(told.id)
    return False


def read_session(
    path: Path,
    zero: float = 0.0,
    *,
    keep: Callable[[Entry], None] | None = None,
    into: SessionState | None = None,
    config_of: Callable[[KeptAgent], AgentConfig] = attrgetter("config"),
    keep_past: bool = False,
    begun: Callable[[KeptSession], None] | None = None,
) -> KeptSession:
    """Read a session whole.

    Args:
        path: its file.
        zero: where its beginning is put on the session's clock, in seconds.
        keep: called with each event, in order, after the state took it in.
        into: a state in which nothing has happened, with the file's first agents, that is to take
            it in; None: a new one.
        config_of: makes an agent of what is kept of it.
        keep_past: hold on to the turns of conversations that ended (`Agent.past`).
        begun: called with the session before anything has happened in it.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        head, migration = head_of_file(lines.readline(), path)
        kept = KeptSession(path, head, into or _state_of(head, keep_past=keep_past))
        if begun is not None:
            begun(kept)
        for entry in _folded(
            records_of(lines, migration), kept, Decoder(kept.state, zero, config_of)
        ):
            kept.last = entry.at
            if keep is not None:
                keep(entry)
    return kept


def lines_of(path: Path) -> Iterator[str]:
    """The lines behind the head, in this format, without their ends; one that is cut is left out.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        head, migration = head_of_file(lines.readline(), path)
        if head.format == FORMAT:
            yield from (line.removesuffix("\n") for line in lines if line.endswith("\n"))
        else:
            for told in records_of(lines, migration):
                if told.record is not None:
                    yield to_json(told.record, compact=True)


def _folded(told: Iterable[Told], kept: KeptSession, decoder: Decoder) -> Iterator[Entry]:
    """What the lines behind the head tell, as `kept.state` takes it in.

    What cannot be read is left out and told in `kept.damage`.
    """
    for one in told:
        try:
            if one.record is None:
                raise ValueError("it cannot be read")
            for at, event in decoder.events(one.record):
                if not isinstance(event, Renamed):  # which may come behind the end
                    kept.end = event.how if isinstance(event, Closed) else "killed"
                entry = Entry(kept.state.seq, at, event)
                kept.state.apply(entry)
                yield entry
        except (ValueError, KeyError, OverflowError, RecursionError):
            words = f"line {one.number} is damaged" if one.whole else "its last line is cut off"
            if words not in kept.damage[-1:]:
                kept.damage.append(words)
    kept.names = decoder.names


def _state_of(head: Head, *, keep_past: bool) -> SessionState:
    agents = [Agent(agent.config, agent.profile) for agent in head.agents]
    return SessionState(agents, head.resolution_s, keep_past=keep_past)


def head_of_file(line: str, path: Path) -> tuple[Head, Migration]:
    """What the first line says, and what reads the others.

    Raises:
        NoSessionError: it is no session's.
    """
    try:
        migration = migration_of(json.loads(line), line)
        if migration is None:
            raise NoSessionError(f"{path} is no session's file")
        if (found := migration.head["format"]) not in (0, FORMAT):
            raise NoSessionError(f"{path} has format {found}; this version reads {FORMAT}")
        return Head.model_validate(migration.head), migration
    except NoSessionError:
        raise
    except (ValueError, RecursionError):
        raise NoSessionError(f"{path} is no session's file") from None
