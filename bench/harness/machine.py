"""The machine that is measured on, and whether it is at rest."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """What numbers depend on."""

    cores: int
    cpu: str
    python: str
    textual: str
    load: float
    """Of the last minute, when the measurement began."""

    @property
    def busy(self) -> bool:
        """Others are at work here: more than a fifth of the cores."""
        return self.load > 0.2 * self.cores

    def __str__(self) -> str:
        cores = f"{self.cores} core{'s' * (self.cores != 1)}"
        return f"{cores} of {self.cpu}, Python {self.python}, Textual {self.textual}"


def this_machine() -> Machine:
    """The one that this runs on."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        told = ""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        cpu=cpu_name(told) or platform.machine(),
        python=platform.python_version(),
        textual=version("textual"),
        load=os.getloadavg()[0],
    )


def cpu_name(cpuinfo: str) -> str:
    """The name of the first processor in the text of /proc/cpuinfo; empty where it has none."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return ""
