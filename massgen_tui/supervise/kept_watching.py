"""What a kept session says of servers and GPUs, for those who ask a monitor in a running one."""

from dataclasses import replace
from itertools import groupby

from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.session.events import Sampled
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.state import SessionState
from massgen_tui.supervise.watching import NoMonitoring
from massgen_tui.text import one_line


class KeptWatching(NoMonitoring):
    """Gives the last samples that a session was told of; looks at nothing."""

    def __init__(self, state: SessionState) -> None:
        """Take the samples from `state`, and which agents a server has."""
        super().__init__()
        self._state = state

    @property
    def servers(self) -> dict[str, ServerStatus]:
        """The servers of the last sample."""
        at, sampled = self._last
        return {one.id: _status(self._target(one.id), one, at) for one in sampled.servers}

    @property
    def gpus(self) -> GpuSnapshot:
        """The GPUs of the last sample."""
        at, sampled = self._last
        hosts = [
            GpuSnapshot(tuple(map(_gpu, gpus)), sampled_at=at, host=one_line(host))
            for host, gpus in groupby(sampled.gpus, lambda one: one.host)
        ]
        own = next((one for one in hosts if not one.host), GpuSnapshot(sampled_at=at))
        return replace(own, others=tuple(one for one in hosts if one.host))

    def _target(self, id: str) -> ServerTarget:
        root, *mark = one_line(id).split(" ")
        asks = [one for one in self._state.agents.values() if one.profile.server == root]
        models = tuple(dict.fromkeys(one.profile.model for one in asks))
        return ServerTarget(root, root, "", models, () if mark else tuple(one.id for one in asks))

    @property
    def _last(self) -> tuple[float, Sampled]:
        return self._state.sampled or (0.0, Sampled())


def _status(target: ServerTarget, sample: ServerSample, at: float) -> ServerStatus:
    known = sample.state in ServerState.__members__.values()
    condition = next((one for one in Condition if one == sample.condition), None)
    return ServerStatus(
        target,
        ServerState(sample.state) if known else ServerState.UNKNOWN,
        kind=one_line(sample.kind or ""),
        version=one_line(sample.version or ""),
        condition=condition,
        running=sample.running,
        waiting=sample.waiting,
        kv_usage=sample.kv_usage,
        tokens_per_s=sample.tokens_per_s,
        checked_at=at,
    )


def _gpu(sample: GpuSample) -> GpuStatus:
    known = sample.state in GpuState.__members__.values()
    return GpuStatus(
        sample.index,
        one_line(sample.name) if sample.name else None,
        sample.uuid,
        sample.utilisation,
        sample.memory_used,
        sample.memory_total,
        sample.temperature,
        sample.power,
        state=GpuState(sample.state) if known else GpuState.UNREACHABLE,
    )
