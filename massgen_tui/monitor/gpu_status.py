"""What is known of GPUs at a moment: plain values, None where a thing is not known (never 0)."""

from massgen_tui.data_class import dataclass
from massgen_tui.monitor.gpu_state import GpuState

STALE = 3.0
"""Seconds without a sample after which the numbers are marked stale."""


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a GPU."""

    pid: int
    memory: int | None = None
    """Bytes."""
    name: str = ""
    """The program, where this host shows it; never its command line, which may hold keys."""
    server: str = ""
    """The place of the server that it belongs to, where that is one of ours."""


@dataclass(frozen=True, slots=True)
class GpuInstance:
    """A part of a GPU that MIG cut up; memory in bytes."""

    name: str
    """Its profile: `1g.10gb`."""
    uuid: str | None = None
    memory_used: int | None = None
    memory_total: int | None = None


@dataclass(frozen=True, slots=True)
class GpuStatus:
    """One look at one GPU of this host; every field may be unknown."""

    index: int
    name: str | None = None
    uuid: str | None = None
    utilisation: int | None = None
    """Percent."""
    memory_used: int | None = None
    """Bytes."""
    memory_total: int | None = None
    """Bytes."""
    temperature: int | None = None
    """Degrees Celsius."""
    power: float | None = None
    """Watts."""
    power_limit: float | None = None
    """Watts."""
    sm_clock: int | None = None
    """MHz."""
    memory_clock: int | None = None
    """MHz."""
    throttled: tuple[str, ...] | None = None
    """Why its clocks are held down now; idleness is no reason."""
    ecc_errors: int | None = None
    """Uncorrected memory errors since the driver was loaded."""
    xid: int | None = None
    """The number of the last error that the driver wrote down; 0 none."""
    processes: tuple[GpuProcess, ...] | None = None
    """Those that compute on it, as far as this user may see them."""
    history: tuple[float | None, ...] = ()
    """Utilisation of the last minute, percent, oldest first; None where it was not told."""
    memory_history: tuple[float | None, ...] = ()
    """Share of its memory in use, 0 to 1, likewise."""
    power_history: tuple[float | None, ...] = ()
    """Watts, likewise."""
    instances: tuple[GpuInstance, ...] = ()
    """What MIG made of it."""
    part: bool = False
    """It is itself such an instance, told in a row of its own."""
    shared: bool = False
    """Its memory is the system's."""
    chosen: bool | None = None
    """CUDA_VISIBLE_DEVICES names it; None: it is not set, or is not about this GPU."""
    state: GpuState = GpuState.THERE
    note: str = ""
    """What is special about it: MIG, unified memory; or why it is away."""

    @property
    def away(self) -> bool:
        """It tells no number: it is lost, needs a reset or cannot be reached."""
        return self.state is not GpuState.THERE


@dataclass(frozen=True, slots=True)
class GpuSnapshot:
    """All GPUs of one host at one time."""

    gpus: tuple[GpuStatus, ...] = ()
    reason: str = ""
    """One calm line when there are none: `no NVIDIA driver on this host`."""
    sampled_at: float | None = None
    """When the look began that it comes from, by the monotonic clock; None: no look."""
    host: str = ""
    """The machine; empty: this one."""
    others: tuple["GpuSnapshot", ...] = ()
    """The GPUs of other machines, beside this one's."""
    asked_at: float | None = None
    """When it was asked for what is not answered yet: a driver that hangs; None: nothing is."""


def short_name(name: str) -> str:
    """A GPU's name without its makers'."""
    for maker in ("NVIDIA ", "GeForce "):
        name = name.removeprefix(maker)
    return name
