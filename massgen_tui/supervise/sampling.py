"""What the monitor knows of servers and GPUs as events of the session, so that it is kept."""

from collections.abc import Mapping

from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.events import Ended, Entry, Queued, Sampled
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.session import Session

EVERY = 5.0
"""Seconds between two samples in which nothing changed its state."""
IDLE = 60.0
"""Seconds after the last answer in which samples are still taken."""


class Sampler:
    """Tells a session now and then what its servers and GPUs are like, while it is used."""

    def __init__(self, session: Session) -> None:
        """Begin with the first prompt."""
        self._session = session
        self._used_at: float | None = None
        self._told_at = 0.0
        self._states: object = None
        session.listen(self._hear, streams=False)

    def take(self, servers: Mapping[str, ServerStatus], gpus: GpuSnapshot) -> None:
        """Tell the session, where that is due; to be called once a second."""
        now = self._session.clock()
        if self._session.active:
            self._used_at = now
        if self._used_at is None or now - self._used_at > IDLE or not (servers or _all(gpus)):
            return
        sampled = sample_of(servers, gpus)
        states = (
            [(one.id, one.state, one.condition) for one in sampled.servers],
            [(one.host, one.index, one.state) for one in sampled.gpus],
        )
        if states != self._states or now - self._told_at >= EVERY:
            self._states, self._told_at = states, now
            self._session.notes.samples(sampled)

    def _hear(self, entry: Entry) -> None:
        if isinstance(entry.event, Queued | Ended):
            self._used_at = entry.at


def sample_of(servers: Mapping[str, ServerStatus], gpus: GpuSnapshot) -> Sampled:
    """What of these statuses is kept: names, states and numbers, no words of a server."""
    return Sampled(
        tuple(server_sample(status) for status in servers.values()),
        tuple(_gpu(host, gpu) for host, gpu in _all(gpus)),
    )


def server_sample(status: ServerStatus) -> ServerSample:
    """What of a status is kept."""
    return ServerSample(
        status.target.id,
        status.state.value,
        status.condition.value if status.condition is not None else None,
        status.running,
        status.waiting,
        _rounded(status.kv_usage, 4),
        _rounded(status.tokens_per_s, 1),
        status.kind or None,
        status.version or None,
        status.reasoning_parser,
    )


def _all(gpus: GpuSnapshot) -> list[tuple[str, GpuStatus]]:
    """The GPUs of all machines, with the machine."""
    return [(host.host, gpu) for host in (gpus, *gpus.others) for gpu in host.gpus]


def _gpu(host: str, gpu: GpuStatus) -> GpuSample:
    return GpuSample(
        gpu.index,
        host,
        gpu.uuid,
        gpu.name,
        gpu.utilisation,
        gpu.memory_used,
        gpu.memory_total,
        _rounded(gpu.power, 1),
        gpu.temperature,
        gpu.state.value,
    )


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)
