"""Goes on with many prompts of which a part has its answers: what the file of them tells."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from massgen_tui.batch.book import Book
from massgen_tui.batch.prompts import OnePrompt, Prompts, PromptsError
from massgen_tui.batch.tally import Tally
from massgen_tui.config.serialise import kept_values
from massgen_tui.session import events
from massgen_tui.session.agent import Agent
from massgen_tui.session.connections import Connections, profile_of
from massgen_tui.session.events import Entry
from massgen_tui.store.decoder import Decoder
from massgen_tui.store.head import KeptAgent
from massgen_tui.store.messages import MessageNames
from massgen_tui.store.reader import head_of_file
from massgen_tui.store.recording import Onto
from massgen_tui.store.records import records_of
from massgen_tui.store.resume import agents_as_known
from massgen_tui.text import one_line


def read_kept(
    path: Path, book: Book, prompts: Prompts | OnePrompt, tally: Tally, *, repeats: int
) -> Onto:
    """Take in what a session's file tells of the answers to these prompts.

    Raises:
        PromptsError: it is no such session, or a prompt is not the one that was asked by its id.
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    names = MessageNames()
    with path.open(encoding="utf-8", errors="replace") as lines:
        head, migration = head_of_file(lines.readline(), path)
        zero = book.clock() - (datetime.now(UTC) - head.at).total_seconds()
        config_of = agents_as_known(book.config)
        book.state.begin_with(Agent(config_of(one), one.profile) for one in head.agents)
        decoder = Decoder(book.state, zero, config_of)
        counts = _Counts(book, prompts, tally, repeats, names)
        for told in records_of(lines, migration):
            try:
                for at, event in decoder.events(told.record or {}):
                    book.take_kept(at, event, counts.hear)
            except PromptsError:
                raise
            except (ValueError, KeyError, OverflowError, RecursionError):
                continue  # a damaged line: what it told of is asked for again
        names.known.update(decoder.names)
    if not counts.turns:
        raise PromptsError(f"session {head.id} holds no answers to many prompts")
    return Onto(path, head, zero, names)


class _Counts:
    """Hears of the events of a file."""

    def __init__(
        self,
        book: Book,
        prompts: Prompts | OnePrompt,
        tally: Tally,
        repeats: int,
        names: MessageNames,
    ) -> None:
        self._book = book
        self._prompts = prompts
        self._tally = tally
        self._repeats = repeats
        self._names = names
        self.turns: dict[int, int | None] = {}
        """The place of each turn's prompt; None: it is asked for no more."""
        self._asked: dict[int, tuple[int, str, int]] = {}

    def hear(self, entry: Entry) -> None:
        self._names.learn(entry.event)
        match entry.event:
            case events.Prompted(id=id) as told if id:
                self.turns[told.turn] = self._place(told)
            case events.Queued(attempt=serial, agent=agent, turn=turn, repeat=repeat):
                self._asked[serial] = turn, agent, repeat
            case events.Withdrawn(attempt=serial):
                self._asked.pop(serial, None)
            case events.Ended(attempt=serial):
                turn, agent, repeat = self._asked.pop(serial)
                self._ended(serial, self.turns.get(turn), agent, repeat)

    def _place(self, told: events.Prompted) -> int | None:
        place = self._prompts.places.get(told.id)
        if place is not None and self._prompts[place].digest != told.digest:
            shown = one_line(told.id, 60)
            raise PromptsError(f"the prompt {shown!r} is another one than was asked by that id")
        return place

    def _ended(self, serial: int, place: int | None, agent: str, repeat: int) -> None:
        tally = self._tally.agents.get(agent)
        if tally is None or place is None or repeat > self._repeats:
            return
        attempt = self._book.state.attempt(serial)
        tally.ended(tally.slot(place, repeat), attempt, self._prompts[place])


def settle(book: Book, connections: Connections, kept: Mapping[str, KeptAgent]) -> list[str]:
    """Let the agents of a file that was read be those of the config, by events.

    Args:
        book: has taken in the file.
        connections: the backends of the config's agents.
        kept: the agents as they were at the end of the file.

    Returns:
        What is not as it was, for people.
    """
    told = []
    for config in book.config.agents:
        backend, before = connections[config.id], kept.get(config.id)
        if before is None:
            book.emit(events.AgentAdded(config, profile_of(backend)))
            told.append(f"agent {config.id} is new: it is asked for all answers")
        elif before.settings != kept_values(config):
            book.emit(events.SettingsChanged(config, profile_of(backend)))
            told.append(f"agent {config.id} is asked otherwise than before")
    return told
