"""The GPUs of one source over time: each keeps its row, and its last minute, when it is gone."""

from collections import deque
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.sanitize import sanitize

_MOST_AWAY = 64
"""Rows of GPUs away that are kept; a source that names its GPUs anew at every look ends there."""
Past = deque[float | None]

_NAMES = [one.name for one in fields(GpuStatus)]
_MINUTE = _NAMES.index("history")
_BEFORE, _BEHIND = attrgetter(*_NAMES[:_MINUTE]), attrgetter(*_NAMES[_MINUTE + 3 :])
"""What stands before the three histories, and behind them: each row is made anew each second, by
this in a third of the time of `replace`."""


@dataclass(slots=True)
class _Histories:
    utilisation: Past = field(default_factory=deque)
    memory: Past = field(default_factory=deque)
    power: Past = field(default_factory=deque)


class GpuInventory:
    """Takes samples in, GPU by GPU: `begin`, `add` for each, `end`."""

    def __init__(self, samples: int) -> None:
        """Remember so many samples of each."""
        self._samples = samples
        self._rows: dict[str, GpuStatus] = {}
        self._past: dict[str, _Histories] = {}
        self._seen: set[str] = set()

    @property
    def rows(self) -> tuple[GpuStatus, ...]:
        """All that are known, by number; one that is away stands behind who has its number now."""
        return tuple(sorted(self._rows.values(), key=lambda row: (row.index, row.away)))

    def begin(self) -> None:
        """A new sample begins."""
        self._seen = set()

    def add(self, row: GpuStatus) -> None:
        """Take in one GPU of the sample."""
        name = self._name(row)
        old = self._rows.get(name)
        if old is not None and not (row.name and row.uuid):
            row = replace(row, name=row.name or old.name, uuid=row.uuid or old.uuid)
        known = sanitize(row)
        if row.away and old is not None:
            known = _away(replace(old, name=row.name, uuid=row.uuid), row.state, row.note)
        self._seen.add(name)
        self._rows[name] = self._followed(name, known)

    def end(self, state: GpuState = GpuState.LOST, note: str = "") -> tuple[GpuStatus, ...]:
        """The sample is whole: what was not in it is in this state, for the reason in `note`."""
        for name in [name for name in self._rows if name not in self._seen]:
            row = self._rows[name]
            if row.part:
                # an instance of a GPU comes and goes as it is cut up
                del self._rows[name], self._past[name]
            else:
                self._rows[name] = self._followed(name, _away(row, state, note))
        away = [name for name, row in self._rows.items() if row.away]
        for name in away[:-_MOST_AWAY]:
            del self._rows[name], self._past[name]
        return self.rows

    def hide(self, note: str) -> tuple[GpuStatus, ...]:
        """None can be reached now; one that was lost before stays so."""
        self.begin()
        return self.end(GpuState.UNREACHABLE, note)

    def _name(self, row: GpuStatus) -> str:
        """What a GPU is known by: its id, else its number."""
        number = f"#{row.index}"
        if row.uuid and row.uuid not in self._seen:
            if row.uuid not in self._rows and number in self._rows and number not in self._seen:
                # it had not told its id before
                self._rows[row.uuid] = self._rows.pop(number)
                self._past[row.uuid] = self._past.pop(number)
            return row.uuid
        if row.uuid:
            return f"{row.uuid}{number}"
        known = (name for name, old in self._rows.items() if old.index == row.index)
        return next((name for name in known if name not in self._seen), number)

    def _followed(self, name: str, row: GpuStatus) -> GpuStatus:
        past = self._past.setdefault(name, _Histories())
        share = None
        if row.memory_used is not None and row.memory_total:
            share = row.memory_used / row.memory_total
        for values, value in (
            (past.utilisation, row.utilisation),
            (past.memory, share),
            (past.power, row.power),
        ):
            if value is not None or values:
                values.append(value)
            if len(values) > self._samples:
                values.popleft()
        minute = tuple(past.utilisation), tuple(past.memory), tuple(past.power)
        whole: tuple[Any, ...] = (*_BEFORE(row), *minute, *_BEHIND(row))
        return GpuStatus(*whole)


def _away(row: GpuStatus, state: GpuState, note: str) -> GpuStatus:
    if state is GpuState.UNREACHABLE and row.state is GpuState.LOST:
        # that nothing can be asked does not bring it back
        state, note = row.state, row.note
    return GpuStatus(
        index=row.index,
        name=row.name,
        uuid=row.uuid,
        memory_total=row.memory_total,
        state=state,
        note=note,
    )
