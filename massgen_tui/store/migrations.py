"""Files of earlier formats as lines of this one, read record by record: 0 → 1.

Format 0 is the journal of version 0.1: its records have `event` and a time on the wall, tell an
answer once it has ended, and count turns from 1 again in each new conversation.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Protocol

from massgen_tui.config.address import server_root
from massgen_tui.dialects import by_name
from massgen_tui.session.attempt import GRAIN
from massgen_tui.store.ended0 import ended_attempt
from massgen_tui.store.find import old_id
from massgen_tui.store.lines import Plain


class Migration(Protocol):
    """Makes records of format 1 of those of one file."""

    head: Plain
    """Its first record; `format` is what the file has."""

    def records(self, record: Plain) -> Iterable[Plain]:
        """What one record says.

        Raises:
            ValueError, KeyError, TypeError: it cannot be read.
        """
        ...

    def rest(self) -> Iterable[Plain]:
        """What the end of the file says."""
        ...


class Current:
    """A file of format 1."""

    def __init__(self, head: Plain) -> None:
        """Begin with its first record."""
        self.head = head

    def records(self, record: Plain) -> Iterable[Plain]:
        """The record."""
        return (record,)

    def rest(self) -> Iterable[Plain]:
        """Nothing."""
        return ()


class From0:
    """A journal of version 0.1. Turns and attempts get serials in the file's order."""

    def __init__(self, head: Plain, line: str) -> None:
        """Begin with its first record, and the line it was."""
        self._zero = _moment(head["at"])
        config = str(head.get("config", ""))
        agents = head.get("agents")
        self.head: Plain = {
            "format": 0,
            "id": old_id(line),
            "version": str(head.get("version", "")),
            "at": head["at"],
            "resolution_s": GRAIN,
            "config": config,
            "title": PurePath(config).stem,
            "agents": [_agent(one) for one in agents] if isinstance(agents, list) else [],
        }
        self._turns: dict[tuple[str, int], int] = {}
        self._attempts: dict[tuple[str, int, int], tuple[int, float]] = {}
        self._open: set[int] = set()
        self._cleared: list[Plain] = []
        """New conversations: what of the old ones ended late is told behind them."""
        self._prompts = 0
        self._last = 0.0

    def records(self, record: Plain) -> Iterator[Plain]:
        """What one record says."""
        t = self._last = (_moment(record["at"]) - self._zero) / timedelta(milliseconds=1)
        match record.get("event"):
            case "prompt":
                yield from self._clear()
                yield self._prompt(t, record)
            case "request":
                serial, _ = yield from self._attempt(record, t)
                yield {"t": t, "e": "begun", "a": serial}
                yield {"t": t, "e": "request", "a": serial, "p": record["body"]}
            case "held":
                yield from self._hold(t, record)
            case "attempt":
                yield from self._end(t, record)
            case "new_conversation":
                self._cleared.append({"t": t, "e": "cleared", "agents": record["agents"]})
            case "renamed":
                yield {"t": t, "e": "renamed", "title": str(record["title"])}
            case other:
                raise ValueError(f"no event {other!r}")

    def rest(self) -> Iterator[Plain]:
        """New conversations at the end; and that it was closed, where no answer is open."""
        yield from self._clear()
        if not self._open:
            yield {"t": self._last, "e": "closed", "how": "quit"}

    def _clear(self) -> Iterator[Plain]:
        told, self._cleared = self._cleared, []
        yield from told

    def _prompt(self, t: float, record: Plain) -> Plain:
        agents = record["agents"]
        if not isinstance(agents, list):
            raise TypeError("no agents")
        self._prompts += 1
        for agent in agents:
            self._turns[str(agent), _number(record["turn"])] = self._prompts
        text = str(record["prompt"])
        return {"t": t, "e": "prompt", "turn": self._prompts, "text": text, "agents": agents}

    def _attempt(self, record: Plain, t: float) -> Generator[Plain, None, tuple[int, float]]:
        """Queue the attempt where it is new; returns its serial, and when it was queued."""
        agent = str(record["agent"])
        turn = self._turns[agent, _number(record["turn"])]
        key = agent, turn, _number(record["attempt"])
        if key not in self._attempts:
            serial = len(self._attempts) + 1
            self._attempts[key] = serial, t
            self._open.add(serial)
            yield {"t": t, "e": "queued", "a": serial, "agent": agent, "turn": turn}
        return self._attempts[key]

    def _hold(self, t: float, record: Plain) -> Iterator[Plain]:
        serial, _ = yield from self._attempt(record, t)
        yield {"t": t, "e": "deferred", "a": serial, "error": record.get("error")}
        if why := record.get("why"):
            yield {"t": t, "e": "deferral", "a": serial, "words": str(why)}

    def _end(self, t: float, record: Plain) -> Iterator[Plain]:
        since = _ended_after(record)
        serial, queued = yield from self._attempt(record, t - since * 1000)
        self._open.discard(serial)
        yield from ended_attempt(record, serial, queued, t)


def migration_of(head: object, line: str) -> Migration | None:
    """What reads on behind a file's first record; None: that is no session's.

    Args:
        head: the record.
        line: as it stood in the file.
    """
    if not isinstance(head, dict):
        return None
    if "format" in head:
        return Current(head)
    if head.get("event") != "session":
        return None
    try:
        return From0(head, line)
    except (KeyError, TypeError, ValueError):
        return None


def _agent(told: object) -> Plain:
    agent = told if isinstance(told, Mapping) else {}
    name, kind = str(agent.get("agent", "")), str(agent.get("type", ""))
    model, address = str(agent.get("model") or ""), str(agent.get("base_url") or "")
    dialect = by_name(kind)
    backend = {"type": kind, "model": model, "base_url": address}
    return {
        "id": name,
        "provider": dialect.provider if dialect else kind,
        "server": server_root(address) if address else "",
        "url": f"{address.rstrip('/')}/chat/completions" if address else "",
        "model": model,
        "settings": {
            "id": name,
            "backend": {key: value for key, value in backend.items() if value},
        },
    }


def _moment(at: object) -> datetime:
    moment = datetime.fromisoformat(str(at))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"no number: {value!r}")
    return value


def _ended_after(record: Plain) -> float:
    """Seconds from when an attempt was asked for to its end."""
    times = record.get("times")
    end = times.get("end") if isinstance(times, Mapping) else None
    return float(end) if isinstance(end, int | float) else 0.0
