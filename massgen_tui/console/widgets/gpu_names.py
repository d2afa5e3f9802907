"""What tells a GPU from all others, and what people call it."""

from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus


def gpu_id(host: int, gpu: GpuStatus) -> str:
    """What tells a GPU of the machine at this place from all others."""
    return f"{host}/{gpu.index}/{gpu.uuid}"


def gpu_name(host: GpuSnapshot, gpu: GpuStatus) -> str:
    """A GPU by its number and its machine, for people."""
    return f"GPU {gpu.index} ({host.host or 'this host'})"


def gpus_by_id(gpus: GpuSnapshot) -> dict[str, tuple[GpuSnapshot, GpuStatus]]:
    """All GPUs, those of other machines too."""
    hosts = enumerate((gpus, *gpus.others))
    return {gpu_id(place, gpu): (host, gpu) for place, host in hosts for gpu in host.gpus}
