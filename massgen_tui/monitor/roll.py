"""The GPUs of one source over time: each keeps its row, and its last minute, when it is gone."""

from collections import deque
from dataclasses import dataclass, field, replace

from massgen_tui.monitor.plausible import plausible
from massgen_tui.monitor.status import GpuStatus

_MOST_LOST = 64
"""Lost rows that are kept; a source that names its GPUs anew at every look ends there."""
Past = deque[float | None]


@dataclass(slots=True)
class _Histories:
    utilisation: Past = field(default_factory=deque)
    memory: Past = field(default_factory=deque)
    power: Past = field(default_factory=deque)


class Roll:
    """Takes samples in, GPU by GPU: `begin`, `add` for each, `end`."""

    def __init__(self, samples: int) -> None:
        """Remember so many samples of each."""
        self._samples = samples
        self._rows: dict[str, GpuStatus] = {}
        self._past: dict[str, _Histories] = {}
        self._seen: set[str] = set()

    @property
    def rows(self) -> tuple[GpuStatus, ...]:
        """All that are known, by number; one that is lost stands behind who has its number now."""
        return tuple(sorted(self._rows.values(), key=lambda row: (row.index, row.lost)))

    def begin(self) -> None:
        """A new sample begins."""
        self._seen = set()

    def add(self, row: GpuStatus) -> None:
        """Take in one GPU of the sample."""
        name = self._name(row)
        old = self._rows.get(name)
        if old is not None:
            row = replace(row, name=row.name or old.name, uuid=row.uuid or old.uuid)
        known = _lost(old, row.note) if row.lost and old is not None else plausible(row)
        self._seen.add(name)
        self._rows[name] = self._followed(name, known)

    def end(self, note: str = "") -> tuple[GpuStatus, ...]:
        """The sample is whole: what was not in it is lost, for the reason in `note`."""
        for name in [name for name in self._rows if name not in self._seen]:
            row = self._rows[name]
            if row.part:
                # an instance of a GPU comes and goes as it is cut up
                del self._rows[name], self._past[name]
            else:
                self._rows[name] = self._followed(name, _lost(row, note))
        lost = [name for name, row in self._rows.items() if row.lost]
        for name in lost[:-_MOST_LOST]:
            del self._rows[name], self._past[name]
        return self.rows

    def lose(self, note: str) -> tuple[GpuStatus, ...]:
        """All are lost."""
        self.begin()
        return self.end(note)

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
        return replace(
            row,
            history=tuple(past.utilisation),
            memory_history=tuple(past.memory),
            power_history=tuple(past.power),
        )


def _lost(row: GpuStatus, note: str = "") -> GpuStatus:
    return GpuStatus(
        index=row.index,
        name=row.name,
        uuid=row.uuid,
        memory_total=row.memory_total,
        lost=True,
        note=note or "lost",
    )
