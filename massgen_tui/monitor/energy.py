"""What an answer took in energy, estimated from a GPU's power while it was made."""

from collections.abc import Sequence
from itertools import pairwise

from massgen_tui.data_class import dataclass
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus

BUSY = 5
"""Percent of utilisation from which a GPU works."""
GAP = 3.0
"""Seconds without a sample over which nothing is guessed."""
FEWEST = 3
"""Samples under which there is nothing to estimate from."""


@dataclass(frozen=True, slots=True)
class Energy:
    """An estimate: all that the GPU drew, its idle power too, from the request to the end."""

    joules: float
    tokens: int | None = None

    @property
    def per_token(self) -> float | None:
        """Joules per completion token; None when there were none."""
        return self.joules / self.tokens if self.tokens else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the GPUs of this host say about one server's work."""

    at: float
    """Seconds of the monitor's clock."""
    watts: float | None = None
    """Power of the one GPU that works; None: none works."""
    mixed: bool = False
    """More works than this server: nothing can be told apart."""


def reading_of(gpus: GpuSnapshot, place: str) -> Reading | None:
    """Read the power of the one GPU that works for the server at `place`; None: no sample yet."""
    if gpus.sampled_at is None:
        return None
    busy = [gpu for gpu in gpus.gpus if not gpu.away and _works(gpu)]
    if not busy:
        return Reading(gpus.sampled_at)
    if len(busy) > 1 or not _of(busy[0], place):
        return Reading(gpus.sampled_at, mixed=True)
    return Reading(gpus.sampled_at, busy[0].power, mixed=busy[0].power is None)


def _works(gpu: GpuStatus) -> bool:
    # a GPU that does not tell its load may work as well as not
    return gpu.utilisation is None or gpu.utilisation >= BUSY


def _of(gpu: GpuStatus, place: str) -> bool:
    """Nothing speaks against this GPU being that server's alone."""
    if gpu.utilisation is None or gpu.instances:
        return False
    servers = {process.server for process in gpu.processes or ()}
    return servers in (set(), {""}, {place})


class Meter:
    """Collects the power of one GPU while one answer is made."""

    def __init__(self, begun: float) -> None:
        """Begin when the request went out, in seconds of the monitor's clock."""
        self.begun = begun
        self._readings: list[tuple[float, float]] = []
        self._spoiled = False

    def spoil(self) -> None:
        """Something else works too: what follows tells nothing of this answer alone."""
        self._spoiled = True

    def take(self, reading: Reading) -> None:
        """Take in a reading; one that was taken already, or is older than the answer, is not."""
        last = self._readings[-1][0] if self._readings else self.begun
        if reading.at <= last or self._spoiled:
            return
        if reading.mixed:
            self.spoil()
        elif reading.watts is not None:
            self._readings.append((reading.at, reading.watts))

    def energy(self, end: float, tokens: int | None) -> Energy | None:
        """The estimate for an answer that ended at `end`; None where it would mean nothing."""
        inside = [(at, watts) for at, watts in self._readings if at <= end]
        if self._spoiled or len(inside) < FEWEST:
            return None
        points = [(self.begun, inside[0][1]), *inside, (end, inside[-1][1])]
        if any(b[0] - a[0] > GAP for a, b in pairwise(points)):
            return None
        return Energy(_integral(points), tokens)


def _integral(points: Sequence[tuple[float, float]]) -> float:
    """Joules: watts over seconds, in straight lines from point to point."""
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
