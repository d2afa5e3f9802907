"""The last minute of every GPU: utilisation, memory and power, for sparklines."""

from collections import deque
from dataclasses import dataclass, replace

from massgen_tui.monitor.status import GpuStatus


@dataclass(slots=True)
class _Past:
    utilisation: deque[int]
    memory: deque[float]
    power: deque[float]


class GpuHistory:
    """Remembers samples by GPU."""

    def __init__(self, samples: int) -> None:
        """Remember so many samples of each."""
        self._samples = samples
        self._past: dict[str, _Past] = {}

    def follow(self, name: str, row: GpuStatus) -> GpuStatus:
        """Take in a sample of the GPU called `name`; gives it with what came before."""
        past = self._past.get(name)
        if past is None:
            most = self._samples
            past = self._past[name] = _Past(
                deque(maxlen=most), deque(maxlen=most), deque(maxlen=most)
            )
        if row.utilisation is not None:
            past.utilisation.append(row.utilisation)
        if row.memory_used is not None and row.memory_total:
            past.memory.append(row.memory_used / row.memory_total)
        if row.power is not None:
            past.power.append(row.power)
        return replace(
            row,
            history=tuple(past.utilisation),
            memory_history=tuple(past.memory),
            power_history=tuple(past.power),
        )
