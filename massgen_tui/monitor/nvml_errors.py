"""What NVML's error numbers mean for a GPU and for people (nvml.h of driver 580)."""

from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.host import in_container

UNINITIALIZED, NOT_SUPPORTED, NO_PERMISSION, NO_DRIVER = 1, 3, 4, 9
NO_LIBRARY, NO_FUNCTION, LOST, RESET, MISMATCH = 12, 13, 15, 16, 18
UNKNOWN = 999
CLOSED = frozenset({UNINITIALIZED, NO_DRIVER, MISMATCH})
"""The driver itself has gone: it must be opened anew."""
_SAYS_NOTHING = frozenset({0, 2, NOT_SUPPORTED, NO_FUNCTION, 25, 27})
"""A field that this GPU or this driver does not tell, or not yet."""
_GRAVER = (*CLOSED, LOST, RESET)

_REASONS = {
    NO_LIBRARY: "no NVIDIA driver on this host",
    NO_DRIVER: "the NVIDIA driver is not loaded on this host",
    MISMATCH: "the NVIDIA driver was updated: it works again after a reboot",
    NO_PERMISSION: "no permission to ask the NVIDIA driver",
}
_TAKEN_AWAY = "this container has lost its GPUs' device files: start it anew (NVML error 999)"


def reason(value: int) -> str:
    """Why the driver cannot be asked, in one calm line."""
    if value == UNKNOWN and in_container():
        # nvidia-container-toolkit#48: `systemctl daemon-reload` on the host takes them away
        return _TAKEN_AWAY
    return _REASONS.get(value, f"the NVIDIA driver does not answer (NVML error {value})")


def state_of(value: int) -> tuple[GpuState, str]:
    """What a GPU is of which calls say this and no number comes, and what there is to add."""
    if value == LOST:
        return GpuState.LOST, "it fell off the bus"
    if value == RESET:
        return GpuState.RESET, ""
    if value in (*CLOSED, UNKNOWN, NO_PERMISSION):
        return GpuState.UNREACHABLE, reason(value)
    return GpuState.UNREACHABLE, f"it does not answer (NVML error {value})"


def graver(one: int, other: int) -> int:
    """The one of two numbers that tells more of the GPU; 0 tells nothing."""
    known = [value for value in (one, other) if value not in _SAYS_NOTHING]
    return min(known, key=lambda value: (value not in _GRAVER, value == other), default=0)
