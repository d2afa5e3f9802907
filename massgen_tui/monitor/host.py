"""What Linux tells of this host under /proc; unknown on other systems."""

import os
from pathlib import Path

from massgen_tui.text import one_line

PROC = Path("/proc")


def command(pid: int, proc: Path = PROC) -> str:
    """The name of a process, or empty where it cannot be seen (a container's).

    Not its command line: people start servers with their keys in it.
    """
    try:
        return one_line((proc / str(pid) / "comm").read_text(errors="replace"), 40)
    except OSError:
        return ""


def is_wsl(proc: Path = PROC) -> bool:
    """This is Linux under Windows, whose driver tells only a part."""
    try:
        return "microsoft" in (proc / "version").read_text(errors="replace").lower()
    except OSError:
        return False


def in_container(root: Path = Path("/")) -> bool:
    """This process is in a container, as Docker, containerd, Podman and systemd mark one."""
    if (root / ".dockerenv").exists() or (root / "run" / ".containerenv").exists():
        return True
    if {"container", "KUBERNETES_SERVICE_HOST"} & set(os.environ):
        return True
    try:
        groups = (root / "proc" / "1" / "cgroup").read_text(errors="replace")
    except OSError:
        return False
    return any(word in groups for word in ("docker", "kubepods", "containerd", "libpod", "lxc"))


def system_memory(proc: Path = PROC) -> tuple[int | None, int | None]:
    """Used and total bytes of the host's memory."""
    try:
        lines = (proc / "meminfo").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None, None
    sizes = {}
    for line in lines:
        key, _, rest = line.partition(":")
        amount = rest.split()
        if key in ("MemTotal", "MemAvailable") and amount and amount[0].isdigit():
            sizes[key] = int(amount[0]) * 1024
    total, free = sizes.get("MemTotal"), sizes.get("MemAvailable")
    return (total - free if total and free is not None else None), total
