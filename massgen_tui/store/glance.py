"""Reads off a session's lines what it is at a glance, and its texts, without folding them.

The same as the fold would tell (a test compares both), for a tenth of the time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from massgen_tui.store.head import Head
from massgen_tui.store.lines import Plain
from massgen_tui.store.reader import head_of_file
from massgen_tui.store.records import records_of
from massgen_tui.store.summary import ANSWER, PROMPT, REASONING, TITLE, Passage, Summary
from massgen_tui.text import one_line

_BEGINNING, _END = 64 * 1024, 16 * 1024
"""Bytes that are read to know what a session is called."""
_CALLED = 80


def summarise(path: Path) -> tuple[Summary, list[Passage]]:
    """Read a session's file at a glance; what is damaged in it is left out.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        head, migration = head_of_file(lines.readline(), path)
        tally = _Tally(agent.id for agent in head.agents)
        for told in records_of(lines, migration):
            if told.record is not None:
                tally.take(told.record)
    return _summary(path, head, tally), list(tally.passages())


def called(path: Path) -> str:
    """What a session is called: its own title, else its first prompt, in one line.

    Of a long file the beginning and the end are read: a prompt stands in the one, a title that was
    given last most often in the other.

    Raises:
        NoSessionError: it is no session's file.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        lines = file.read(_BEGINNING).splitlines(keepends=True)
        file.seek(max(file.tell(), path.stat().st_size - _END))
        lines += file.read().splitlines(keepends=True)
    text = [line.decode("utf-8", "replace") for line in lines]
    head, migration = head_of_file(text[0] if text else "", path)
    tally = _Tally(())
    for told in records_of(text[1:], migration):
        if told.record is not None:
            tally.take(told.record)
    turns = tally.asked()
    return one_line(tally.title or (turns[0].text if turns else head.title), _CALLED)


def _summary(path: Path, head: Head, tally: "_Tally") -> Summary:
    tokens = [one for attempt in tally.attempts.values() if (one := attempt.tokens) is not None]
    turns = tally.asked()
    return Summary(
        path=path,
        id=head.id,
        title=tally.title or head.title,
        at=head.resumed or head.at,
        config=head.config,
        prompt=turns[0].text if turns else "",
        agents=tuple(tally.agents),
        turns=len(turns),
        attempts=len(tally.attempts),
        tokens=sum(count for count, _ in tokens) if tokens else None,
        counted=all(counted for _, counted in tokens),
        bytes=path.stat().st_size,
        end=tally.end,
        continues=head.continues,
        format=head.format,
    )


@dataclass(slots=True)
class _Turn:
    text: str
    agents: set[str]


@dataclass(slots=True)
class _Attempt:
    agent: str
    turn: int
    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    pieces: int = 0
    usage: tuple[int | None, int] = (None, 0)
    choices: int = 1

    @property
    def tokens(self) -> tuple[int, bool] | None:
        """As `Attempt.tokens`."""
        completion, apart = self.usage
        if completion is not None and self.choices < 2:
            return completion + apart, True
        return (self.pieces, False) if self.pieces else None


class _Tally:
    """What the lines so far say."""

    def __init__(self, agents: Iterable[str]) -> None:
        self.agents = dict.fromkeys(agents)
        """Those that there are, in their order."""
        self.attempts: dict[int, _Attempt] = {}
        self.title = ""
        self.end = "killed"
        self._turns: dict[int, _Turn] = {}

    def take(self, record: Plain) -> None:
        """Take in a line; one that does not fit is left out."""
        try:
            event = record.get("e")
            if event is None:
                self._text(record)
            elif event != "renamed":
                self.end = str(record["how"]) if event == "closed" else "killed"
                self._event(str(event), record)
            else:
                self.title = str(record["title"])
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return

    def asked(self) -> list[_Turn]:
        """The turns that were not taken back, the oldest first."""
        return [turn for _, turn in sorted(self._turns.items()) if turn.agents]

    def passages(self) -> Iterator[Passage]:
        """All texts."""
        if self.title:
            yield Passage(TITLE, 0, "", self.title)
        serials = sorted(serial for serial, turn in self._turns.items() if turn.agents)
        numbers = {serial: number for number, serial in enumerate(serials, 1)}
        for serial, number in numbers.items():
            yield Passage(PROMPT, number, "", self._turns[serial].text)
        for attempt in self.attempts.values():
            number = numbers.get(attempt.turn, 0)
            for kind, parts in ((ANSWER, attempt.content), (REASONING, attempt.reasoning)):
                if text := "".join(parts):
                    yield Passage(kind, number, attempt.agent, text)

    def _text(self, record: Plain) -> None:
        if "a" not in record:
            return  # a message: it stands in prompts and answers
        attempt = self.attempts[_int(record["a"])]
        if isinstance(text := record.get("c"), str):
            attempt.content.append(text)
        elif isinstance(text := record.get("r"), str):
            attempt.reasoning.append(text)
        pieces = record.get("d")
        for piece in pieces if isinstance(pieces, list) else ():
            attempt.pieces += piece[2] if len(piece) > 2 else 1

    def _event(self, event: str, record: Plain) -> None:
        match event:
            case "prompt":
                agents = record["agents"]
                told = agents if isinstance(agents, list) else ()
                self._turns[_int(record["turn"])] = _Turn(str(record["text"]), set(told))
            case "queued":
                attempt = _Attempt(str(record["agent"]), _int(record["turn"]))
                if (before := self.attempts.get(_number(record.get("continues")))) is not None:
                    attempt.content = list(before.content)
                    attempt.reasoning = list(before.reasoning)
                self.attempts[_int(record["a"])] = attempt
            case "agent_added":
                self._added(record["agent"])
            case "agent_removed":
                del self.agents[str(record["agent"])]
            case "withdrawn":
                del self.attempts[_int(record["a"])]
            case "taken_back":
                self._take_back(_int(record["turn"]), str(record["agent"]))
            case "reasoning_moved" | "content_moved" | "usage" | "choices" | "ended":
                self._of_attempt(event, self.attempts[_int(record["a"])], record)

    def _added(self, agent: object) -> None:
        if isinstance(agent, Mapping):
            self.agents[str(agent["id"])] = None

    def _take_back(self, turn: int, agent: str) -> None:
        self._turns[turn].agents.discard(agent)
        gone = [
            serial
            for serial, attempt in self.attempts.items()
            if (attempt.turn, attempt.agent) == (turn, agent)
        ]
        for serial in gone:
            del self.attempts[serial]

    def _of_attempt(self, event: str, attempt: _Attempt, record: Plain) -> None:
        match event:
            case "reasoning_moved":
                moved = record.get("text")
                attempt.reasoning = attempt.content if moved is None else [str(moved)]
                attempt.content = []
            case "content_moved":
                taken = _int(record["taken"])
                attempt.reasoning = ["".join(attempt.reasoning)[: -taken or None]]
                attempt.content.append(str(record["text"]))
            case "usage":
                completion = record.get("completion")
                apart = record.get("apart", 0)
                attempt.usage = None if completion is None else _int(completion), _int(apart)
            case "choices":
                attempt.choices = _int(record["count"])
            case "ended":
                times = record.get("times")
                if isinstance(times, Mapping):
                    attempt.pieces = _int(times.get("pieces", 0))


def _number(value: object) -> int:
    """A serial; 0, which none has, where there is none."""
    return value if isinstance(value, int) else 0


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"no number: {value!r}")
    return value
